"""`/ban`, `/unban`, `/mute`, `/unmute`, `/spam`: what an admin asks the bot to do to somebody.

Under the answer stand the deed's code, for `/why`, and the buttons that take it back or go on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from services.moderation.bot import duration, log_view, wiping
from services.moderation.bot.duration import BadDurationError
from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.rights import Rights, Unknown, look_up
from services.moderation.bot.targets import Target, find
from services.moderation.bot.turn import Turn
from services.moderation.domain.text import message_text
from services.moderation.telegram.actor import PROTECTED
from services.moderation.telegram.audit import AuditEntry, short
from services.moderation.telegram.undo import code_of
from shared.bus.commit import NOTHING, Command, Commit
from shared.contracts.base import Message
from shared.contracts.telegram import Method, PersonObserved, TelegramAction

DELETABLE = timedelta(hours=48)
_PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_invite_users", "can_pin_messages", "can_change_info",
    "can_manage_topics",
)  # fmt: skip
SILENT = dict.fromkeys(_PERMISSIONS, False)
_SPOKEN = {name for name in SILENT if name.startswith(("can_send_", "can_add_"))} | {"can_invite_users"}
FREE = {name: name in _SPOKEN for name in SILENT}
"""What members may do; the chat's own permissions still hold them to less."""


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
    if not rights.can_restrict:
        return only(turn, turn.speech("deed.no_right"))
    target, rest = await find(turn, words)
    if target is None:
        return only(turn, turn.speech(whom(words)))
    try:
        length = next((d for word in rest if (d := duration.parse(word)) is not None), None)
    except BadDurationError:
        return only(turn, turn.speech("deed.bad_duration"))
    if (refused := await refusal(turn, verb, target)) is not None:
        return only(turn, turn.speech(refused))
    taught = await _taught(turn, target) if verb.name == "spam" else NOTHING
    return _done(turn, verb, target, length or _usual(turn, verb)) + taught


async def _taught(turn: Turn, target: Target) -> Commit:
    """What was replied to is learnt, in dry run as well; the words are not kept."""
    replied = turn.update.body.get("reply_to_message")
    if turn.deps.teacher is None or target.message is None or not isinstance(replied, dict):
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


async def refusal(turn: Turn, verb: Verb, target: Target) -> str | None:
    """Key of why it cannot be done; what cannot be looked up is not done."""
    if target.is_chat_itself or (verb.harms and target.id in PROTECTED):
        return "target.protected"
    if target.id == turn.deps.me.id:
        return "target.me"
    if verb.name in {"mute", "unmute"} and (turn.chat.is_basic or target.is_channel):
        return "deed.basic" if turn.chat.is_basic else "deed.channel"
    if verb.name == "unban" and turn.chat.is_basic:
        return "deed.basic_unban"
    return await _lacking(turn, verb, target)


async def _lacking(turn: Turn, verb: Verb, target: Target) -> str | None:
    """What Telegram would refuse: asked before, so that the answer is true."""
    try:
        mine = await look_up(turn.deps.telegram, turn.chat.id, turn.deps.me.id)
        if not mine.can_restrict:
            return "deed.bot_lacks"
        if not verb.harms or target.is_channel:
            return None
        theirs = await look_up(turn.deps.telegram, turn.chat.id, target.id)
    except Unknown:
        return "target.unknown"
    return "target.admin" if theirs.is_admin else None


def _done(turn: Turn, verb: Verb, target: Target, length: timedelta | None) -> Commit:
    if turn.settings.dryrun:
        return Commit.of(
            writes=turn.deps.actor_store.audit(turn.chat.id, _held_back(turn, verb, target)),
            events=[turn.say(_words(turn, turn.speech, f"would_{verb.name}", target, length))],
        )
    done = actions(turn, verb, target, length)
    events: list[Message] = [*done]
    if verb.teaches and not target.is_channel:
        events.append(lesson(turn, target, verb.teaches, f"admin.{verb.name}"))
    writes = _word_for(turn, verb, target)
    words = _words(turn, turn.public, verb.name, target, length)
    return Commit.of(writes=writes, events=[*events, _answer(turn, verb, target, done[-1], words)])


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
    return turn.deps.chats.trust(turn.chat.id, target.id, int(turn.reply.now.timestamp()))


def actions(turn: Turn, verb: Verb, target: Target, length: timedelta | None) -> list[TelegramAction]:
    """What Telegram is to be asked for."""
    made = []
    if verb.deletes and target.message is not None:
        left = datetime.fromtimestamp(target.sent_at, turn.reply.now.tzinfo) + DELETABLE - turn.reply.now
        gone = {"message_ids": [target.message]}
        made.append(_act(turn, verb, Method.DELETE_MESSAGES, gone, left))
    method, params = _call(verb, target)
    if length is not None:
        params["until_date"] = int((turn.reply.now + length).timestamp())
    made.append(_act(turn, verb, method, params, timedelta(days=1)))
    return made


def _call(verb: Verb, target: Target) -> tuple[Method, dict[str, Any]]:
    if target.is_channel:
        if verb.harms:
            return Method.BAN_SENDER_CHAT, {"sender_chat_id": target.id}
        return Method.UNBAN_SENDER_CHAT, {"sender_chat_id": target.id}
    who: dict[str, Any] = {"user_id": target.id}
    if verb.name == "unban":
        return Method.UNBAN_MEMBER, who | {"only_if_banned": True}
    if verb.name in {"mute", "unmute"}:
        permissions = SILENT if verb.name == "mute" else FREE
        return Method.RESTRICT_MEMBER, who | {"permissions": permissions}
    return Method.BAN_MEMBER, who


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
