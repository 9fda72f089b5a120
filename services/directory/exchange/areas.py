"""Areas from GeoJSON into the directory."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import shapely
from pydantic import ValidationError

from services.directory.areas import ORDER, shape
from services.directory.exchange.fields import number_of, text_of
from services.directory.exchange.formats import family, load
from services.directory.exchange.importing import Progress, silent
from services.directory.exchange.jsons import parse
from services.directory.exchange.published import snapshot
from services.directory.exchange.report import Report
from services.directory.exchange.rows import FileError, Skipped
from services.directory.exchange.waiting import PATIENCE, Queue
from shared.bus import Bus, Commit
from shared.clock import now
from shared.contracts.directory import AreaChanged, ImportArea
from shared.contracts.listings import Area, AreaId, AreaLevel
from shared.contracts.registry import AREAS_CHANGED, AREAS_IMPORT
from shared.text import clean_name, fold

CHUNK = 50
POINTS_MOST = 200_000
"""Points of one area: the largest city outlines have some ten thousand."""
_NAME = re.compile(r"names?[:_.]([a-z]{2,3})")


class _Unusable(Exception):  # noqa: N818
    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def read_areas(path: Path) -> list[Area | Skipped]:
    """Polygons of a GeoJSON FeatureCollection, each with its parent, in the order of the file.

    Properties: `id`, `level`, `name` or names by language (`names`, `name:be`, `name_be`), `parent`. Without
    an id it comes from the name, without a level it is a quarter, without a parent it is the smallest area of
    a larger level in the same file that holds its middle. Raises FileError.
    """
    data = load(path)
    document = parse(data) if family(path, data) == "json" else None
    features = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(features, list):
        raise FileError(f"{path} is not a GeoJSON FeatureCollection")
    found = list(_distinct(_area(number, raw) for number, raw in enumerate(features, start=1)))
    return _with_parents(found)


async def import_areas(
    bus: Bus, path: Path, progress: Progress = silent, *, patience: float = PATIENCE
) -> Report:
    """Import areas, wait until the directory has taken them in, and report on every feature.

    The listings find their new areas in the background. Raises FileError, Stalled, Unavailable.
    """
    items = await asyncio.to_thread(read_areas, path)
    areas = [item for item in items if isinstance(item, Area)]
    report = Report(skipped=[item for item in items if isinstance(item, Skipped)])
    queue = Queue(bus, AREAS_IMPORT, patience)
    await queue.open()
    before = await _standing(bus)
    left = iter(areas)
    while chunk := list(islice(left, CHUNK)):
        await bus.commit(Commit.of(events=[ImportArea(area=area, imported_at=now()) for area in chunk]))
    await queue.until(0, lambda waiting: progress(max(0, len(areas) - waiting), len(areas)))
    _count(report, areas, before, await _standing(bus))
    return report


async def _standing(bus: Bus) -> dict[AreaId, Area]:
    found: dict[AreaId, Area] = {}
    async for event in snapshot(bus, AREAS_CHANGED):
        assert isinstance(event, AreaChanged)
        if event.area:
            found[event.area_id] = event.area
    return found


def _count(
    report: Report, areas: Iterable[Area], before: Mapping[AreaId, Area], after: Mapping[AreaId, Area]
) -> None:
    for number, area in enumerate(areas, start=1):
        if area.id not in after:
            why = "the directory could not take it; see `dze dead list`"
            report.skipped.append(Skipped(number, "import.failed", why, area.id))
        elif area.id not in before:
            report.added += 1
        elif before[area.id] == after[area.id]:
            report.unchanged += 1
        else:
            report.changed += 1


def _area(number: int, raw: Any) -> Area | Skipped:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("properties"), Mapping):
        return Skipped(number, "row.unreadable", "not a feature with properties")
    properties = raw["properties"]
    name = clean_name(text_of(properties.get("name"))[:1_000])
    try:
        names = _names(properties)
        return Area(
            id=_slug(
                text_of(properties.get("id", raw.get("id"))) or names.get("en") or next(iter(names.values()))
            ),
            level=_level(properties),
            names=names,
            parent=_slug(text_of(properties.get("parent"))) or None,
            polygon=_polygon(raw.get("geometry")),
        )
    except _Unusable as error:
        return Skipped(number, error.code, str(error), name)
    except ValidationError:
        return Skipped(number, "area.invalid", "an id or coordinates that cannot be", name)


def _names(properties: Mapping[str, Any]) -> dict[str, str]:
    """Names by language; a name without a language counts as Belarusian."""
    given = properties.get("names")
    found = dict(given) if isinstance(given, Mapping) else {}
    for key, value in properties.items():
        if match := _NAME.fullmatch(str(key).casefold()):
            found.setdefault(match[1], value)
    found.setdefault("be", properties.get("name"))
    cleaned = {str(language): clean_name(text_of(value)[:1_000]) for language, value in found.items()}
    names = {code: name for code, name in cleaned.items() if name and re.fullmatch("[a-z]{2,3}", code)}
    if not names:
        raise _Unusable("name.missing", "no name")
    return names


def _slug(text: str) -> str:
    """An id that may stand in an address."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text) if not text.isascii() else text.casefold()).strip("-")[:64]


def _level(properties: Mapping[str, Any]) -> AreaLevel:
    text = text_of(properties.get("level")).strip().casefold()
    if text and text not in set(AreaLevel):
        raise _Unusable("level.unknown", f"the level must be one of {', '.join(AreaLevel)}")
    return AreaLevel(text) if text else AreaLevel.QUARTER


def _polygon(geometry: Any) -> list[list[list[tuple[float, float]]]]:
    """A Polygon or MultiPolygon as a MultiPolygon of closed rings."""
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _Unusable("area.not_polygon", "not a polygon")
    coordinates = geometry.get("coordinates")
    polygons = _list([coordinates] if kind == "Polygon" else coordinates)
    drawn = [[_ring(ring) for ring in _list(rings)] for rings in polygons]
    points = sum(len(ring) for rings in drawn for ring in rings)
    if points > POINTS_MOST:
        raise _Unusable("area.too_fine", f"more than {POINTS_MOST} points")
    return drawn


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _Unusable("area.empty", "a polygon without rings")
    return value


def _ring(raw: Any) -> list[tuple[float, float]]:
    points = [_point(point) for point in _list(raw)]
    if points[0] != points[-1]:
        points.append(points[0])
    if len(set(points)) < 3:
        raise _Unusable("area.empty", "a ring with fewer than three points")
    return points


def _point(raw: Any) -> tuple[float, float]:
    if isinstance(raw, Sequence) and len(raw) >= 2:
        lon, lat = number_of(raw[0]), number_of(raw[1])
        if lon is not None and lat is not None:
            return lon, lat
    raise _Unusable("area.invalid", "an id or coordinates that cannot be")


def _distinct(items: Iterable[Area | Skipped]) -> Iterator[Area | Skipped]:
    seen: set[AreaId] = set()
    for number, item in enumerate(items, start=1):
        if isinstance(item, Area) and item.id in seen:
            yield Skipped(number, "id.twice", f"another area has the id {item.id}", item.id)
            continue
        if isinstance(item, Area):
            seen.add(item.id)
        yield item


def _with_parents(items: list[Area | Skipped]) -> list[Area | Skipped]:
    """Parents for those that name none: the smallest area of a larger level around their middle."""
    drawn = [(area, shape(area)) for area in items if isinstance(area, Area)]
    drawn.sort(key=lambda pair: pair[1].area)
    middles = {area.id: polygon.representative_point() for area, polygon in drawn}

    def parent(area: Area) -> AreaId | None:
        for other, polygon in drawn:
            larger = ORDER.index(other.level) < ORDER.index(area.level)
            if larger and shapely.contains(polygon, middles[area.id]):
                return other.id
        return None

    return [
        item.model_copy(update={"parent": item.parent or parent(item)}) if isinstance(item, Area) else item
        for item in items
    ]
