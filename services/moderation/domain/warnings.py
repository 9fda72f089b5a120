"""Warnings and what follows when there were enough of them."""

from dataclasses import dataclass

from services.moderation.domain.settings import ChatSettings

HOUR = 3600
DAY = 24 * HOUR
LADDER: tuple[tuple[str, int], ...] = (("mute", HOUR), ("mute", DAY), ("ban", 0))
"""What follows the first, second and every later time, and for how many seconds; 0 for `ban.days`."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A person's warnings in one chat; `steps` is how often something followed, `at` the last of both."""

    count: int = 0
    steps: int = 0
    at: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What one more warning means. `warned` is to be kept; `until` is unix seconds, None for ever."""

    warned: Warned
    what: str
    """`warn`, `mute` or `ban`."""
    until: int | None
    count: int
    most: int


def still(settings: ChatSettings, warned: Warned, now: int) -> Warned:
    """The warnings that have not expired."""
    return warned if now - warned.at < settings.number("warn.days") * DAY else Warned()


def step(settings: ChatSettings, warned: Warned, now: int) -> Step:
    """One more warning; the count begins anew when something follows."""
    before, most = still(settings, warned, now), settings.number("warn.most")
    count = before.count + 1
    if count < most:
        return Step(Warned(count, before.steps, now), "warn", None, count, most)
    what, until = _follows(settings, before.steps, now)
    return Step(Warned(0, before.steps + 1, now), what, until, count, most)


def _follows(settings: ChatSettings, steps: int, now: int) -> tuple[str, int | None]:
    match settings.get("warn.then"):
        case "mute":
            return "mute", mute_until(settings, now)
        case "ban":
            return "ban", ban_until(settings, now)
    what, seconds = LADDER[min(steps, len(LADDER) - 1)]
    return what, now + seconds if seconds else ban_until(settings, now)


def mute_until(settings: ChatSettings, now: int) -> int:
    """Unix seconds until which a mute lasts."""
    return now + settings.number("mute.minutes") * 60


def ban_until(settings: ChatSettings, now: int) -> int | None:
    """Unix seconds until which a ban lasts, None for ever."""
    days = settings.number("ban.days")
    return now + days * DAY if days else None
