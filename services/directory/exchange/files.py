"""Listings from a file and into a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from dataclasses import replace as with_fields
from itertools import islice
from pathlib import Path
from typing import IO

from services.directory.exchange.columns.contents import Contents
from services.directory.exchange.columns.labels import unfolded
from services.directory.exchange.columns.understanding import Columns
from services.directory.exchange.formats import FORMATS_READ, limited, named, open_document
from services.directory.exchange.judging import Rules, judged
from services.directory.exchange.ledger import Ledger, digest
from services.directory.exchange.reading import listed
from services.directory.exchange.reading.records import Document, Record
from services.directory.exchange.rows import FileError, Item, Row, Skipped
from shared.contracts.listings import Listing
from shared.exchange import CSV, GEOJSON, KML, TSV, ordered, public
from shared.settings import City

NAMED_MOST = 12
SURVEYED = 500
"""Rows by which columns are understood whose names say nothing."""
_WRITERS = {".geojson": GEOJSON, ".json": GEOJSON, ".csv": CSV, ".tsv": TSV, ".kml": KML}
FORMATS = tuple(_WRITERS)
"""Extensions that can be written."""


@dataclass(frozen=True)
class Opened:
    """A file that is being read. `total` is the number of rows, exact or a good guess."""

    document: Document
    columns: Columns
    items: Iterator[Item]
    ledger: Ledger
    """Fills while `items` is read."""

    @property
    def total(self) -> int:
        return self.document.total


def open_file(path: Path, city: City | None = None, *, lists_outside: bool = True) -> Opened:
    """The rows of a file in any of the formats, judged one by one.

    Places outside the service area of `city` are listed with a note, or skipped. Raises FileError, perhaps
    only while `items` is read.
    """
    document = open_document(path)
    records = document.records
    document.records = lambda: map(unfolded, records())
    try:
        columns = _surveyed(document, city)
        rules = Rules(city, columns, lists_outside=lists_outside)
        _check_columns(document, rules)
    except FileError as error:
        raise named(path, error) from None
    ledger = Ledger()
    items = _distinct((judged(record, rules) for record in limited(path, document)), ledger)
    return Opened(document, columns, items, ledger)


def read(path: Path, city: City | None = None) -> Iterator[Item]:
    """Only the rows of `open_file`."""
    return open_file(path, city).items


def write_to(file: IO[bytes], extension: str, listings: Iterable[Listing]) -> int:
    """Write in the format of an extension, one of FORMATS, and answer how many."""
    rows = ordered(public(listing, dead_links=True) for listing in listings)
    file.writelines(_WRITERS[extension.lower()].parts(rows))
    return len(rows)


def _surveyed(document: Document, city: City | None) -> Columns:
    """The columns, by their names and by what the first rows have in them."""
    contents, names = Contents(city), dict.fromkeys(document.names)
    for record in _first(document):
        contents.take(record.fields)
        names |= dict.fromkeys(record.fields)
    return Columns(names, contents, is_headless=document.is_headless)


def _first(document: Document) -> Iterator[Record]:
    """The first rows; a file that breaks off later is told when it is read as a whole."""
    rows = islice(document.records(), SURVEYED)
    yield from rows


def _check_columns(document: Document, rules: Rules) -> None:
    """A table must have columns for links and places, unless rows can be listed without. Raises FileError."""
    if not document.names or any(isinstance(judged(each, rules), Row) for each in _first(document)):
        return
    if document.kind == listed.KIND:
        if not any(each.fields.get("link") for each in _first(document)):
            raise FileError(f"is a text without links to Telegram; formats are {FORMATS_READ}")
        return
    fields = {column.field for column in rules.columns} | {column.meaning.also for column in rules.columns}
    missing = [] if "link" in fields else ["link"]
    if "place" not in fields:
        missing += [field for field in ("lat", "lon") if field not in fields]
    if missing:
        doubtful = [column.name for column in rules.columns if column.is_doubtful]
        more = f"; “{doubtful[0]}” may be a person's and is not read" if doubtful else ""
        shown = ", ".join(f"“{name[:40]}”" for name in document.names[:NAMED_MOST])
        where = "the first row must name the columns;" if document.is_headless else f"of the columns {shown}"
        raise FileError(f"{where} there is none for {', '.join(missing)}{more}")


def _distinct(items: Iterable[Item], ledger: Ledger) -> Iterator[Item]:
    """Each link once: the first row counts, later ones are skipped. An id that comes again is not taken."""
    ids: set[int] = set()
    for item in items:
        if isinstance(item, Skipped):
            yield item
            continue
        earlier = ledger.enter(item.content.link.key, item.number)
        if earlier is not None:
            why = f"the same link stands in row {earlier}"
            yield Skipped(item.number, "link.twice", why, item.content.name)
            continue
        yield _with_own_id(item, ids)


def _with_own_id(row: Row, ids: set[int]) -> Row:
    if row.listing_id is None:
        return row
    if digest(row.listing_id) in ids:
        return with_fields(row, listing_id=None)
    ids.add(digest(row.listing_id))
    return row
