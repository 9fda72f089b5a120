"""An address gazetteer (CSV) into the directory: streets with their houses."""

import asyncio
import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from services.directory.exchange.fields import number_of
from services.directory.exchange.formats import ROWS_MOST, load
from services.directory.exchange.gazetteer import Gathered, gather
from services.directory.exchange.importing import Progress, silent
from services.directory.exchange.published import snapshot
from services.directory.exchange.report import Report
from services.directory.exchange.rows import FileError, Skipped
from services.directory.exchange.tables import decode
from services.directory.exchange.waiting import PATIENCE, Queue
from shared.bus import Bus, Commit
from shared.contracts.listings import AreaId
from shared.contracts.registry import STREETS_CHANGED, STREETS_IMPORT
from shared.contracts.streets import ImportStreet, StreetChanged
from shared.settings import City

CHUNK = 100
"""Streets published in one commit."""
_COLUMNS = {
    "address": ("address", "addr", "адрас", "адрес"),
    "lat": ("lat", "latitude", "y", "шырата", "широта"),
    "lon": ("lon", "lng", "long", "longitude", "x", "даўгата", "долгота"),
}
Row = tuple[int, str, float | None, float | None]
Houses = dict[AreaId, dict[str, tuple[float, float]]]


def is_gazetteer(path: Path) -> bool:
    """Whether the name is that of a table, packed or not."""
    return path.name.casefold().endswith((".csv", ".csv.gz", ".tsv", ".tsv.gz"))


def read_addresses(path: Path, city: City | None = None) -> Gathered:
    """Streets of a table with the columns address, lat and lon. Raises FileError."""
    return gather(_rows(decode(load(path))), city)


async def import_addresses(
    bus: Bus, path: Path, progress: Progress = silent, *, city: City | None = None, patience: float = PATIENCE
) -> Report:
    """Import a gazetteer, wait until the directory has taken it in, and report on every row.

    Safe to repeat: known houses at their place stay unchanged. Raises FileError, Stalled, Unavailable.
    """
    found = await asyncio.to_thread(read_addresses, path, city)
    report, streets = Report(skipped=found.skipped), found.streets
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


def _rows(text: str) -> Iterator[Row]:
    header = text.lstrip("\n\r").partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    columns, number = _columns(next(reader, [])), 1
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error:
            yield number, "", None, None
            continue
        if cells is None:
            return
        if number > ROWS_MOST:
            raise FileError(f"more than {ROWS_MOST} rows; import the file in parts")
        if any(cells):
            yield _row(number, cells, columns)


def _columns(header: Sequence[str]) -> list[int]:
    names = [name.strip().casefold() for name in header]
    found = [next((names.index(one) for one in each if one in names), -1) for each in _COLUMNS.values()]
    if -1 in found:
        raise FileError("the first row must name the columns address, lat and lon")
    return found


def _row(number: int, cells: Sequence[str], columns: Sequence[int]) -> Row:
    text, lat, lon = (cells[column] if column < len(cells) else "" for column in columns)
    return number, text[:1_000], number_of(lat), number_of(lon)


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
            report.skipped.append(Skipped(number, "import.failed", why))
        elif was is None:
            report.added += 1
        elif was == now_:
            report.unchanged += 1
        else:
            report.changed += 1
