"""Days and times of day in a chat's own time zone.

Clocks there may be turned: an hour comes twice, or never. A time of day is the first moment at which the
clocks show it or a later one, so that each window begins and ends once a day.
"""

import re
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

_WINDOW = re.compile(r"(\d{1,2})(?:[:.]([0-5]\d))?\s*(?:-|–|—)\s*(\d{1,2})(?:[:.]([0-5]\d))?")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")
DAY_MINUTES = 24 * 60


class Window(NamedTuple):
    """Minutes of the day; `end` is not part of it and may lie on the next day."""

    start: int
    end: int


def window(text: str) -> Window | None:
    """`22:00-07:00`, also written `22-7`; None for what is no window or an empty one."""
    match = _WINDOW.fullmatch(text.strip())
    if match is None:
        return None
    start, end = (_minutes(match[1], match[2]), _minutes(match[3], match[4]))
    if start is None or end is None or start == end % DAY_MINUTES:
        return None
    return Window(start % DAY_MINUTES, end % DAY_MINUTES)


def _minutes(hour: str, minute: str | None) -> int | None:
    found = int(hour) * 60 + int(minute or 0)
    return found if found <= DAY_MINUTES else None


def written(found: Window) -> str:
    """The one way in which a window is kept."""
    return f"{found.start // 60:02d}:{found.start % 60:02d}-{found.end // 60:02d}:{found.end % 60:02d}"


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo | None:
    """An IANA time zone such as `Europe/Minsk`; None when there is none of this name."""
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


@lru_cache(maxsize=512)
def _window(text: str) -> Window | None:
    return window(text)


class Span(NamedTuple):
    """From `start` until before `end`, in unix seconds."""

    start: int
    end: int


def there(at: float, zone_name: str) -> datetime:
    """Unix seconds by the clocks of a zone; of UTC where this machine does not know the zone."""
    return datetime.fromtimestamp(at, zone(zone_name) or UTC)


@lru_cache(maxsize=4096)
def day(at: int, zone_name: str) -> int:
    """The number of the day in the zone, counted from the year 1."""
    return there(at, zone_name).toordinal()


def inside(hours: str, zone_name: str, now: int) -> bool:
    """Whether a window, as a setting keeps it, covers this moment (unix seconds) in the zone."""
    return covering(hours, zone_name, now) is not None


@lru_cache(maxsize=1024)
def covering(hours: str, zone_name: str, now: int) -> Span | None:
    """The night, or whatever the window is for, that is on at this moment (unix seconds) in the zone."""
    found = _window(hours)
    if found is None:
        return None
    clocks = zone(zone_name) or UTC
    today = datetime.fromtimestamp(now, clocks).date()
    # Where clocks are put back over midnight, a window of tomorrow has begun already.
    spans = (_span(found, today + timedelta(days=days), clocks) for days in (0, -1, 1))
    return next((span for span in spans if span.start <= now < span.end), None)


def _span(found: Window, begun: date, clocks: tzinfo) -> Span:
    """Of the window that begins on this day."""
    ended = begun + timedelta(days=found.end <= found.start)
    return Span(_moment(begun, found.start, clocks), _moment(ended, found.end, clocks))


def _moment(on: date, minute: int, clocks: tzinfo) -> int:
    """The first moment at which the clocks show this time or a later one."""
    wall = datetime.combine(on, time(minute // 60, minute % 60))
    before, after = (int(wall.replace(tzinfo=clocks, fold=fold).timestamp()) for fold in (0, 1))
    if before <= after:
        return before
    # The clocks are put forward past it (PEP 495: then `fold` gives the moments on either side).
    skipped = range(after, before + 1)
    shown = partial(datetime.fromtimestamp, tz=clocks)
    return skipped[bisect_left(skipped, wall, key=lambda at: shown(at).replace(tzinfo=None))]
