"""One tile as paths and labels, in units of half a pixel, whatever it was drawn from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from services.gateway.domain.ground.labels import Label, Labels
from services.gateway.domain.ground.looks import Look
from services.gateway.domain.ground.sheet import Box, Sheet, mercator

EDGE = 512
"""Pixels along a tile; twice the usual, so that a page needs a quarter of the requests."""
UNITS = 1024
MARGIN = 24
"""Units around the tile that are drawn too, so that no edge of a cut is seen."""
FINE = 1.3
"""Units by which a line may be simplified."""
Part = list[tuple[int, int]]


@dataclass(frozen=True)
class Shown:
    """One thing in a tile: surfaces where `closed`, else lines."""

    look: Look
    name: str
    parts: list[Part]
    closed: bool
    painted: bool = True
    """Whether it is more than a name."""


@dataclass
class Picture:
    """SVG paths by look, and what is written over them. `zoom` is that of a map of tiles of 256 pixels."""

    zoom: int
    paths: dict[Look, str] = field(default_factory=dict)
    labels: Sequence[Label] = ()


def picture(shown: Iterable[Shown], zoom: int) -> Picture:
    """Everything put together; what is painted last is named first."""
    paths: dict[Look, list[str]] = {}
    every = list(shown)
    for one in (one for one in every if one.painted):
        paths.setdefault(one.look, []).extend(_path(part, closed=one.closed) for part in one.parts)
    labels = Labels(UNITS, zoom)
    for one in reversed(every):
        if one.name:
            labels.add(one.look, one.name, one.parts, closed=one.closed)
    return Picture(zoom, {look: "".join(found) for look, found in sorted(paths.items())}, labels.placed)


def of_sheet(sheet: Sheet, z: int, x: int, y: int, language: str) -> Iterator[Shown]:
    """What a sheet shows in a tile of 512 pixels."""
    size = 1 / (1 << z)
    unit, left, top = size / UNITS, x * size, y * size
    edge = MARGIN * unit
    box = (left - edge, top - edge, left + size + edge, top + size + edge)
    for feature, shape in sheet.within(box, z + 1, FINE * unit):
        parts, closed = _parts(shape, left, top, unit)
        if parts:
            yield Shown(feature.look, _named(feature.names, language), parts, closed)


def beyond(area: Box, z: int, x: int, y: int) -> list[Shown]:
    """What lies outside a box of degrees (west, south, east, north), as a tile with a hole; often nothing."""
    west, south, east, north = area
    (left, top), (right, bottom) = mercator(west, north), mercator(east, south)
    scale, whole = UNITS * (1 << z), [(-MARGIN, -MARGIN), (UNITS + MARGIN, UNITS + MARGIN)]

    def near(value: float) -> int:
        return round(min(max(value, -MARGIN), UNITS + MARGIN))

    hole = [
        (near(left * scale - x * UNITS), near(top * scale - y * UNITS)),
        (near(right * scale - x * UNITS), near(bottom * scale - y * UNITS)),
    ]
    return [] if hole == whole else [Shown(Look.BEYOND, "", [_box(*whole), _box(*hole)[::-1]], closed=True)]


def _box(start: tuple[int, int], end: tuple[int, int]) -> Part:
    return [start, (end[0], start[1]), end, (start[0], end[1])]


def _parts(shape: BaseGeometry, left: float, top: float, unit: float) -> tuple[list[Part], bool]:
    """Rings or lines in units of the tile."""
    surfaces = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
    polygons = (
        shapely.orient_polygons(surfaces) if surfaces else []
    )  # so that overlapping ones are one surface
    lines = [one for one in shapely.get_parts(shape) if one.geom_type == "LineString"]
    rings = [ring for one in polygons for ring in (one.exterior, *one.interiors)]
    found = []
    for one in rings or lines:
        points = np.rint((shapely.get_coordinates(one) - (left, top)) / unit).astype(int).tolist()
        part = [(px, py) for px, py in points]
        if len(part) > (3 if rings else 1):
            found.append(part)
    return found, bool(rings)


def _path(part: Part, *, closed: bool) -> str:
    """Relative, because small numbers are short."""
    points = part[:-1] if closed and part[0] == part[-1] else part
    (x, y), moves = points[0], []
    for px, py in points[1:]:
        dx, dy = px - x, py - y
        if dx or dy:
            moves.append(f"{dx}{' ' if dy >= 0 else ''}{dy}")
            x, y = px, py
    if not moves:
        return ""
    text = moves[0] + "".join(move if move[0] == "-" else f" {move}" for move in moves[1:])
    return f"M{points[0][0]} {points[0][1]}l{text}{'z' if closed else ''}"


def _named(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or names.get("be") or next(iter(names.values()), "")
