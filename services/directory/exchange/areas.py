"""Areas from GeoJSON into the directory."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import shapely
from pydantic import ValidationError

from services.directory.areas import ORDER, shape
from services.directory.exchange.fields import text_of
from services.directory.exchange.formats import family, load
from services.directory.exchange.ground import kind_of, read_ground
from services.directory.exchange.importing import Progress, silent
from services.directory.exchange.jsons import parse
from services.directory.exchange.published import snapshot
from services.directory.exchange.report import Report
from services.directory.exchange.rows import FileError, Skipped
from services.directory.exchange.shapes import Unusable, names_of, polygon_of, slug
from services.directory.exchange.waiting import PATIENCE, Queue
from shared.bus import Bus, Commit
from shared.contracts.base import AnyStream, Message
from shared.contracts.directory import ImportArea
from shared.contracts.ground import Ground, ImportGround
from shared.contracts.listings import Area, AreaId, AreaLevel
from shared.contracts.registry import AREAS_CHANGED, AREAS_IMPORT, GROUND_CHANGED, GROUND_IMPORT
from shared.text import clean_name

CHUNK = 50
Piece = Area | Ground


def read_areas(path: Path) -> list[Area | Skipped]:
    """Polygons of a GeoJSON FeatureCollection, each with its parent, in the order of the file.

    Properties: `id`, `level`, `name` or names by language (`names`, `name:be`, `name_be`), `parent`. Without
    an id it comes from the name, without a level it is a quarter, without a parent it is the smallest area of
    a larger level in the same file that holds its middle. Water, parks and streets are left to `read_ground`.
    Raises FileError.
    """
    return _areas(_features(path))


def read_pieces(path: Path) -> list[Ground | Skipped]:
    """Water, parks and streets of such a file, in its order, without the areas. Raises FileError."""
    return read_ground(_features(path))


async def import_areas(
    bus: Bus, path: Path, progress: Progress = silent, *, patience: float = PATIENCE
) -> Report:
    """Import areas and pieces of ground, wait until the directory has them, and report on every feature.

    The listings find their new areas in the background. Raises FileError, Stalled, Unavailable.
    """
    features = await asyncio.to_thread(_features, path)
    read = [*await asyncio.to_thread(_areas, features), *await asyncio.to_thread(read_ground, features)]
    report = Report(skipped=sorted((i for i in read if isinstance(i, Skipped)), key=lambda item: item.number))
    areas = [item for item in read if isinstance(item, Area)]
    ground = [item for item in read if isinstance(item, Ground)]
    every = len(areas) + len(ground)
    brought = 0
    for streams, events in (
        ((AREAS_IMPORT, AREAS_CHANGED), [ImportArea(area=area, imported_at=bus.now()) for area in areas]),
        (
            (GROUND_IMPORT, GROUND_CHANGED),
            [ImportGround(ground=one, imported_at=bus.now()) for one in ground],
        ),
    ):
        brought += len(events)
        told = partial(_tell, progress, brought, every)
        await _bring(bus, streams, events, report, told=told, patience=patience)
    return report


def _tell(progress: Progress, brought: int, every: int, left: int) -> None:
    progress(max(0, brought - left), every)


async def _bring(
    bus: Bus,
    streams: tuple[AnyStream, AnyStream],
    events: Sequence[Message],
    report: Report,
    *,
    told: Callable[[int], None],
    patience: float,
) -> None:
    """Publish, wait, and count what became of each piece."""
    if not events:
        return
    wanted, changed = streams
    queue = Queue(bus, wanted, patience)
    await queue.open()
    before = await _standing(bus, changed)
    left = iter(events)
    while chunk := list(islice(left, CHUNK)):
        await bus.commit(Commit.of(events=chunk))
    await queue.until(0, told)
    _count(report, [_piece(event) for event in events], before, await _standing(bus, changed))


def _features(path: Path) -> list[Any]:
    data = load(path)
    document = parse(data) if family(path, data) == "json" else None
    features = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(features, list):
        raise FileError(f"{path} is not a GeoJSON FeatureCollection")
    return features


def _areas(features: list[Any]) -> list[Area | Skipped]:
    numbered = ((number, raw) for number, raw in enumerate(features, start=1) if kind_of(raw) is None)
    return _with_parents(list(_distinct((number, _area(number, raw)) for number, raw in numbered)))


def _piece(event: Any) -> Piece:
    piece: Piece | None = event.area if hasattr(event, "area") else event.ground
    assert piece is not None
    return piece


async def _standing(bus: Bus, stream: AnyStream) -> dict[AreaId, Piece]:
    events = [event async for event in snapshot(bus, stream)]
    pieces = [_piece(event) for event in events if getattr(event, "area", getattr(event, "ground", None))]
    return {piece.id: piece for piece in pieces}


def _count(
    report: Report, areas: Iterable[Piece], before: Mapping[AreaId, Piece], after: Mapping[AreaId, Piece]
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
        names = _needed(names_of(properties))
        return Area(
            id=slug(
                text_of(properties.get("id", raw.get("id"))) or names.get("en") or next(iter(names.values()))
            ),
            level=_level(properties),
            names=names,
            parent=slug(text_of(properties.get("parent"))) or None,
            polygon=polygon_of(raw.get("geometry")),
        )
    except Unusable as error:
        return Skipped(number, error.code, str(error), name)
    except ValidationError:
        return Skipped(number, "area.invalid", "an id or coordinates that cannot be", name)


def _needed(names: dict[str, str]) -> dict[str, str]:
    if not names:
        raise Unusable("name.missing", "no name")
    return names


def _level(properties: Mapping[str, Any]) -> AreaLevel:
    text = text_of(properties.get("level")).strip().casefold()
    if text and text not in set(AreaLevel):
        raise Unusable("level.unknown", f"the level must be one of {', '.join(AreaLevel)}")
    return AreaLevel(text) if text else AreaLevel.QUARTER


def _distinct(items: Iterable[tuple[int, Area | Skipped]]) -> Iterator[Area | Skipped]:
    seen: set[AreaId] = set()
    for number, item in items:
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
