"""What an imported row does to the directory."""

from datetime import datetime, timedelta

from services.directory.domain.book import Book
from services.directory.domain.naming import is_from_link
from services.directory.domain.records import HIDDEN_BELOW, Change, Record, revised, shown_members
from shared.contracts.directory import ImportListing

CLOCKS_DIFFER = timedelta(days=1)
"""By how much the clock of the machine that wrote a file may be ahead of ours, or of another zone."""


def imported(book: Book, event: ImportListing) -> Change | None:
    """The change that follows, or None when the directory already says the same.

    The link decides which listing is meant. A row whose id belongs to a listing with another link is left
    alone: that listing has moved since the file was written, and an import never moves a link back.
    """
    owner = book.owner(event.content.link)
    record = book.record(owner or event.listing_id)
    if record is None:
        return Change(None, _first(book, event), event.imported_at)
    if owner is None:
        return None
    updates = book.fields(event.content) | _counted(record, event)
    if is_from_link(event.content.name, event.content.link):
        updates["name"] = record.listing.name
    after = revised(record, event.imported_at, **updates)
    return Change(record, after, event.imported_at) if after != record else None


def _first(book: Book, event: ImportListing) -> Record:
    record = book.new(event.listing_id, event.content, event.imported_at)
    listing = record.listing.model_copy(update=_counted(record, event))
    return record.model_copy(update={"listing": listing})


def _past(moment: datetime | None, event: ImportListing) -> datetime | None:
    """None for what lies ahead: no look of ours would ever be newer than that."""
    return moment if moment is not None and moment <= event.imported_at + CLOCKS_DIFFER else None


def _counted(record: Record, event: ImportListing) -> dict[str, object]:
    """What the file knows of the chat, unless something newer is known here.

    Whether the link is dead is the file's word only until our own look-ups tell.
    """
    listing, checked_at = record.listing, _past(event.checked_at, event)
    if listing.checked_at and (checked_at is None or checked_at < listing.checked_at):
        return {}
    known: dict[str, object] = {"checked_at": checked_at}
    if record.looked_at is None and record.misses == 0:
        known["dead_since"] = _past(event.dead_since, event)
    if event.members is not None or event.members_below is not None:
        members, below = shown_members(event.members)
        if event.members is None:
            below = max(event.members_below or 0, HIDDEN_BELOW)
        known |= {"members": members, "members_below": below}
    return known
