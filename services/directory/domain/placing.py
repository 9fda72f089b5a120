"""Listings find their areas anew after the areas have changed."""

from services.directory.domain.book import Book
from services.directory.domain.records import Change, revised
from shared.contracts.base import Moment
from shared.contracts.listings import ListingId


def placed(book: Book, listing_id: ListingId, at: Moment) -> Change | None:
    """The change that follows, or None when the areas stay the same."""
    record = book.record(listing_id)
    if record is None:
        return None
    after = revised(record, at, areas=book.locate(record.listing.place))
    return Change(record, after, at) if after != record else None
