"""`/ban`, `/unban`, `/mute`, `/unmute`, `/spam`: what an admin asks the bot to do to somebody.

Under the answer stand the deed's code, for `/why`, and the buttons that take it back or go on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from services.moderation.bot import duration, log_view, wiping, withholding
from services.moderation.bot.duration import BadDurationError
from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.rights import Rights, Unknown, look_up
from services.moderation.bot.targets import Target, find
from services.moderation.bot.turn import Turn
from services.moderation.domain.authorship import is_own_word
from services.moderation.domain.membership import LEFT, Membership, banning, muting
from services.moderation.domain.permissions import FREE
from services.moderation.domain.precedence import ENDS_RESTRICTION, Proceed, Ruling, Withhold, ruling
from services.moderation.domain.required import Right
from services.moderation.domain.text import message_text
from services.moderation.telegram.actor import PROTECTED
from services.moderation.telegram.audit import AuditEntry, short
from services.moderation.telegram.undo import code_of
from services.moderation.telegram.work import OF_PEOPLE
from shared.bus.commit import NOTHING, Command, Commit
from shared.contracts.base import Message
from shared.contracts.telegram import Method, PersonObserved, TelegramAction

DELETABLE = timedelta(hours=48)


Word = Literal["trusted", "banned", "noted"]
"""Kinds of observation that an admin's word on a person is."""


@dataclass(frozen=True)
class Verb:
    """`harms`: not against admins. `teaches`: kind of observation for the stage that knows people."""

    name: str
    harms: bool
    timed: bool = False
    teaches: Word | None = None
    deletes: bool = False


VERBS = {
    verb.name: verb
    for verb in (
        Verb("ban", harms=True, timed=True, teaches="banned"),
        Verb("unban", harms=False, teaches="trusted"),
        Verb("mute", harms=True, timed=True),
        Verb("unmute", harms=False),
        Verb("spam", harms=True, teaches="banned", deletes=True),
    )
}


async def asked(turn: Turn, name: str, words: tuple[str, ...], rights: Rights) -> Commit:
    """Do it, or say plainly why not."""
    verb = VERBS[name]
    rights.require(Right.RESTRICT)
    target, rest = await find(turn, words)
    if target is None:
        return only(turn, turn.speech(whom(words)))
    try:
        length = next((d for word in rest if (d := duration.parse(word)) is not None), None)
    except BadDurationError:
        return only(turn, turn.speech("deed.bad_duration"))
    stands = await what_stands(turn, verb, target)
    if isinstance(stands, str):
        return only(turn, turn.speech(stands))
    taught = await _taught(turn, target) if verb.name == "spam" else NOTHING
    return _answered(turn, verb, target, length or _usual(turn, verb), stands) + taught


async def _taught(turn: Turn, target: Target) -> Commit:
    """What was replied to is learnt, in dry run as well; the words are not kept.

    What its sender only passed on is not: then whoever is forwarded would be accused by their own words.
    """
    replied = turn.update.body.get("reply_to_message")
    if turn.deps.teacher is None or target.message is None or not isinstance(replied, dict):
        return NOTHING
    if not is_own_word(replied):
        return NOTHING
    return await turn.deps.teacher.reported(turn.chat.id, target.id, message_text(replied).whole)


def only(turn: Turn, text: Html) -> Commit:
    return Commit.of(events=[turn.say(text)])


def whom(words: tuple[str, ...]) -> str:
    """Key of the question whom a command is about."""
    return "target.unnamed" if any(word[:1] == "@" for word in words) else "target.none"


def _usual(turn: Turn, verb: Verb) -> timedelta | None:
    """How long when the command does not say: by the chat's settings; None for good."""
    if verb.name == "mute":
        return timedelta(minutes=turn.settings.number("mute.minutes"))
    days = turn.settings.number("ban.days") if verb.name in {"ban", "spam"} else 0
    return timedelta(days=days) if days else None


async def what_stands(turn: Turn, verb: Verb, target: Target) -> Membership | str:
    """What stands for the target, or the key of why it cannot be done; what cannot be looked up is not."""
    if target.is_chat_itself or (verb.harms and target.id in PROTECTED):
        return "target.protected"
    if target.id == turn.deps.me.id:
        return "target.me"
    if verb.name in {"mute", "unmute"} and (turn.chat.is_basic or target.is_channel):
        return "deed.basic" if turn.chat.is_basic else "deed.channel"
    if verb.name == "unban" and turn.chat.is_basic:
        return "deed.basic_unban"
    return await _looked_up(turn, verb, target)


async def _looked_up(turn: Turn, verb: Verb, target: Target) -> Membership | str:
    """What Telegram would refuse is asked before, so that the answer is true."""
    try:
        mine = await look_up(turn.deps.telegram, turn.chat.id, turn.deps.me.id)
        if not mine.can_restrict:
            return "deed.bot_lacks"
        if target.is_channel:
            return LEFT
        theirs = await look_up(turn.deps.telegram, turn.chat.id, target.id)
    except Unknown:
        return "target.unknown"
    return "target.admin" if verb.harms and theirs.is_admin else theirs.membership or "target.unknown"


def _answered(turn: Turn, verb: Verb, target: Target, length: timedelta | None, stands: Membership) -> Commit:
    """It is done, or said what stands in its way."""
    found = ruled(turn, *_call(verb, target, _end(turn, length)), stands)
    if isinstance(found, Withhold) and (verb.harms or found.outcome != "already"):
        return _withheld(turn, verb, target, found)
    if turn.settings.dryrun:
        return Commit.of(
            writes=turn.deps.actor_store.audit(turn.chat.id, _held_back(turn, verb, target)),
            events=[turn.say(_words(turn, turn.speech, f"would_{verb.name}", target, length))],
        )
    return _done(turn, verb, target, length, found)


def ruled(turn: Turn, method: Method, params: dict[str, Any], stands: Membership) -> Ruling:
    """Whether the actor would send this call now; what it will find then, it asks again."""
    if method not in OF_PEOPLE:
        return Proceed(params)
    return ruling(method, params, stands, turn.reply.now.timestamp())


def _withheld(turn: Turn, verb: Verb, target: Target, found: Withhold) -> Commit:
    """What stands is left; the admin's word on the person, and the end of a message that is spam, hold."""
    text = withholding.told(turn.speech, found, target.name, turn.settings.timezone, turn.reply.now)
    said = turn.say(text)
    if turn.settings.dryrun:
        return Commit.of(events=[said])
    line = withheld_line(turn, _call(verb, target)[0], target.id, verb.name, found)
    return Commit.of(
        writes=[*_word_for(turn, verb, target), *turn.deps.actor_store.audit(turn.chat.id, line)],
        events=[*_deletion(turn, verb, target), *_lessons(turn, verb, target), said],
    )


def withheld_line(turn: Turn, method: Method, target: int, verb: str, found: Withhold) -> AuditEntry:
    """For the chat's log."""
    who, reasons = short(turn.deps.keys, target), (f"admin.{verb}",)
    said = {"outcome": found.outcome, "detail": found.code, "until": found.until}
    return turn.entry(method.value, target=who, reasons=reasons, **said)


def _done(turn: Turn, verb: Verb, target: Target, length: timedelta | None, found: Ruling) -> Commit:
    """What Telegram is asked for, and its answer, which is mended where it turns out otherwise."""
    if isinstance(found, Withhold):  # nothing to lift; what is on its way is lifted all the same
        words = withholding.told(turn.public, found, target.name, turn.settings.timezone, turn.reply.now)
    else:
        words = _words(turn, turn.public, verb.name, target, length)
        if found.note == ENDS_RESTRICTION:
            words = joined("\n", [words, turn.public("deed.ends_restriction", name=target.name)])
    *before, done = actions(turn, verb, target, length)
    answer = _answer(turn, verb, target, done, words)
    if isinstance(found, Proceed):
        done = mended(turn, done, answer, target.name)
    return Commit.of(
        writes=_word_for(turn, verb, target),
        events=[*before, done, *_lessons(turn, verb, target), answer],
    )


def mended(turn: Turn, done: TelegramAction, answer: TelegramAction, name: str) -> TelegramAction:
    """Where it turns out otherwise than was answered, the answer is changed."""
    edit = turn.reply.edit(turn.chat.id, {"message_of": answer.action_id}, withholding.WHY)
    follow = withholding.otherwise(turn.public, name, turn.settings.timezone, edit)
    return done.model_copy(update={"follow": follow})


def _lessons(turn: Turn, verb: Verb, target: Target) -> list[Message]:
    if not verb.teaches or target.is_channel:
        return []
    return [lesson(turn, target, verb.teaches, f"admin.{verb.name}")]


def _words(turn: Turn, speech: Speech, key: str, target: Target, length: timedelta | None) -> Html:
    until = speech.plain("deed.for_ever") if length is None else duration.said(speech, length)
    if turn.chat.is_basic:
        until = speech.plain("deed.until_back")
    return speech(f"deed.{key}", name=target.name, until=until)


def _answer(turn: Turn, verb: Verb, target: Target, done: TelegramAction, words: Html) -> TelegramAction:
    """In the chat's language, like a warning: everybody reads it, and the person too."""
    speech, code = turn.public, code_of(turn.deps.keys, done.action_id)
    text = joined("\n", [words, speech("deed.code", code=code)])
    buttons = [log_view.Log.of(turn).undo(code, speech.plain("undo.button"))] if verb.harms else []
    if verb.name in {"ban", "spam"}:
        buttons.append(wiping.button_for(turn, turn.chat.id, target.id, speech))
    return turn.say(text, [buttons] if buttons else [])


def _word_for(turn: Turn, verb: Verb, target: Target) -> list[Command]:
    """An unban is a word for the person, a ban takes it back."""
    if target.is_channel or not verb.teaches:
        return []
    if verb.harms:
        return turn.deps.chats.distrust(turn.chat.id, target.id)
    return turn.deps.chats.trust(turn.chat.id, target.id, turn.at)


def actions(turn: Turn, verb: Verb, target: Target, length: timedelta | None) -> list[TelegramAction]:
    """What Telegram is to be asked for."""
    method, params = _call(verb, target, _end(turn, length))
    return [*_deletion(turn, verb, target), _act(turn, verb, method, params, timedelta(days=1))]


def _end(turn: Turn, length: timedelta | None) -> int | None:
    return None if length is None else int((turn.reply.now + length).timestamp())


def _deletion(turn: Turn, verb: Verb, target: Target) -> list[TelegramAction]:
    if not verb.deletes or target.message is None:
        return []
    left = datetime.fromtimestamp(target.sent_at, turn.reply.now.tzinfo) + DELETABLE - turn.reply.now
    return [_act(turn, verb, Method.DELETE_MESSAGES, {"message_ids": [target.message]}, left)]


def _call(verb: Verb, target: Target, until: int | None = None) -> tuple[Method, dict[str, Any]]:
    if target.is_channel:
        if verb.harms:
            return Method.BAN_SENDER_CHAT, {"sender_chat_id": target.id}
        return Method.UNBAN_SENDER_CHAT, {"sender_chat_id": target.id}
    match verb.name:
        case "unban":
            return Method.UNBAN_MEMBER, {"user_id": target.id, "only_if_banned": True}
        case "unmute":
            return Method.RESTRICT_MEMBER, {"user_id": target.id, "permissions": dict(FREE)}
        case "mute":
            return Method.RESTRICT_MEMBER, muting(target.id, until)
    return Method.BAN_MEMBER, banning(target.id, until)


def _act(turn: Turn, verb: Verb, method: Method, params: dict[str, Any], within: timedelta) -> TelegramAction:
    return turn.reply.act(
        turn.chat.id, method, params, within=within, by=turn.by, reasons=(f"admin.{verb.name}",)
    )


def _held_back(turn: Turn, verb: Verb, target: Target) -> AuditEntry:
    method, _ = _call(verb, target)
    code = short(turn.deps.keys, target.id)
    return turn.entry(method.value, target=code, reasons=(f"admin.{verb.name}",), outcome="would")


def lesson(turn: Turn, target: Target, kind: Word, reason: str) -> PersonObserved:
    """An admin's word, for the stage that knows people; a person is known there by a keyed hash."""
    return PersonObserved(
        person=turn.deps.keys.person(target.id),
        chat=turn.deps.keys.person(turn.chat.id),
        chat_id=turn.chat.id,
        user_id=target.id,
        kind=kind,
        reasons=(reason,),
        message_id=target.message,
        observed_at=turn.reply.now,
    )
