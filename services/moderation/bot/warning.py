"""`/warn`, `/warnings`, `/unwarn`, and an admin's word for somebody: `/trust`, `/untrust`."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.moderation.bot import deeds, log_view, notices
from services.moderation.bot.alerts import mention
from services.moderation.bot.i18n import joined
from services.moderation.bot.rights import Rights
from services.moderation.bot.targets import Target, find
from services.moderation.bot.turn import Turn
from services.moderation.domain.standing.person import UNTRUSTED
from services.moderation.domain.warnings import Step, Warned, step, still
from services.moderation.telegram.audit import short
from services.moderation.telegram.undo import code_of
from shared.bus.commit import Commit
from shared.contracts.telegram import Method, TelegramAction

WARN = deeds.Verb("warn", harms=True)
REASON_MOST = 120
"""Characters of an admin's reason; it is shown and not kept."""


async def warn(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """One more warning, and what follows when there were enough."""
    if not rights.can_restrict:
        return deeds.only(turn, turn.speech("deed.no_right"))
    target, rest = await find(turn, words)
    if target is None or target.is_channel:
        return deeds.only(turn, turn.speech("warn.channel" if target else deeds.whom(words)))
    if (refused := await deeds.refusal(turn, WARN, target)) is not None:
        return deeds.only(turn, turn.speech(refused))
    if turn.settings.dryrun:
        return deeds.only(turn, turn.speech("warn.would", name=target.name))
    now = int(turn.reply.now.timestamp())
    found = step(turn.settings, await turn.deps.chats.warned(turn.chat.id, target.id), now)
    return _warned(turn, target, found, " ".join(rest)[:REASON_MOST])


def _warned(turn: Turn, target: Target, found: Step, reason: str) -> Commit:
    """In the chat's language: it is said to the person and to everybody."""
    keys, speech = turn.deps.keys, turn.public
    who = mention(target.id, target.name, speech)
    parts = [notices.sentence(speech, who, found, turn.settings.timezone, basic=turn.chat.is_basic)]
    if reason:
        parts.append(speech("warn.because", reason=reason))
    writes = [
        *turn.deps.chats.save_warned(turn.chat.id, target.id, found.warned),
        *turn.deps.actor_store.audit(
            turn.chat.id,
            turn.entry("warn", target=short(keys, target.id), count=found.count, reasons=("admin.warn",)),
        ),
    ]
    if found.what == "warn" or (found.what == "mute" and turn.chat.is_basic):
        return Commit.of(writes=writes, events=[turn.say(joined("\n", parts))])
    follows = _follows(turn, target, found)
    code = code_of(keys, follows.action_id)
    rows = [[log_view.Log.of(turn).undo(code, speech.plain("undo.button"))]]
    text = joined("\n", [*parts, speech("deed.code", code=code)])
    return Commit.of(writes=writes, events=[follows, turn.say(text, rows)])


def _follows(turn: Turn, target: Target, found: Step) -> TelegramAction:
    method, params = Method.BAN_MEMBER, dict[str, Any](user_id=target.id)
    if found.what == "mute":
        method, params = Method.RESTRICT_MEMBER, {**params, "permissions": deeds.SILENT}
    if found.until is not None:
        params["until_date"] = found.until
    return turn.reply.act(
        turn.chat.id, method, params, within=timedelta(days=1), by=turn.by, reasons=("admin.warn",)
    )


async def warnings(turn: Turn, words: tuple[str, ...], _rights: Rights) -> Commit:
    """How many somebody has."""
    target, _ = await find(turn, words)
    if target is None or target.is_channel:
        return deeds.only(turn, turn.speech(deeds.whom(words)))
    kept = await turn.deps.chats.warned(turn.chat.id, target.id)
    now = still(turn.settings, kept, int(turn.reply.now.timestamp()))
    if not now.count and not now.steps:
        return deeds.only(turn, turn.speech("warnings.none", name=target.name))
    when = datetime.fromtimestamp(now.at, ZoneInfo(turn.settings.timezone)).strftime("%d.%m")
    text = turn.speech(
        "warnings.some",
        name=target.name,
        count=now.count,
        most=turn.settings.get("warn.most"),
        when=when,
    )
    if now.steps:
        text = joined("\n", [text, turn.speech("warnings.before", steps=now.steps)])
    return deeds.only(turn, text)


async def unwarn(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """All warnings of somebody are forgotten."""
    target, refused = await _person(turn, words, rights)
    if target is None:
        return deeds.only(turn, turn.speech(refused))
    line = turn.entry("unwarn", target=short(turn.deps.keys, target.id))
    writes = [
        *turn.deps.chats.save_warned(turn.chat.id, target.id, Warned()),
        *turn.deps.actor_store.audit(turn.chat.id, line),
    ]
    return Commit.of(writes=writes, events=[turn.say(turn.speech("warnings.cleared", name=target.name))])


async def trust(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """The rules for newcomers and the untrusted spare this person."""
    target, refused = await _person(turn, words, rights)
    if target is None:
        return deeds.only(turn, turn.speech(refused))
    line = turn.entry("trust", target=short(turn.deps.keys, target.id))
    writes = [
        *turn.deps.chats.trust(turn.chat.id, target.id, int(turn.reply.now.timestamp())),
        *turn.deps.actor_store.audit(turn.chat.id, line),
    ]
    taught = deeds.lesson(turn, target, "trusted", "admin.trust")
    return Commit.of(writes=writes, events=[taught, turn.say(turn.speech("trust.done", name=target.name))])


async def untrust(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """The admin's word is taken back; nothing is held against the person."""
    target, refused = await _person(turn, words, rights)
    if target is None:
        return deeds.only(turn, turn.speech(refused))
    line = turn.entry("untrust", target=short(turn.deps.keys, target.id))
    writes = [
        *turn.deps.chats.distrust(turn.chat.id, target.id),
        *turn.deps.actor_store.audit(turn.chat.id, line),
    ]
    taken_back = deeds.lesson(turn, target, "noted", UNTRUSTED)
    said = turn.say(turn.speech("trust.over", name=target.name))
    return Commit.of(writes=writes, events=[taken_back, said])


async def _person(turn: Turn, words: tuple[str, ...], rights: Rights) -> tuple[Target | None, str]:
    """Whom it is about, or the key of why not."""
    if not rights.can_restrict:
        return None, "deed.no_right"
    target, _ = await find(turn, words)
    if target is None or target.is_channel or target.is_chat_itself:
        return None, deeds.whom(words)
    return target, ""
