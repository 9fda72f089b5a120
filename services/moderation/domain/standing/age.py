"""How old an account can be, from its id.

Ids were handed out roughly in order until early 2024 and at random in blocks since (Telegram's FAQ for bots
never promised either), so that an id gives bounds and nothing more. The marks are coarse on purpose: the
32-bit range was nearly used up in late 2021, ids of five thousand millions and above have been given since.
"""

from typing import NamedTuple

YEAR = 365 * 86400
_2015, _2017, _2019, _2022, _2024 = 1420070400, 1483228800, 1546300800, 1640995200, 1706745600
MARKS = ((100_000_000, _2015), (320_000_000, _2017), (760_000_000, _2019), (2_200_000_000, _2022))
"""Below this id: made before, with a margin of a year for what is known of the order."""
YOUNG_FROM = 7_200_000_000
"""From this id on: made since early 2024."""


class Bounds(NamedTuple):
    """Unix seconds; 0: nothing is known on that side."""

    not_before: int
    not_after: int


def bounds(user_id: int) -> Bounds:
    """Between which moments the account was made."""
    if user_id >= YOUNG_FROM:
        return Bounds(_2024, 0)
    before = next((moment for most, moment in MARKS if 0 < user_id < most), 0)
    return Bounds(0, before + YEAR if before else 0)


def years(user_id: int, now: int) -> float:
    """The least age that the id proves, in years."""
    latest = bounds(user_id).not_after
    return round(max(now - latest, 0) / YEAR, 1) if latest else 0.0
