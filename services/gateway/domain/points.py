"""A point, and the one that stands for an area."""

from dataclasses import dataclass

from shared.contracts.listings import Area


@dataclass(frozen=True)
class Point:
    """Degrees, WGS 84."""

    lat: float
    lon: float


def centre(area: Area) -> Point:
    """The middle of the box around the area."""
    points = [point for polygon in area.polygon for ring in polygon for point in ring]
    if not points:
        return Point(0.0, 0.0)
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    return Point((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
