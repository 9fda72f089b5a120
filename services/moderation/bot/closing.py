"""`/lock`, `/unlock`, `/night`: closing the chat for a while, locking kinds of messages, the nights."""

from services.moderation.bot import duration
from services.moderation.bot.duration import BadDurationError
from services.moderation.bot.i18n import Html, Speech
from services.moderation.bot.rights import Rights, Unknown, look_up
from services.moderation.bot.settings_menu import value_word
from services.moderation.bot.settings_press import written
from services.moderation.bot.subject import here
from services.moderation.bot.turn import Turn
from services.moderation.decide.lockdown import CannotClose, lock_down, unlock
from services.moderation.domain.closing import FOR_EVER
from services.moderation.domain.required import Right
from services.moderation.domain.schedule import there
from services.moderation.domain.settings import LOCKS, NIGHTS, SETTINGS
from shared.bus.commit import Commit

ALL = "all"


def _only(turn: Turn, key: str, **values: str | Html) -> Commit:
    return Commit.of(events=[turn.say(turn.speech(key, **values))])


async def lock(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """`/lock` and `/lock 2h` close the chat; `/lock link warn` locks a kind of messages."""
    if words and words[0].lower() in (*LOCKS, ALL):
        how = words[1].lower() if len(words) > 1 else "delete"
        return _kind(turn, rights, words[0].lower(), how)
    try:
        length = duration.parse(words[0]) if words else None
    except BadDurationError:
        return _only(turn, "deed.bad_duration")
    if words and length is None:
        return _only(turn, "lock.kinds", kinds=", ".join(LOCKS))
    if (refusal := await _refusal(turn, rights)) is not None:
        return _only(turn, refusal)
    if turn.settings.dryrun:
        return _only(turn, "lock.would")
    until = None if length is None else int((turn.reply.now + length).timestamp())
    return await _close(turn, until)


async def _close(turn: Turn, until: int | None) -> Commit:
    deps = turn.deps
    try:
        commit = await lock_down(
            deps.chats, deps.telegram, turn.chat.id, turn.reply.now, until=until, by=turn.by
        )
    except CannotClose:
        return _only(turn, "lock.unknown")
    text = turn.public("lock.done") if until is None else turn.public("lock.until", until=_clock(turn, until))
    return commit + Commit.of(events=[turn.say(text)])


def _clock(turn: Turn, at: int) -> str:
    return clock(at, turn.settings.timezone)


def clock(at: int, zone: str) -> str:
    """The hour and, beyond a day, the date in the chat's zone."""
    return there(at, zone).strftime("%d.%m, %H:%M")


async def open_again(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """`/unlock` gives back what members were allowed; `/unlock link` lets a kind of messages be again."""
    if words:
        if words[0].lower() not in (*LOCKS, ALL):
            return _only(turn, "lock.kinds", kinds=", ".join(LOCKS))
        return _kind(turn, rights, words[0].lower(), "off")
    if (refusal := await _refusal(turn, rights)) is not None:
        return _only(turn, refusal)
    if await turn.deps.chats.closed(turn.chat.id) is None:
        return _only(turn, "lock.open")
    deps = turn.deps
    try:
        commit = await unlock(deps.chats, deps.telegram, turn.chat.id, turn.reply.now, by=turn.by)
    except CannotClose:
        return _only(turn, "lock.unknown")
    return commit + Commit.of(events=[turn.say(turn.public("lock.opened"))])


def _kind(turn: Turn, rights: Rights, kind: str, how: str) -> Commit:
    """Set `lock.<kind>`."""
    choices = SETTINGS[f"lock.{LOCKS[0]}"].choices
    if how not in choices:
        return _only(turn, "lock.hows", hows=", ".join(choices))
    names = [f"lock.{one}" for one in (LOCKS if kind == ALL else (kind,))]
    writes = [write for name in names for write in written(turn, here(turn), rights, name, how)]
    label = turn.speech("lock.all") if kind == ALL else turn.speech.word("setting", names[0])
    said = turn.say(
        turn.speech("set.done", label=label, value=value_word(turn.speech, names[0], how), name=names[0])
    )
    return Commit.of(writes=writes, events=[said])


async def _refusal(turn: Turn, rights: Rights) -> str | None:
    rights.require(Right.RESTRICT)
    try:
        mine = await look_up(turn.deps.telegram, turn.chat.id, turn.deps.me.id)
    except Unknown:
        return "target.unknown"
    return None if mine.can_restrict else "deed.bot_lacks"


async def night(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """`/night` tells; `/night on`, `/night 22:00-07:00` and `/night off` set `night.hours`."""
    if not words:
        return Commit.of(events=[turn.say(await _state(turn))])
    wanted = "".join(words).lower().replace("–", "-")
    value = SETTINGS["night.hours"].read(NIGHTS[0] if wanted == "on" else wanted)
    if value is None:
        return _only(turn, "night.how")
    writes = written(turn, here(turn), rights, "night.hours", value)
    key = "night.off" if value == "off" else "night.set"
    return Commit.of(writes=writes) + _only(turn, key, hours=value, zone=turn.settings.timezone)


async def _state(turn: Turn) -> Html:
    hours, closed = turn.settings.get("night.hours"), await turn.deps.chats.closed(turn.chat.id)
    if closed is not None and closed.order >= FOR_EVER:
        until = turn.speech.plain("lock.lifted")
        if closed.order != FOR_EVER:
            until = turn.speech.plain("warn.until", at=_clock(turn, closed.order))
        return turn.speech("lock.now", until=until)
    if hours == "off":
        return turn.speech("night.none")
    return turn.speech("night.is", hours=hours, zone=turn.settings.timezone)


def night_notice(speech: Speech, *, closed: bool, until: int | None, zone: str) -> str:
    """What everybody reads when a night begins or ends; plain text."""
    if not closed:
        return speech.plain("night.over")
    if until is None:
        return speech.plain("night.began")
    at = there(until, zone).strftime("%H:%M")
    return speech.plain("night.began_until", until=at)
