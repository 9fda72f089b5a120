"""Listings from a file into the directory, and what became of each row."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from services.directory.domain import HIDDEN_BELOW, shown_members
from services.directory.exchange.files import open_file
from services.directory.exchange.published import listings
from services.directory.exchange.report import Report
from services.directory.exchange.rows import Item, Row, Skipped
from services.directory.exchange.waiting import PATIENCE, Queue
from shared.bus import Bus, Commit
from shared.contracts.directory import ImportListing
from shared.contracts.listings import ListingId
from shared.contracts.registry import LISTINGS_IMPORT
from shared.settings import City

CHUNK = 200
"""Rows published in one commit."""
AHEAD = 4_000
"""Rows published and not yet handled, at most: more would fill Redis's memory with a large file."""

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all (a good guess for tables)."""
Standing = dict[str, tuple[ListingId, int]]
"""By link: the listing that has it, and its revision."""
Published = dict[str, tuple[ListingId, int, str]]
"""By link: the id proposed for it, its row in the file, its name."""


def silent(_done: int, _total: int) -> None:
    """No progress shown."""


async def import_file(
    bus: Bus, path: Path, progress: Progress = silent, *, city: City | None = None, patience: float = PATIENCE
) -> Report:
    """Import a file, wait until the directory has taken it in, and report on every row.

    Safe to repeat: what is there already stays unchanged. Raises FileError; Stalled when the directory does
    not run, after which the published rows are taken in as soon as it does; Unavailable without Redis.
    """
    opened = await asyncio.to_thread(open_file, path, city)
    queue = Queue(bus, LISTINGS_IMPORT, patience)
    await queue.open()
    before = await _standing(bus)
    report, published, seen = Report(), Published(), 0
    for items in _chunks(opened.items):
        seen += len(items)
        commands = [_command(bus, row) for row in _sorted_out(items, report, bus, published)]
        await queue.until(AHEAD)
        await bus.commit(Commit.of(events=commands))
        progress(max(0, seen - await queue.waiting()), max(opened.total, seen))
    await queue.until(0, lambda waiting: progress(max(0, seen - waiting), seen))
    _count(report, published, before, await _standing(bus))
    progress(seen, seen)
    return report


def _chunks(items: Iterator[Item]) -> Iterator[list[Item]]:
    while chunk := list(islice(items, CHUNK)):
        yield chunk


def _sorted_out(items: Iterable[Item], report: Report, bus: Bus, published: Published) -> Iterator[Row]:
    """The rows that can be listed; the others go into the report."""
    for item in items:
        if isinstance(item, Skipped):
            report.skipped.append(item)
            continue
        report.notes.extend((item.number, note) for note in item.notes)
        published[item.content.link.key] = (_id(bus, item), item.number, item.content.name)
        yield item


def _id(bus: Bus, row: Row) -> ListingId:
    """The id of the file, so that addresses outlive a move to another server; else one made from the link."""
    return row.listing_id or bus.keys.token("listing", row.content.link.key, 8)


def _command(bus: Bus, row: Row) -> ImportListing:
    members, below = shown_members(row.members)
    return ImportListing(
        listing_id=_id(bus, row),
        content=row.content,
        members=members,
        members_below=below or (HIDDEN_BELOW if row.members_below else None),
        checked_at=row.checked_at,
        dead_since=row.dead_since,
        imported_at=bus.now(),
    )


async def _standing(bus: Bus) -> Standing:
    return {each.link.key: (each.id, each.revision) for each in await listings(bus)}


def _count(report: Report, published: Published, before: Standing, after: Standing) -> None:
    """Compare what the directory published before and after, so that the figures are what the public sees."""
    ids = {listing_id for listing_id, _ in after.values()}
    for key, (listing_id, number, name) in published.items():
        if key not in after:
            report.skipped.append(_refused(number, name, taken=listing_id in ids))
        elif key not in before:
            report.added += 1
        elif before[key] == after[key]:
            report.unchanged += 1
        else:
            report.changed += 1
    report.skipped.sort(key=lambda item: item.number)


def _refused(number: int, name: str, *, taken: bool) -> Skipped:
    if taken:
        return Skipped(number, "id.taken", "its listing has since got another link, which is kept", name)
    return Skipped(number, "import.failed", "the directory could not take it; see `dze dead list`", name)
