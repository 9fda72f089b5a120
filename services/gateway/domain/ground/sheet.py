"""Features in web Mercator, found by where they are, as fine as a zoom can show."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from services.gateway.domain.ground.lines import line_of
from services.gateway.domain.ground.looks import Look, seen_from
from shared.contracts.ground import Ground, GroundKind
from shared.contracts.listings import Area
from shared.contracts.streets import Street, StreetType

LATITUDE_MOST = 85.05112878
LONG, MIDDLE = 2_500.0, 900.0
"""Metres from which a street of the gazetteer is seen from everywhere, and from the middle distance."""
WIDE = {StreetType.AVENUE, StreetType.HIGHWAY, StreetType.BOULEVARD, StreetType.EMBANKMENT}
METRES_A_WORLD = 40_075_016.686
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, where the world is 0 to 1."""
Rings = Sequence[Sequence[Sequence[tuple[float, float]]]]


@dataclass(frozen=True)
class Feature:
    """One piece: how it looks, from which zoom it is seen, its names, its shape where the world is 0 to 1."""

    look: Look
    zoom: float
    names: Mapping[str, str]
    shape: BaseGeometry


class Sheet:
    """All features; asked by many at once, never changed."""

    def __init__(self, features: Iterable[Feature]) -> None:
        self._features = sorted(features, key=lambda feature: feature.look)
        self._zooms = np.array([feature.zoom for feature in self._features])
        self._shapes = np.array([feature.shape for feature in self._features], dtype=object)
        self._tree = shapely.STRtree(self._shapes)

    def __len__(self) -> int:
        return len(self._features)

    def within(self, box: Box, zoom: float, fine: float) -> Iterator[tuple[Feature, BaseGeometry]]:
        """What of each feature lies in a box of the world, no finer than `fine`, from the lowest look up."""
        found = np.sort(self._tree.query(shapely.box(*box)))
        found = found[self._zooms[found] <= zoom]
        coarse = shapely.simplify(self._shapes[found], fine)
        cut = shapely.clip_by_rect(coarse, *box)
        for at, shape in zip(found.tolist(), cut, strict=True):
            if shape is not None and not shape.is_empty:
                yield self._features[at], shape


def of_area(area: Area, number: int) -> list[Feature]:
    """`number` in the order of all areas gives neighbours two tones in turns."""
    polygons = [_polygon(rings) for rings in area.polygon if rings]
    if not polygons:
        return []
    look = Look.area(area.level, odd=number % 2 == 1)
    return [Feature(look, seen_from(look, 1), area.names, shapely.make_valid(shapely.MultiPolygon(polygons)))]


def of_piece(piece: Ground) -> list[Feature]:
    look = {GroundKind.WATER: Look.WATER, GroundKind.PARK: Look.PARK}.get(
        piece.kind, Look.of_street(piece.rank)
    )
    found: list[Feature] = []
    if piece.polygon:
        shape = shapely.make_valid(
            shapely.MultiPolygon([_polygon(rings) for rings in piece.polygon if rings])
        )
        found.append(Feature(look, seen_from(look, piece.rank), piece.names, shape))
    if piece.lines:
        look = Look.RIVER if piece.kind is GroundKind.WATER else look
        found.append(Feature(look, seen_from(look, piece.rank), piece.names, _lines(piece.lines)))
    return found


def of_street(street: Street) -> list[Feature]:
    """The way past its houses; the longer, the farther it is seen."""
    lines = line_of(street.houses)
    if not lines:
        return []
    shape = _lines(lines)
    metres = shape.length * METRES_A_WORLD * math.cos(math.radians(street.houses[0][1]))
    rank = 1 if metres >= LONG else 2 if metres >= MIDDLE or street.type in WIDE else 3
    look = Look.of_street(rank)
    return [Feature(look, seen_from(look, rank), street.names, shape)]


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Where the world is 0 to 1, from the north-west."""
    sin = math.sin(math.radians(max(-LATITUDE_MOST, min(LATITUDE_MOST, lat))))
    return (lon + 180) / 360, 0.5 - math.log((1 + sin) / (1 - sin)) / (4 * math.pi)


def _polygon(rings: Sequence[Sequence[tuple[float, float]]]) -> BaseGeometry:
    return shapely.Polygon(_line(rings[0]), [_line(ring) for ring in rings[1:]])


def _lines(lines: Sequence[Sequence[tuple[float, float]]]) -> BaseGeometry:
    return shapely.MultiLineString([_line(line) for line in lines])


def _line(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [mercator(lon, lat) for lon, lat in points]
