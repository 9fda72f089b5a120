"""A dry look at a file: how it is understood, what would be listed, what would change. Writes nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from services.directory.domain import Book, Record, imported
from services.directory.exchange.addresses import Notes, read_addresses
from services.directory.exchange.areas import read_areas, read_pieces
from services.directory.exchange.columns.understanding import Column
from services.directory.exchange.files import open_file
from services.directory.exchange.report import Report
from services.directory.exchange.rows import Row, Skipped
from shared.contracts.directory import ImportListing
from shared.contracts.listings import Listing, ListingId
from shared.settings import City

FIRST_MOST = 10
"""Rows that are shown as they would be listed."""
Wish = Callable[[Row], ImportListing]
"""Makes the message that an import would publish for a row."""


@dataclass
class Preview:
    """What a file is, and what an import of it would do."""

    kind: str
    details: dict[str, str]
    columns: list[Column]
    first: list[Row] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    """As after an import. Without a deployment to compare with, all that can be listed counts as added."""
    knows: bool = False
    """Whether there was a deployment to compare with."""


class Known:
    """What the directory has published, to be asked what a row would change."""

    def __init__(self, listings: Iterable[Listing], wish: Wish) -> None:
        self._by_id = {listing.id: listing for listing in listings}
        self._owners = {listing.link.key: listing.id for listing in self._by_id.values()}
        self._wish = wish

    def outcome(self, row: Row) -> str:
        """`added`, `changed`, `unchanged`, or `id.taken`."""
        event = self._wish(row)
        owner = self._owners.get(event.content.link.key)
        listing = self._by_id.get(owner or event.listing_id)
        if listing is None:
            return "added"
        if owner is None:
            return "id.taken"
        return "changed" if imported(_book(listing), event) else "unchanged"


def _book(listing: Listing) -> Book:
    """One listing alone; its areas stay while its place does."""
    ids: dict[str, ListingId] = {listing.link.key: listing.id}
    return Book(lambda _: listing.areas, {listing.id: Record(listing=listing)}, ids)


def check_file(
    path: Path, city: City | None = None, *, lists_outside: bool = True, known: Known | None = None
) -> Preview:
    """Read the whole file as an import would. Raises FileError."""
    opened = open_file(path, city, lists_outside=lists_outside)
    document, columns = opened.document, opened.columns
    preview = Preview(document.kind, document.details, list(columns), knows=known is not None)
    for item in opened.items:
        if isinstance(item, Skipped):
            preview.report.skip(item)
            continue
        if len(preview.first) < FIRST_MOST:
            preview.first.append(item)
        for note in item.notes:
            preview.report.note(item.number, note)
        _count(preview.report, item, known.outcome(item) if known else "added")
    preview.report.columns, preview.report.found = list(columns), document.found
    return preview


def check_areas(path: Path) -> Report:
    """What of a file of areas and ground can be taken. Raises FileError."""
    return _counted([*read_areas(path), *read_pieces(path)])


def check_addresses(path: Path, city: City | None = None) -> Report:
    """The same of a gazetteer."""
    notes: Notes = []
    found = read_addresses(path, city, notes)
    report = Report(added=len(found.rows), skipped=found.skipped)
    for number, note in notes:
        report.note(number, note)
    return report


def _count(report: Report, row: Row, outcome: str) -> None:
    match outcome:
        case "added":
            report.added += 1
        case "changed":
            report.changed += 1
        case "unchanged":
            report.unchanged += 1
        case _:
            why = "its listing has since got another link, which is kept"
            report.skip(Skipped(row.number, outcome, why, row.content.name))


def _counted(items: Iterable[object]) -> Report:
    report = Report()
    for item in items:
        if isinstance(item, Skipped):
            report.skip(item)
        else:
            report.added += 1
    return report
