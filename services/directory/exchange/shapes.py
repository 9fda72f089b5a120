"""Names, ids and geometry of GeoJSON features that are not listings."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.directory.exchange.judging import text_of
from services.directory.exchange.values.numbers import number_of
from shared.text import clean_name, fold

POINTS_MOST = 200_000
"""Points of one feature: the largest city outlines have some ten thousand."""
_NAME = re.compile(r"names?[:_.]([a-z]{2,3})")
Ring = list[tuple[float, float]]


class Unusable(Exception):  # noqa: N818
    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def names_of(properties: Mapping[str, Any]) -> dict[str, str]:
    """Names by language; a name without a language counts as Belarusian."""
    given = properties.get("names")
    found = dict(given) if isinstance(given, Mapping) else {}
    for key, value in properties.items():
        if match := _NAME.fullmatch(str(key).casefold()):
            found.setdefault(match[1], value)
    found.setdefault("be", properties.get("name"))
    cleaned = {str(language): clean_name(text_of(value)[:1_000]) for language, value in found.items()}
    return {code: name for code, name in cleaned.items() if name and re.fullmatch("[a-z]{2,3}", code)}


def slug(text: str) -> str:
    """An id that may stand in an address."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text) if not text.isascii() else text.casefold()).strip("-")[:64]


def polygon_of(geometry: Any) -> list[list[Ring]]:
    """A Polygon or MultiPolygon as a MultiPolygon of closed rings."""
    polygons = list_of(_polygons(geometry))
    drawn = [[_ring(ring) for ring in list_of(rings)] for rings in polygons]
    points = sum(len(ring) for rings in drawn for ring in rings)
    if points > POINTS_MOST:
        raise Unusable("area.too_fine", f"more than {POINTS_MOST} points")
    return drawn


def _polygons(geometry: Any) -> Any:
    """Rings of each polygon; a collection of polygons, as KML has them, is several."""
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    parts = geometry.get("geometries") if kind == "GeometryCollection" else None
    if isinstance(parts, list):
        return [rings for part in parts for rings in _polygons(part)]
    if kind not in ("Polygon", "MultiPolygon"):
        raise Unusable("area.not_polygon", "not a polygon")
    coordinates = geometry.get("coordinates")
    return [coordinates] if kind == "Polygon" else coordinates


def list_of(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise Unusable("area.empty", "a polygon without rings")
    return value


def _ring(raw: Any) -> Ring:
    points = [point_of(point) for point in list_of(raw)]
    if points[0] != points[-1]:
        points.append(points[0])
    if len(set(points)) < 3:
        raise Unusable("area.empty", "a ring with fewer than three points")
    return points


def point_of(raw: Any) -> tuple[float, float]:
    if isinstance(raw, Sequence) and len(raw) >= 2:
        lon, lat = number_of(raw[0]), number_of(raw[1])
        if lon is not None and lat is not None:
            return lon, lat
    raise Unusable("area.invalid", "an id or coordinates that cannot be")
