"""Water, parks and streets from GeoJSON: what is drawn beneath the listings."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
import shapely
from pydantic import ValidationError

from services.directory.exchange.judging import text_of
from services.directory.exchange.reading.records import Record
from services.directory.exchange.rows import Skipped
from services.directory.exchange.shapes import Ring, Unusable, list_of, names_of, point_of, polygon_of, slug
from services.directory.exchange.tags import rank_of, tagged
from shared.contracts.ground import POINTS_MOST, Ground, GroundKind
from shared.contracts.listings import AreaId
from shared.text import clean_name

FINE = 0.00002
"""Degrees by which a line may be simplified: two metres, which no map of ours shows."""
DECIMALS = 5
SURFACES = ("Polygon", "MultiPolygon")


def kind_of(record: Record) -> GroundKind | None:
    """What a feature is: by its `kind`, or by tags of OpenStreetMap. None for an area, and whatever else."""
    properties = record.fields
    if properties.get("level"):
        return None
    named = text_of(properties.get("kind")).strip().casefold()
    return GroundKind(named) if named in set(GroundKind) else tagged(properties)


def read_ground(features: Iterable[Record]) -> Iterator[Ground | Skipped]:
    """The pieces of ground among the features of a file, in its order, one by one.

    Surfaces are polygons; lines are rivers and streets. Properties: `kind`, `id`, names as of areas, `rank`
    (1 is seen from everywhere, 3 only from near). Without an id it comes from kind and place, so that a
    second import of the same file changes nothing.
    """
    kinds = ((record, kind_of(record)) for record in features)
    return _distinct((record.number, _piece(record, kind)) for record, kind in kinds if kind)


def _piece(record: Record, kind: GroundKind) -> Ground | Skipped:
    number, properties = record.number, record.fields
    name = clean_name(text_of(properties.get("name"))[:1_000])
    try:
        polygon, lines = _drawn(kind, record.geometry)
        return Ground(
            id=slug(text_of(_named(properties))) or _id(kind, polygon, lines),
            kind=kind,
            names=names_of(properties),
            rank=rank_of(kind, properties, polygon),
            polygon=polygon,
            lines=lines,
        )
    except Unusable as error:
        return Skipped(number, error.code, str(error), name)
    except (ValidationError, ValueError):
        return Skipped(number, "ground.invalid", "an id or coordinates that cannot be", name)


def _drawn(kind: GroundKind, geometry: Any) -> tuple[list[list[Ring]], list[Ring]]:
    polygon, lines = _geometry(geometry)
    if kind is GroundKind.STREET and polygon:
        raise Unusable("ground.not_line", "a street must be a line")
    points = sum(map(len, [*lines, *(ring for rings in polygon for ring in rings)]))
    if points > POINTS_MOST:
        raise Unusable("ground.too_fine", f"more than {POINTS_MOST} points; cut it into parts")
    if not points:
        raise Unusable("ground.too_small", "too small to be drawn")
    return polygon, lines


def _geometry(geometry: Any) -> tuple[list[list[Ring]], list[Ring]]:
    """Surfaces and lines, as fine as they may be seen."""
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if kind in SURFACES:
        polygons = [[_thinned(ring) for ring in rings] for rings in polygon_of(geometry)]
        return [[ring for ring in rings if _wide(ring)] for rings in polygons if _wide(rings[0])], []
    if kind not in ("LineString", "MultiLineString"):
        raise Unusable("ground.not_drawn", "neither a polygon nor a line")
    coordinates = list_of(geometry.get("coordinates"))
    lines = [coordinates] if kind == "LineString" else coordinates
    drawn = [_thinned([point_of(point) for point in list_of(line)]) for line in lines]
    return [], [line for line in drawn if len(line) > 1]


def _wide(ring: Ring) -> bool:
    return len(set(ring)) > 2


def _thinned(points: Ring) -> Ring:
    """Without points that nobody would miss, and without digits below a metre."""
    if len(points) < 2:
        return points
    line = shapely.simplify(shapely.LineString(points), FINE)
    return [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in shapely.get_coordinates(line).tolist()]


def _named(properties: Mapping[str, Any]) -> Any:
    """The feature's own id; `@id` is that of exports from OpenStreetMap."""
    return next((each for each in (properties.get("id"), properties.get("@id")) if each), "")


def _id(kind: GroundKind, polygon: list[list[Ring]], lines: list[Ring]) -> AreaId:
    return f"{kind.value}-{hashlib.sha256(orjson.dumps([polygon, lines])).hexdigest()[:16]}"


def _distinct(items: Iterable[tuple[int, Ground | Skipped]]) -> Iterator[Ground | Skipped]:
    seen: set[AreaId] = set()
    for number, item in items:
        if isinstance(item, Ground) and item.id in seen:
            yield Skipped(number, "id.twice", f"another piece has the id {item.id}", item.id)
        else:
            if isinstance(item, Ground):
                seen.add(item.id)
            yield item
