"""Areas and pieces of ground from GeoJSON or KML into the directory."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import shapely
from pydantic import ValidationError

from services.directory.areas import ORDER, shape
from services.directory.exchange.formats import limited, open_document
from services.directory.exchange.ground import kind_of, read_ground
from services.directory.exchange.importing import Progress, silent
from services.directory.exchange.judging import text_of
from services.directory.exchange.ledger import Digest, digest
from services.directory.exchange.published import snapshot
from services.directory.exchange.reading.records import Document, Record
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
POINTS_MOST = 1_500_000
"""Points of all areas of a file together, which are in memory at once to find their parents."""
_DRAWN = ("GeoJSON", "KML", "uMap")
Piece = Area | Ground
Item = Area | Ground | Skipped


def read_areas(path: Path) -> list[Area | Skipped]:
    """Polygons of a GeoJSON FeatureCollection or of KML, each with its parent, in the order of the file.

    Properties: `id`, `level`, `name` or names by language (`names`, `name:be`, `name_be`), `parent`. Without
    an id it comes from the name, without a level it is a quarter, without a parent it is the smallest area of
    a larger level in the same file that holds its middle. Water, parks and streets are left to `read_pieces`.
    Raises FileError.
    """
    return _areas(_features(path, _opened(path)))


def read_pieces(path: Path) -> list[Ground | Skipped]:
    """Water, parks and streets of such a file, in its order, without the areas. Raises FileError."""
    return list(read_ground(_features(path, _opened(path))))


async def import_areas(
    bus: Bus, path: Path, progress: Progress = silent, *, patience: float = PATIENCE
) -> Report:
    """Import areas and pieces of ground, wait until the directory has them, and report on every feature.

    The listings find their new areas in the background. Raises FileError, Stalled, Unavailable.
    """
    document = await asyncio.to_thread(_opened, path)
    report = Report()
    areas = await asyncio.to_thread(_areas, _features(path, document))
    bringing = _Bringing(bus, report, progress, max(document.total, len(areas)), patience)
    await bringing.bring((AREAS_IMPORT, AREAS_CHANGED), iter(areas))
    await bringing.bring((GROUND_IMPORT, GROUND_CHANGED), read_ground(_features(path, document)))
    report.skipped.sort(key=lambda item: item.number)
    report.found = document.found
    return report


class _Bringing:
    """Publishes pieces, waits, and counts what became of each."""

    def __init__(self, bus: Bus, report: Report, progress: Progress, every: int, patience: float) -> None:
        self._bus, self._report, self._patience = bus, report, patience
        self._progress, self._every, self._done = progress, every, 0

    async def bring(self, streams: tuple[AnyStream, AnyStream], items: Iterator[Item]) -> None:
        wanted, changed = streams
        queue, before = Queue(self._bus, wanted, self._patience), None
        published: dict[AreaId, int] = {}
        while chunk := await asyncio.to_thread(lambda: list(islice(items, CHUNK))):
            pieces = [piece for piece in chunk if not isinstance(piece, Skipped)]
            for skipped in chunk:
                if isinstance(skipped, Skipped):
                    self._report.skip(skipped)
            if pieces and before is None:
                await queue.open()
                before = await _standing(self._bus, changed)
            published |= {piece.id: len(published) + at for at, piece in enumerate(pieces)}
            await self._bus.commit(Commit.of(events=[_wish(piece, self._bus.now()) for piece in pieces]))
            self._done += len(pieces)
            self._progress(max(0, self._done - await queue.waiting()) if pieces else self._done, self._every)
        if before is not None:
            await queue.until(0, lambda left: self._progress(max(0, self._done - left), self._every))
            _count(self._report, published, before, await _standing(self._bus, changed))


def _wish(piece: Piece, at: datetime) -> Message:
    if isinstance(piece, Area):
        return ImportArea(area=piece, imported_at=at)
    return ImportGround(ground=piece, imported_at=at)


def _opened(path: Path) -> Document:
    document = open_document(path)
    if document.kind not in _DRAWN:
        raise FileError(f"{path} is not a GeoJSON FeatureCollection or KML with shapes")
    return document


def _features(path: Path, document: Document) -> Iterator[Record]:
    return (_with_name(record) if record.own_name else record for record in limited(path, document))


def _with_name(record: Record) -> Record:
    """KML names a placemark beside its fields."""
    return replace(record, fields={**record.fields, "name": record.own_name})


def _areas(records: Iterable[Record]) -> list[Area | Skipped]:
    found = ((record.number, _area(record)) for record in records if kind_of(record) is None)
    return _with_parents(list(_bounded(_distinct(found))))


def _bounded(items: Iterable[Area | Skipped]) -> Iterator[Area | Skipped]:
    points = 0
    for item in items:
        if isinstance(item, Area):
            points += sum(len(ring) for rings in item.polygon for ring in rings)
        if points > POINTS_MOST:
            raise FileError(f"more than {POINTS_MOST} points in all areas together; simplify them")
        yield item


async def _standing(bus: Bus, stream: AnyStream) -> dict[AreaId, Digest]:
    """Digests of the pieces that the directory has, by their ids."""
    found: dict[AreaId, Digest] = {}
    async for event in snapshot(bus, stream):
        piece = getattr(event, "area", getattr(event, "ground", None))
        if piece is not None:
            found[piece.id] = digest(piece.model_dump_json())
    return found


def _count(
    report: Report,
    published: Mapping[AreaId, int],
    before: Mapping[AreaId, Digest],
    after: Mapping[AreaId, Digest],
) -> None:
    for area_id, number in published.items():
        if area_id not in after:
            why = "the directory could not take it; see `dze dead list`"
            report.skip(Skipped(number + 1, "import.failed", why, area_id))
        elif area_id not in before:
            report.added += 1
        elif before[area_id] == after[area_id]:
            report.unchanged += 1
        else:
            report.changed += 1


def _area(record: Record) -> Area | Skipped:
    number, properties = record.number, record.fields
    if record.problem is not None:
        return Skipped(number, *record.problem)
    name = clean_name(text_of(properties.get("name"))[:1_000])
    try:
        names = _needed(names_of(properties))
        return Area(
            id=slug(text_of(properties.get("id")) or names.get("en") or next(iter(names.values()))),
            level=_level(properties),
            names=names,
            parent=slug(text_of(properties.get("parent"))) or None,
            polygon=polygon_of(record.geometry),
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
