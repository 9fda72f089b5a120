"""`/warn`, `/warnings`, `/unwarn`, and an admin's word for somebody: `/trust`, `/untrust`."""

from datetime import timedelta

from services.moderation.bot import deeds, log_view, notices, withholding
from services.moderation.bot.alerts import mention
from services.moderation.bot.i18n import Html, joined
from services.moderation.bot.rights import Rights
from services.moderation.bot.targets import Target, find
from services.moderation.bot.turn import Turn
from services.moderation.domain.membership import Membership, banning, muting
from services.moderation.domain.precedence import Withhold
from services.moderation.domain.required import Right
from services.moderation.domain.schedule import there
from services.moderation.domain.standing.person import UNTRUSTED
from services.moderation.domain.warnings import Step, Warned, step, still
from services.moderation.telegram.audit import AuditEntry, short
from services.moderation.telegram.undo import code_of
from shared.bus.commit import Commit
from shared.contracts.telegram import Method, TelegramAction

WARN = deeds.Verb("warn", harms=True)
REASON_MOST = 120
"""Characters of an admin's reason; it is shown and not kept."""


async def warn(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """One more warning, and what follows when there were enough."""
    rights.require(Right.RESTRICT)
    target, rest = await find(turn, words)
    if target is None or target.is_channel:
        return deeds.only(turn, turn.speech("warn.channel" if target else deeds.whom(words)))
    stands = await deeds.what_stands(turn, WARN, target)
    if isinstance(stands, str):
        return deeds.only(turn, turn.speech(stands))
    if turn.settings.dryrun:
        return deeds.only(turn, turn.speech("warn.would", name=target.name))
    now = turn.at
    found = step(turn.settings, await turn.deps.chats.warned(turn.chat.id, target.id), now)
    return _warned(turn, target, found, " ".join(rest)[:REASON_MOST], stands)


def _warned(turn: Turn, target: Target, found: Step, reason: str, stands: Membership) -> Commit:
    """In the chat's language: it is said to the person and to everybody."""
    speech = turn.public
    because = [speech("warn.because", reason=reason)] if reason else []
    writes = [
        *turn.deps.chats.save_warned(turn.chat.id, target.id, found.warned),
        *turn.deps.actor_store.audit(turn.chat.id, _line(turn, target, found)),
    ]
    who = mention(target.id, target.name, speech)
    said = notices.sentence(speech, who, found, turn.settings.timezone, basic=turn.chat.is_basic)
    if found.what == "warn" or (found.what == "mute" and turn.chat.is_basic):
        return Commit.of(writes=writes, events=[turn.say(joined("\n", [said, *because]))])
    return Commit.of(writes=writes) + _followed(turn, target, found, [said, *because], stands)


def _line(turn: Turn, target: Target, found: Step) -> AuditEntry:
    who = short(turn.deps.keys, target.id)
    return turn.entry("warn", target=who, count=found.count, reasons=("admin.warn",))


def _followed(turn: Turn, target: Target, found: Step, parts: list[Html], stands: Membership) -> Commit:
    """A mute or a ban with the way back; or what stands already and is left."""
    follows, speech = _follows(turn, target, found), turn.public
    ruled = deeds.ruled(turn, follows.method, follows.params, stands)
    if isinstance(ruled, Withhold):
        told = withholding.told(speech, ruled, target.name, turn.settings.timezone, turn.reply.now)
        line = deeds.withheld_line(turn, follows.method, target.id, WARN.name, ruled)
        return Commit.of(
            writes=turn.deps.actor_store.audit(turn.chat.id, line),
            events=[turn.say(joined("\n", [told, *parts[1:]]))],
        )
    code = code_of(turn.deps.keys, follows.action_id)
    rows = [[log_view.Log.of(turn).undo(code, speech.plain("undo.button"))]]
    answer = turn.say(joined("\n", [*parts, speech("deed.code", code=code)]), rows)
    return Commit.of(events=[deeds.mended(turn, follows, answer, target.name), answer])


def _follows(turn: Turn, target: Target, found: Step) -> TelegramAction:
    method, params = Method.BAN_MEMBER, banning(target.id, found.until)
    if found.what == "mute":
        method, params = Method.RESTRICT_MEMBER, muting(target.id, found.until)
    return turn.reply.act(
        turn.chat.id, method, params, within=timedelta(days=1), by=turn.by, reasons=("admin.warn",)
    )


async def warnings(turn: Turn, words: tuple[str, ...], _rights: Rights) -> Commit:
    """How many somebody has."""
    target, _ = await find(turn, words)
    if target is None or target.is_channel:
        return deeds.only(turn, turn.speech(deeds.whom(words)))
    kept = await turn.deps.chats.warned(turn.chat.id, target.id)
    now = still(turn.settings, kept, turn.at)
    if not now.count and not now.steps:
        return deeds.only(turn, turn.speech("warnings.none", name=target.name))
    when = there(now.at, turn.settings.timezone).strftime("%d.%m")
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
        *turn.deps.chats.trust(turn.chat.id, target.id, turn.at),
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
    rights.require(Right.RESTRICT)
    target, _ = await find(turn, words)
    if target is None or target.is_channel or target.is_chat_itself:
        return None, deeds.whom(words)
    return target, ""
