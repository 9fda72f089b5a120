"""`/purge` and "delete all by this person", from the index of the last 48 hours: Telegram deletes no more.

Many messages are asked about first. The ids are read anew when the button is pressed.
"""

from datetime import timedelta

from services.moderation.bot import confirming
from services.moderation.bot.i18n import Html, Speech
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.rights import Rights, Unknown, look_up
from services.moderation.bot.signing import Buttons
from services.moderation.bot.subject import rights_in
from services.moderation.bot.targets import USER_MOST, Target, answered, find, number
from services.moderation.bot.turn import Turn
from services.moderation.domain.required import Right
from services.moderation.domain.update import Update
from services.moderation.telegram.actor import PROTECTED
from services.moderation.telegram.audit import short
from services.moderation.telegram.undo import code_of
from shared.bus.commit import Commit
from shared.contracts.telegram import Method

PURPOSE = "w"
DAYS = 1.0
MESSAGE_MOST = 2**31
ASK_ABOVE = 10
"""More messages than this are asked about before they go."""
WITHIN = timedelta(hours=47)
PERSON_WORDS = frozenset({"person", "чалавек", "человек", "людина", "user", "all", "усё", "всё", "усе"})
"""After `/purge`: everything by the author of what was replied to."""


def looks_back(update: Update) -> bool:
    """Whether this asks for a purge: it must find what was written just before."""
    said, data = update.body.get("text"), update.body.get("data")
    if update.kind == "callback_query":
        purges = (f"{PURPOSE}:", f"{confirming.PURPOSE}:")
        return isinstance(data, str) and (data.startswith(purges) or ":wipe:" in data)
    return isinstance(said, str) and said.lower().startswith("/purge")


async def asked(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """`/purge` in answer to a message: it and all after it; `/purge person`: all by its author."""
    rights.require(Right.DELETE)
    if (refusal := await _bot_lacks(turn, turn.chat.id)) is not None:
        return Commit.of(events=[turn.say(turn.speech(refusal))])
    by_person = any(word.lower() in PERSON_WORDS or word.startswith("@") for word in words)
    if not by_person:
        return await _since(turn)
    target, _ = await find(turn, tuple(word for word in words if word.lower() not in PERSON_WORDS))
    if target is None:
        return Commit.of(events=[turn.say(turn.speech("purge.whom"))])
    return await _of_person(turn, target)


async def _bot_lacks(turn: Turn, chat_id: int) -> str | None:
    try:
        mine = await look_up(turn.deps.telegram, chat_id, turn.deps.me.id)
    except Unknown:
        return "target.unknown"
    return None if mine.can_delete else "purge.bot_lacks"


async def _since(turn: Turn) -> Commit:
    replied = answered(turn.update.body)
    first = number(replied, "message_id", MESSAGE_MOST) or 0
    if first <= 0:
        return Commit.of(events=[turn.say(turn.speech("purge.how"))])
    topic = _topic(turn)
    ids = await turn.deps.chats.messages_since(turn.chat.id, first, turn.at, topic)
    where = () if topic is None else (str(topic),)
    return _begin(turn, ids, "purge.sure_since", ("s", str(first), *where))


def _topic(turn: Turn) -> int | None:
    """Who purges in one topic means that one; None where there are none."""
    chat = turn.update.body.get("chat")
    return turn.message.topic or (0 if isinstance(chat, dict) and chat.get("is_forum") is True else None)


async def _of_person(turn: Turn, target: Target) -> Commit:
    if target.id in PROTECTED or target.is_chat_itself:
        return Commit.of(events=[turn.say(turn.speech("target.protected"))])
    ids = await turn.deps.chats.messages_of(turn.chat.id, target.id, turn.at)
    return _begin(turn, ids, "purge.sure_person", ("p", str(target.id)), name=target.name, target=target.id)


def _begin(
    turn: Turn, ids: list[int], question: str, args: tuple[str, ...], *, name: str = "", target: int = 0
) -> Commit:
    """Do it at once, ask first, or say that there is nothing."""
    if not ids:
        return Commit.of(events=[turn.say(turn.speech("purge.nothing"))])
    if len(ids) <= ASK_ABOVE or turn.settings.dryrun:
        commit, text = _wipe(turn, turn.chat.id, ids, target, dryrun=turn.settings.dryrun)
        return commit + Commit.of(events=[turn.say(text)])
    button = Buttons.of(turn.deps.keys, turn.chat.id, PURPOSE, turn.reply.now, DAYS)
    rows = [[button(turn.speech.plain("purge.yes"), *args), button(turn.speech.plain("purge.no"), "n")]]
    return Commit.of(events=[turn.say(turn.speech(question, count=len(ids), name=name), rows)])


def _wipe(turn: Turn, chat_id: int, ids: list[int], target: int, *, dryrun: bool) -> tuple[Commit, Html]:
    """The deletes and what is said of them; in dry run only a line in the log."""
    code = "admin.wipe" if target else "admin.purge"
    who = short(turn.deps.keys, target) if target else ""
    if dryrun:
        entry = turn.entry(
            Method.DELETE_MESSAGES.value, target=who, count=len(ids), reasons=(code,), outcome="would"
        )
        writes = turn.deps.actor_store.audit(chat_id, entry)
        return Commit.of(writes=writes), turn.speech("purge.would", count=len(ids))
    # One action for all: the actor takes its hundreds one by one, and the log gets one line.
    delete = turn.reply.act(
        chat_id,
        Method.DELETE_MESSAGES,
        {"message_ids": ids},
        name="purge",
        within=WITHIN,
        by=turn.by,
        reasons=(code,),
    )
    code = code_of(turn.deps.keys, delete.action_id)
    return Commit.of(events=[delete]), turn.speech("purge.done", count=len(ids), code=code)


def button_for(turn: Turn, chat_id: int, target: int, speech: Speech) -> dict[str, str]:
    """The button "delete all by this person", for the chat in which it is shown."""
    button = Buttons.of(turn.deps.keys, chat_id, PURPOSE, turn.reply.now, DAYS)
    return button(speech.plain("purge.all"), "p", str(target))


async def pressed(press: PressTurn) -> Commit:
    """Rights are looked up now, of the presser and of the bot."""
    turn, args = press.turn, (*press.press.args, "", "", "")
    if args[0] == "n":
        return Commit.of(events=[press.edit(turn.speech("purge.kept")), press.answer()])
    if (refusal := await _refusal(press, turn.chat.id)) is not None:
        return Commit.of(events=[press.answer(refusal, alert=True)])
    wanted = int(args[1]) if args[1].removeprefix("-").isdecimal() else 0
    match args[0]:
        case "s" if 0 < wanted < MESSAGE_MOST:
            topic = int(args[2]) if args[2].isdecimal() else None
            ids = await turn.deps.chats.messages_since(turn.chat.id, wanted, turn.at, topic)
            target = 0
        case "p" if wanted and abs(wanted) < USER_MOST:
            ids, target = await turn.deps.chats.messages_of(turn.chat.id, wanted, turn.at), wanted
        case _:
            return Commit.of(events=[press.answer("press.expired", alert=True)])
    if not ids:
        return Commit.of(events=[press.answer("purge.nothing", alert=True)])
    commit, text = _wipe(turn, turn.chat.id, ids, target, dryrun=turn.settings.dryrun)
    return commit + Commit.of(events=[press.edit(text), press.answer()])


async def by_person(press: PressTurn, chat_id: int, user_id: int) -> Commit:
    """From a card: everything of theirs in that chat. Who presses was looked up."""
    turn = press.turn
    if (refusal := await _bot_lacks(turn, chat_id)) is not None:
        return Commit.of(events=[press.answer(refusal, alert=True)])
    ids = await turn.deps.chats.messages_of(chat_id, user_id, turn.at)
    if not ids:
        return Commit.of(events=[press.answer("purge.nothing", alert=True)])
    settings = await turn.deps.chats.settings(chat_id)
    commit, _ = _wipe(turn, chat_id, ids, user_id, dryrun=settings.dryrun)
    key = "purge.would" if settings.dryrun else "purge.alert"
    return commit + Commit.of(events=[press.answer(key, alert=True, count=str(len(ids)))])


async def _refusal(press: PressTurn, chat_id: int) -> str | None:
    try:
        rights = await rights_in(press.turn, chat_id)
    except Unknown:
        return "press.unknown"
    rights.require(Right.DELETE)
    return await _bot_lacks(press.turn, chat_id)
