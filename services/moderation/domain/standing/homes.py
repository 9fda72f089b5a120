"""How many homes somebody would need for the chats that they are in.

People live around a chat; two chats whose circles meet are one neighbourhood: one home is enough for both.
"""

from collections.abc import Collection, Iterable
from math import cos, hypot, radians
from operator import itemgetter

from services.moderation.domain.standing.person import Presence
from shared.geo import metres

REACH = {"district": 3_000.0}
"""Metres around a chat within which its people live, by how exactly the directory places it."""
REACH_USUAL = 1_000.0
PLACES_MOST = 8

Place = tuple[float, float]
Circle = tuple[Place, float]
"""A place, and metres around it."""


def circles(found: Iterable[Presence]) -> list[Circle]:
    """Where the people live of those chats of which that is known."""
    return [(one.place, REACH.get(one.level, REACH_USUAL)) for one in found if one.place is not None]


def apart(found: Iterable[Circle]) -> list[Circle]:
    """As many homes are needed at least: circles of which no two meet, the narrow ones first."""
    kept: list[Circle] = []
    for place, reach in sorted(found, key=itemgetter(1)):
        if _meets_none(kept, place, reach):
            kept.append((place, reach))
            if len(kept) == PLACES_MOST:
                break
    return kept


def one_home(found: Collection[Circle]) -> bool:
    """Whether somebody who lives around one of them would be a neighbour in all."""
    return any(not any(_far(place, home, reach + its) for place, its in found) for home, reach in found)


def _meets_none(found: Iterable[Circle], place: Place, reach: float) -> bool:
    return all(_far(place, other, reach + its) for other, its in found)


def _far(a: Place, b: Place, least: float) -> bool:
    """At least so many metres apart; a quick look at the plane first, it decides nearly always."""
    north = (a[0] - b[0]) * 111_195.0
    east = (a[1] - b[1]) * 111_195.0 * cos(radians(a[0]))
    plane = hypot(north, east)
    if plane < 0.9 * least or plane > 1.1 * least:
        return plane > least
    return bool(metres(*a, *b) >= least)
