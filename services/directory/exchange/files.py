"""Listings from a file and into a file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from dataclasses import replace as with_fields
from pathlib import Path
from typing import IO

from services.directory.exchange import jsons, kml, tables
from services.directory.exchange.formats import ROWS_MOST, Records, family, load
from services.directory.exchange.judging import judge
from services.directory.exchange.rows import FileError, Item, Row, Skipped
from shared.contracts.listings import Listing
from shared.exchange import CSV, GEOJSON, KML, TSV, ordered, public
from shared.settings import City

_READERS: dict[str, Callable[[bytes], Records]] = {
    "json": jsons.read,
    "kml": kml.read,
    "table": tables.read,
}
_WRITERS = {".geojson": GEOJSON, ".json": GEOJSON, ".csv": CSV, ".tsv": TSV, ".kml": KML}
FORMATS = tuple(_WRITERS)
"""Extensions that can be written."""


@dataclass(frozen=True)
class Opened:
    """A file that is being read. `total` is the number of rows, exact or a good guess."""

    total: int
    items: Iterator[Item]


def open_file(path: Path, city: City | None = None) -> Opened:
    """The rows of a GeoJSON, CSV or KML file or of the 2020 directory's JSON, judged one by one.

    Raises FileError, perhaps only while `items` is read.
    """
    data = load(path)
    records = _READERS[family(path, data)](data)
    return Opened(records.total, _distinct(judge(number, raw, city) for number, raw in _limited(records)))


def read(path: Path, city: City | None = None) -> Iterator[Item]:
    """Only the rows of `open_file`."""
    return open_file(path, city).items


def write_to(file: IO[bytes], extension: str, listings: Iterable[Listing]) -> int:
    """Write in the format of an extension, one of FORMATS, and answer how many."""
    rows = ordered(public(listing, dead_links=True) for listing in listings)
    file.writelines(_WRITERS[extension.lower()].parts(rows))
    return len(rows)


def _limited(records: Records) -> Iterator[tuple[int, object]]:
    for count, row in enumerate(records.rows):
        if count >= ROWS_MOST:
            raise FileError(f"more than {ROWS_MOST} rows; import the file in parts")
        yield row


def _distinct(items: Iterable[Item]) -> Iterator[Item]:
    """Each link once: the first row counts, later ones are skipped. An id that comes again is not taken."""
    rows: dict[str, int] = {}
    ids: set[str] = set()
    for item in items:
        if isinstance(item, Skipped):
            yield item
            continue
        key = item.content.link.key
        if key in rows:
            why = f"the same link stands in row {rows[key]}"
            yield Skipped(item.number, "link.twice", why, item.content.name)
            continue
        rows[key] = item.number
        yield _with_own_id(item, ids)


def _with_own_id(row: Row, ids: set[str]) -> Row:
    if row.listing_id is None:
        return row
    if row.listing_id in ids:
        return with_fields(row, listing_id=None)
    ids.add(row.listing_id)
    return row
