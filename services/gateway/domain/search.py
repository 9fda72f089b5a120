"""Which hits come first. The words are folded already; every candidate holds all of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from typing import Literal, NamedTuple

from shared.contracts.listings import Area
from shared.geo import metres
from shared.text import fold


@dataclass(frozen=True)
class Point:
    """Degrees, WGS 84."""

    lat: float
    lon: float


class Candidate(NamedTuple):
    """A listing that holds all words; `name` is folded."""

    id: str
    name: str
    lat: float
    lon: float
    members: int


@dataclass(frozen=True)
class Hit:
    """A listing or an area by its id. `metres` is the distance to `near`, if that was given."""

    kind: Literal["listing", "area"]
    id: str
    lat: float
    lon: float
    metres: int | None = None


def best(
    words: tuple[str, ...],
    candidates: Iterable[Candidate],
    areas: Iterable[Area],
    *,
    near: Point | None,
    limit: int,
) -> tuple[Hit, ...]:
    """The first `limit`: by where the words stand, then areas, then what is near, then what is large."""

    def ranked() -> Iterator[tuple[tuple[int, int, int, int, str, str], Hit]]:
        for area in areas:
            names = [name for name in map(fold, area.names.values()) if all(word in name for word in words)]
            if names:
                hit = _hit("area", area.id, centre(area), near)
                rank = min(_rank(words, name) for name in names)
                yield (rank, 0, hit.metres or 0, 0, min(names), area.id), hit
        for one in candidates:
            hit = _hit("listing", one.id, Point(one.lat, one.lon), near)
            yield (_rank(words, one.name), 1, hit.metres or 0, -one.members, one.name, one.id), hit

    return tuple(hit for _, hit in nsmallest(limit, ranked(), key=lambda pair: pair[0]))


def centre(area: Area) -> Point:
    """The middle of the box around the area."""
    points = [point for polygon in area.polygon for ring in polygon for point in ring]
    if not points:
        return Point(0.0, 0.0)
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    return Point((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)


def _rank(words: tuple[str, ...], name: str) -> int:
    """0: the name begins so; 1: words of it begin so; 2: somewhere in the name; 3: elsewhere."""
    if name.startswith(" ".join(words)):
        return 0
    parts = name.split()
    if all(any(part.startswith(word) for part in parts) for word in words):
        return 1
    return 2 if all(word in name for word in words) else 3


def _hit(kind: Literal["listing", "area"], hit_id: str, place: Point, near: Point | None) -> Hit:
    distance = None if near is None else round(metres(near.lat, near.lon, place.lat, place.lon))
    return Hit(kind, hit_id, place.lat, place.lon, distance)
