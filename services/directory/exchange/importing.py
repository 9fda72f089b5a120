"""Listings from a file into the directory, and what became of each row."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from services.directory.domain import HIDDEN_BELOW, shown_members
from services.directory.exchange.files import open_file
from services.directory.exchange.ledger import Digest, Ledger, digest
from services.directory.exchange.published import each_listing
from services.directory.exchange.report import Report
from services.directory.exchange.rows import Item, Row, Skipped
from services.directory.exchange.waiting import PATIENCE, Queue
from shared.bus import Bus, Commit
from shared.contracts.directory import ImportListing
from shared.contracts.listings import Listing, ListingId
from shared.contracts.registry import LISTINGS_IMPORT
from shared.settings import City

CHUNK = 200
"""Rows published in one commit."""
AHEAD = 4_000
"""Rows published and not yet handled, at most: more would fill Redis's memory with a large file."""

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all (a good guess for tables)."""
Standing = dict[Digest, Digest]
"""By link: the listing that has it and its revision, all of them as digests."""


def silent(_done: int, _total: int) -> None:
    """No progress shown."""


async def import_file(
    bus: Bus,
    path: Path,
    progress: Progress = silent,
    *,
    city: City | None = None,
    lists_outside: bool = True,
    patience: float = PATIENCE,
) -> Report:
    """Import a file, wait until the directory has taken it in, and report on every row.

    Safe to repeat: what is there already stays unchanged. Raises FileError; Stalled when the directory does
    not run, after which the published rows are taken in as soon as it does; Unavailable without Redis.
    """
    opened = await asyncio.to_thread(partial(open_file, path, city, lists_outside=lists_outside))
    queue = Queue(bus, LISTINGS_IMPORT, patience)
    await queue.open()
    before = await _standing(bus)
    report, seen = Report(), 0
    while items := await asyncio.to_thread(_chunk, opened.items):
        seen += len(items)
        commands = [wish(bus, row) for row in _sorted_out(items, report)]
        for command in commands:
            opened.ledger.identify(command.listing_id)
        await queue.until(AHEAD)
        await bus.commit(Commit.of(events=commands))
        progress(max(0, seen - await queue.waiting()), max(opened.total, seen))
    await queue.until(0, lambda waiting: progress(max(0, seen - waiting), seen))
    await _count(bus, report, opened.ledger, before)
    report.columns, report.found = list(opened.columns), opened.document.found
    progress(seen, seen)
    return report


def _chunk(items: Iterator[Item]) -> list[Item]:
    return list(islice(items, CHUNK))


def _sorted_out(items: Iterable[Item], report: Report) -> Iterator[Row]:
    """The rows that can be listed; the others go into the report."""
    for item in items:
        if isinstance(item, Skipped):
            report.skip(item)
            continue
        for note in item.notes:
            report.note(item.number, note)
        yield item


def _id(bus: Bus, row: Row) -> ListingId:
    """The id of the file, so that addresses outlive a move to another server; else one made from the link."""
    return row.listing_id or bus.keys.token("listing", row.content.link.key, 8)


def wish(bus: Bus, row: Row) -> ImportListing:
    """The message that asks for this row in the directory."""
    members, below = shown_members(row.members)
    return ImportListing(
        listing_id=_id(bus, row),
        content=row.content,
        given=tuple(sorted(row.given)),
        members=members,
        members_below=below or (HIDDEN_BELOW if row.members_below else None),
        checked_at=row.checked_at,
        dead_since=row.dead_since,
        imported_at=bus.now(),
    )


async def _standing(bus: Bus) -> Standing:
    return {digest(each.link.key): _state(each) async for each in each_listing(bus)}


def _state(listing: Listing) -> Digest:
    return digest(f"{listing.id}:{listing.revision}")


async def _count(bus: Bus, report: Report, ledger: Ledger, before: Standing) -> None:
    """Compare what the directory published before and after, so that the figures are what the public sees."""
    counted = bytearray(len(ledger))
    async for listing in each_listing(bus):
        place = ledger.place(listing.link.key)
        if place is None or counted[place]:
            continue
        counted[place] = 1
        was = before.get(digest(listing.link.key))
        if was is None:
            report.added += 1
        elif was == _state(listing):
            report.unchanged += 1
        else:
            report.changed += 1
    if 0 in counted:
        await _refuse(bus, report, ledger, counted)
    report.skipped.sort(key=lambda item: item.number)


async def _refuse(bus: Bus, report: Report, ledger: Ledger, counted: Sequence[int]) -> None:
    """Rows that the directory has not taken."""
    ids = {digest(listing.id) async for listing in each_listing(bus)}
    for is_there, (number, listing_id) in zip(counted, ledger.rows(), strict=True):
        if is_there:
            continue
        if listing_id in ids:
            why = "its listing has since got another link, which is kept"
            report.skip(Skipped(number, "id.taken", why))
        else:
            why = "the directory could not take it; see `dze dead list`"
            report.skip(Skipped(number, "import.failed", why))
