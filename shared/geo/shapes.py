"""Is a point inside a box or a polygon? Degrees throughout."""

from collections.abc import Sequence

Box = tuple[float, float, float, float]
"""West, south, east, north."""
Ring = Sequence[tuple[float, float]]
"""Points [lon, lat]; closing it by repeating the first point is allowed but not needed."""
MultiPolygon = Sequence[Sequence[Ring]]
"""GeoJSON's shape: polygons, each an outer ring and then its holes."""


def in_box(lat: float, lon: float, box: Box, margin: float = 0.0) -> bool:
    """Whether the point lies in the box grown by `margin` degrees, edges included.

    A box whose west is greater than its east crosses the antimeridian.
    """
    west, south, east, north = box
    if not south - margin <= lat <= north + margin:
        return False
    if west <= east:
        return west - margin <= lon <= east + margin
    return lon >= west - margin or lon <= east + margin


def point_in_polygon(lat: float, lon: float, polygon: MultiPolygon) -> bool:
    """Whether the point lies in the multipolygon, holes taken out.

    Neighbouring polygons that share an edge do not both hold a point of it (half-open rule).
    """
    return any(_in_rings(lat, lon, rings) for rings in polygon)


def _in_rings(lat: float, lon: float, rings: Sequence[Ring]) -> bool:
    return sum(_crossings(lat, lon, ring) for ring in rings) % 2 == 1


def _crossings(lat: float, lon: float, ring: Ring) -> int:
    """How many edges of the ring a ray from the point to the east crosses."""
    count = 0
    for (lon1, lat1), (lon2, lat2) in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        if (lat1 > lat) != (lat2 > lat) and lon < lon1 + (lat - lat1) / (lat2 - lat1) * (lon2 - lon1):
            count += 1
    return count
