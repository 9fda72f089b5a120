"""Areas and streets as one tree of places: what lies around, inside and beside each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.gateway.domain.finding.streets import Streets, length, middle
from services.gateway.domain.points import centre
from shared.contracts.listings import Area, AreaId, AreaLevel, PublicListing
from shared.contracts.streets import Street
from shared.geo import Box, metres, point_in_polygon

NEIGHBOURS = 8
TOUCHING = 0.0004
"""Degrees between the boxes of two areas that count as side by side: a street's width."""
STREETS_NEAR = 600.0
"""Metres around a street in which its neighbours are looked for."""


@dataclass(frozen=True)
class Spot:
    """An area or a street, as pages and the API show it."""

    id: AreaId
    level: AreaLevel
    names: dict[str, str]
    parent: AreaId | None
    lat: float
    lon: float
    radius: float
    """Metres from its middle to its farthest point."""
    polygon: list[list[list[tuple[float, float]]]]
    houses: tuple[tuple[str, float, float], ...] = ()


def spot_of(area: Area) -> Spot:
    point = centre(area)
    radius = max((metres(point.lat, point.lon, lat, lon) for lon, lat in _corners(area)), default=0.0)
    return Spot(area.id, area.level, area.names, area.parent, point.lat, point.lon, radius, area.polygon)


def spot_of_street(street: Street, areas: Iterable[Area]) -> Spot:
    """Its parent is the smallest area around its middle."""
    lat, lon = middle(street)
    around = [area for area in areas if point_in_polygon(lat, lon, area.polygon)]
    larger = [area for area in around if LEVELS.index(area.level) < LEVELS.index(AreaLevel.STREET)]
    parent = max(larger, key=lambda area: LEVELS.index(area.level), default=None)
    return Spot(
        street.id,
        AreaLevel.STREET,
        dict(street.names),
        parent.id if parent else None,
        lat,
        lon,
        length(street),
        [],
        street.houses,
    )


def path_to(spot: Spot, find: Callable[[str], Area | None]) -> list[Area]:
    """The areas around it, the largest first. A parent that is its own ancestor ends the path."""
    found: list[Area] = []
    parent = spot.parent
    while parent is not None and (area := find(parent)) is not None and area not in found:
        found.append(area)
        parent = area.parent
    return found[::-1]


def neighbours(spot: Spot, areas: Iterable[Area]) -> list[Area]:
    """Areas of the same level side by side with it; where there are none, the nearest ones."""
    others = [area for area in areas if area.level is spot.level and area.id != spot.id]
    beside = [area for area in others if _touch(_box(area.polygon), _box(spot.polygon))]
    return sorted(beside or others, key=lambda area: _away(spot, area))[:NEIGHBOURS]


def streets_beside(spot: Spot, streets: Streets) -> list[Street]:
    """Streets in the midst of an area, or beside a street."""
    reach = STREETS_NEAR if spot.level is AreaLevel.STREET else max(spot.radius, STREETS_NEAR)
    found = streets.around((spot.lat, spot.lon), reach, NEIGHBOURS * 40)
    if spot.polygon:
        found = [street for street in found if point_in_polygon(*middle(street), spot.polygon)]
    return [street for street in found if street.id != spot.id]


def counted(listings: Iterable[PublicListing]) -> tuple[int, int]:
    """How many, and the sum of their public counts of members."""
    every = list(listings)
    return len(every), sum(listing.members or 0 for listing in every)


def _corners(area: Area) -> Iterable[tuple[float, float]]:
    return (point for polygon in area.polygon for ring in polygon for point in ring)


def _box(polygon: list[list[list[tuple[float, float]]]]) -> Box | None:
    points = [point for rings in polygon for ring in rings for point in ring]
    if not points:
        return None
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    return min(lons), min(lats), max(lons), max(lats)


def _touch(one: Box | None, other: Box | None) -> bool:
    if one is None or other is None:
        return False
    apart = max(one[0], other[0]) - min(one[2], other[2]), max(one[1], other[1]) - min(one[3], other[3])
    return max(apart) <= TOUCHING


def _away(spot: Spot, area: Area) -> float:
    point = centre(area)
    return metres(spot.lat, spot.lon, point.lat, point.lon)


LEVELS = tuple(AreaLevel)
