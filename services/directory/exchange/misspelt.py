"""Rare spellings of a street's name go to the street that is meant: the one nearly so called, beside it."""

from collections.abc import Mapping, Sequence
from statistics import median

from rapidfuzz.distance import OSA

from services.directory.exchange.rows import Spot
from shared.contracts.streets import StreetType
from shared.geo import metres

Name = tuple[str, StreetType]
RARE_PART = 5
"""A spelling is rare when the other one is met so many times more often."""
RARE_MOST = 20
"""Rows beyond which a spelling is taken for a street of its own."""
CLOSE = 400.0
"""Metres from the middle of the rare one's houses to a house of the other."""
LONG = 10
"""Letters of a key from which on two edits are a slip; below it is one."""
SHORT = 6


def absorbed(streets: Mapping[Name, Sequence[Spot]]) -> dict[Name, list[Spot]]:
    """The streets with rare misspellings moved to the street they stand for."""
    found = {name: list(spots) for name, spots in streets.items()}
    for name in sorted(streets, key=lambda name: (len(streets[name]), name)):
        meant = _meant(name, found)
        if meant is not None:
            found[meant] += found.pop(name)
    return found


def _meant(name: Name, streets: Mapping[Name, Sequence[Spot]]) -> Name | None:
    spots = streets[name]
    if len(spots) > RARE_MOST:
        return None
    lat, lon = median(spot.lat for spot in spots), median(spot.lon for spot in spots)
    alike = [
        other
        for other, its in streets.items()
        if len(its) >= RARE_PART * len(spots) and _alike(name, other) and _beside(lat, lon, its)
    ]
    return max(alike, key=lambda other: (len(streets[other]), other), default=None)


def _alike(one: Name, other: Name) -> bool:
    """Nearly the same letters, or one name has only words of the other; numbers must be the same."""
    if one == other or one[1] is not other[1] or _numbers(one[0]) != _numbers(other[0]):
        return False
    words, others = set(one[0].split()), set(other[0].split())
    if words < others or others < words:
        return True
    edits = 2 if len(one[0]) >= LONG else 1
    return len(one[0]) >= SHORT and OSA.distance(one[0], other[0], score_cutoff=edits) <= edits


def _numbers(key: str) -> list[str]:
    return [word for word in key.split() if any(map(str.isdigit, word))]


def _beside(lat: float, lon: float, spots: Sequence[Spot]) -> bool:
    return any(metres(lat, lon, spot.lat, spot.lon) <= CLOSE for spot in spots)
