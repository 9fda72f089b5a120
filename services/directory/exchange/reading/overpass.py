"""JSON of Overpass: elements of OpenStreetMap with tags, and where ways and relations are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.directory.exchange.reading.json_survey import Node
from services.directory.exchange.values.numbers import number_of

CORNERS_MOST = 300_000
"""Nodes of ways that are remembered."""
_MARKS = {"tags", "nodes", "center", "bounds", "lat"}
Point = tuple[float, float]


def is_overpass(root: Node) -> bool:
    """Whether this is the answer of an Overpass server, or a file of OpenStreetMap in its JSON."""
    elements = root.children.get("elements")
    items = elements.items if elements is not None else None
    return items is not None and "type" in items.keys and bool(_MARKS & items.keys.keys())


class Shapes:
    """Places of elements. Nodes without tags are corners of ways and no entries."""

    def __init__(self) -> None:
        self._corners: dict[int, Point] = {}
        self._untagged = 0

    def gather(self, elements: Iterable[Any]) -> None:
        """Remember the corners of ways, which may stand behind the ways that need them."""
        for element in elements:
            if isinstance(element, Mapping) and element.get("type") == "node" and not element.get("tags"):
                point = _point(element)
                ident = element.get("id")
                if point is not None and isinstance(ident, int) and len(self._corners) < CORNERS_MOST:
                    self._corners[ident] = point

    def begin(self) -> None:
        """Count anew, for another reading of the file."""
        self._untagged = 0

    def is_entry(self, element: Any) -> bool:
        if isinstance(element, Mapping) and not element.get("tags"):
            self._untagged += 1
            return False
        return True

    def geometry(self, element: Mapping[str, Any]) -> dict[str, Any] | None:
        """As in GeoJSON; None for a way or relation whose place is not in the file."""
        points = list(self._points(element))
        if not points:
            return None
        positions = [[lon, lat] for lat, lon in points]
        if len(positions) == 1:
            return {"type": "Point", "coordinates": positions[0]}
        return {"type": "LineString", "coordinates": positions}

    def found(self) -> dict[str, str]:
        told = f"{self._untagged} elements without tags are corners of others, and no entries"
        return {"overpass.untagged": told} if self._untagged else {}

    def _points(self, element: Mapping[str, Any]) -> Iterator[Point]:
        for place in (element, element.get("center")):
            if isinstance(place, Mapping) and (point := _point(place)) is not None:
                yield point
                return
        if isinstance(bounds := element.get("bounds"), Mapping):
            yield from _corners_of(bounds)
            return
        yield from _listed(element.get("geometry"))
        for member in _list(element.get("members")):
            if isinstance(member, Mapping):
                yield from self._points({**member, "members": None})
        for ident in _list(element.get("nodes")):
            if isinstance(ident, int) and ident in self._corners:
                yield self._corners[ident]


def _point(place: Mapping[str, Any]) -> Point | None:
    lat, lon = number_of(place.get("lat")), number_of(place.get("lon"))
    return None if lat is None or lon is None else (lat, lon)


def _corners_of(bounds: Mapping[str, Any]) -> Iterator[Point]:
    for lat, lon in (("minlat", "minlon"), ("maxlat", "maxlon")):
        point = _point({"lat": bounds.get(lat), "lon": bounds.get(lon)})
        if point is not None:
            yield point


def _listed(value: Any) -> Iterator[Point]:
    for each in _list(value):
        if isinstance(each, Mapping) and (point := _point(each)) is not None:
            yield point


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
