"""An address gazetteer into the directory: streets with their houses."""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from services.directory.exchange.columns.houses import address_of, has_address
from services.directory.exchange.columns.understanding import Columns
from services.directory.exchange.formats import limited, open_document
from services.directory.exchange.gazetteer import Gathered, gather
from services.directory.exchange.importing import Progress, silent
from services.directory.exchange.published import snapshot
from services.directory.exchange.reading.records import Record
from services.directory.exchange.report import Report
from services.directory.exchange.rows import FileError, Note, Skipped
from services.directory.exchange.values.places import NoPlace, place_of
from services.directory.exchange.waiting import PATIENCE, Queue
from shared.bus import Bus, Commit
from shared.contracts.listings import AreaId
from shared.contracts.registry import STREETS_CHANGED, STREETS_IMPORT
from shared.contracts.streets import ImportStreet, StreetChanged
from shared.settings import City

CHUNK = 100
"""Streets published in one commit."""
ADDRESSES_MOST = 500_000
"""Rows of one file, which are gathered into streets in memory; Minsk has 70,000."""
TEXT_READ = 1_000
_TABLES = (".csv", ".tsv", ".tab", ".xlsx", ".ods")
Row = tuple[int, str, float | None, float | None]
Houses = dict[AreaId, dict[str, tuple[float, float]]]
Notes = list[tuple[int, Note]]


def is_gazetteer(path: Path) -> bool:
    """Whether the name is that of a table, packed or not."""
    return path.name.casefold().removesuffix(".gz").endswith(_TABLES)


def read_addresses(path: Path, city: City | None = None, notes: Notes | None = None) -> Gathered:
    """Streets of a file with addresses and places, in any of the formats of listings. Raises FileError.

    `notes` is filled with what was put right in each row.
    """
    document = open_document(path)
    if document.names and not has_address(document.names):
        raise FileError(f"{path}: the first row must name the columns address, lat and lon")
    rows = limited(path, document, ADDRESSES_MOST)
    return gather(_located(rows, Columns(document.names), city, [] if notes is None else notes), city)


async def import_addresses(
    bus: Bus, path: Path, progress: Progress = silent, *, city: City | None = None, patience: float = PATIENCE
) -> Report:
    """Import a gazetteer, wait until the directory has taken it in, and report on every row.

    Safe to repeat: known houses at their place stay unchanged. Raises FileError, Stalled, Unavailable.
    """
    notes: Notes = []
    found = await asyncio.to_thread(read_addresses, path, city, notes)
    report, streets = Report(skipped=found.skipped), found.streets
    for number, note in notes:
        report.note(number, note)
    queue = Queue(bus, STREETS_IMPORT, patience)
    await queue.open()
    before = await _standing(bus)
    left, seen = iter(streets), 0
    while chunk := list(islice(left, CHUNK)):
        seen += len(chunk)
        await bus.commit(
            Commit.of(events=[ImportStreet(street=each, imported_at=bus.now()) for each in chunk])
        )
        progress(max(0, seen - await queue.waiting()), len(streets))
    await queue.until(0, lambda waiting: progress(max(0, len(streets) - waiting), len(streets)))
    _count(report, found.rows, before, await _standing(bus))
    progress(len(streets), len(streets))
    return report


def _located(
    records: Iterable[Record], columns: Columns, city: City | None, notes: Notes
) -> Iterator[Row | Skipped]:
    for record in records:
        if record.problem is not None:
            yield Skipped(record.number, *record.problem)
            continue
        text = address_of(record.fields)[:TEXT_READ]
        try:
            place = place_of(record, columns.arranged(tuple(record.fields)), city, is_ours=False)
        except NoPlace:
            yield record.number, text, None, None
            continue
        notes += ((record.number, note) for note in (*record.notes, *place.notes))
        yield record.number, text, place.lat, place.lon


async def _standing(bus: Bus) -> Houses:
    found: Houses = {}
    async for event in snapshot(bus, STREETS_CHANGED):
        assert isinstance(event, StreetChanged)
        if event.street:
            found[event.street_id] = {number: (lat, lon) for number, lat, lon in event.street.houses}
    return found


def _count(report: Report, rows: list[tuple[int, AreaId, str]], before: Houses, after: Houses) -> None:
    """Each row counts as what became of its house."""
    for number, street, house in rows:
        was, now_ = before.get(street, {}).get(house), after.get(street, {}).get(house)
        if now_ is None:
            why = "the directory could not take it; see `dze dead list`"
            report.skip(Skipped(number, "import.failed", why))
        elif was is None:
            report.added += 1
        elif was == now_:
            report.unchanged += 1
        else:
            report.changed += 1
