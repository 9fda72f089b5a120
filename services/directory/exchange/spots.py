"""One place for whatever shape a row has: a point is itself, of others it is the middle."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.directory.exchange.fields import number_of

MIDDLE = "middle of a shape"
"""Set in the fields of a row whose place was made of several points."""
DEPTH_MOST = 6


def placed(points: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """`lat` and `lon` as fields, from positions with the longitude first; nothing without any."""
    found = [(number_of(point[0]), number_of(point[1]), point) for point in points if len(point) >= 2]
    known = [(lon, lat) for lon, lat, _ in found if lon is not None and lat is not None]
    if len(found) == 1:
        return {"lon": found[0][2][0], "lat": found[0][2][1]}
    if not known:
        return {}
    lons, lats = zip(*known, strict=True)
    return {"lon": (min(lons) + max(lons)) / 2, "lat": (min(lats) + max(lats)) / 2, MIDDLE: True}


def positions(geometry: object, depth: int = 0) -> Iterator[Sequence[Any]]:
    """Those of a GeoJSON geometry of any type."""
    if not isinstance(geometry, Mapping) or depth > DEPTH_MOST:
        return
    for part in geometry.get("geometries") or () if isinstance(geometry.get("geometries"), list) else ():
        yield from positions(part, depth + 1)
    yield from _within(geometry.get("coordinates"), 0)


def _within(value: object, depth: int) -> Iterator[Sequence[Any]]:
    if not isinstance(value, list) or depth > DEPTH_MOST:
        return
    if value and not isinstance(value[0], list):
        yield value
        return
    for part in value:
        yield from _within(part, depth + 1)
