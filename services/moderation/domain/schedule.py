"""Times of day in a chat's own time zone."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

_WINDOW = re.compile(r"(\d{1,2})(?:[:.]([0-5]\d))?\s*(?:-|–|—)\s*(\d{1,2})(?:[:.]([0-5]\d))?")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")
DAY_MINUTES = 24 * 60


class Window(NamedTuple):
    """Minutes of the day; `end` is not part of it and may lie on the next day."""

    start: int
    end: int

    def covers(self, minute: int) -> bool:
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


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


def inside(hours: str, zone_name: str, now: int) -> bool:
    """Whether a window, as a setting keeps it, covers this moment (unix seconds) in the zone."""
    found = _window(hours)
    return found is not None and found.covers(_minute(zone_name, now))


@lru_cache(maxsize=1024)
def _minute(zone_name: str, now: int) -> int:
    moment = datetime.fromtimestamp(now, zone(zone_name) or UTC)
    return moment.hour * 60 + moment.minute


def closes_at(hours: str, zone_name: str, now: int) -> int:
    """Unix seconds of the end of the window that covers `now`; the clocks may be turned in between."""
    found = _window(hours)
    if found is None or not inside(hours, zone_name, now):
        return now
    there = zone(zone_name) or UTC
    local = datetime.fromtimestamp(now, there)
    end = local.replace(hour=found.end // 60, minute=found.end % 60, second=0, microsecond=0, fold=0)
    if end <= local:
        end += timedelta(days=1)  # wall time: the zone puts in what its clocks lose or gain
    return int(end.timestamp())
