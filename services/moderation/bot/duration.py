"""How long: `30m`, `1h`, `2d`, `1w`, as people write it after a command, and in words."""

import re
from datetime import timedelta

from services.moderation.bot.i18n import Speech

_UNITS = {
    "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1),
    "м": timedelta(minutes=1), "г": timedelta(hours=1), "ч": timedelta(hours=1), "д": timedelta(days=1),
    "т": timedelta(weeks=1), "н": timedelta(weeks=1),
}  # fmt: skip
"""Latin and Cyrillic first letters: minute, hour (гадзіна, час), day, week (тыдзень, неделя)."""
LEAST = timedelta(minutes=1)
MOST = timedelta(days=365)
"""Telegram takes below 30 seconds or above 366 days for ever; neither is let through by mistake."""
_DURATION = re.compile(r"(\d{1,6})\s*([a-zа-я])", re.IGNORECASE)


class BadDurationError(ValueError):
    """It looks like a duration and is out of bounds."""


def parse(word: str) -> timedelta | None:
    """None when the word is no duration at all. Raises BadDurationError below a minute or above 365 days."""
    match = _DURATION.fullmatch(word)
    if match is None or (unit := _UNITS.get(match[2].lower())) is None:
        return None
    length = int(match[1]) * unit
    if not LEAST <= length <= MOST:
        raise BadDurationError(word)
    return length


def said(speech: Speech, length: timedelta) -> str:
    """In words, from days down to minutes: `7 дзён`, `1 hour 30 minutes`."""
    hours, minutes = divmod(length.seconds // 60, 60)
    counted = (("span.days", length.days), ("span.hours", hours), ("span.minutes", minutes))
    return " ".join(speech.many(key, n) for key, n in counted if n)
