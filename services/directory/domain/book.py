"""What a decision may read, kept true while a batch of messages is decided one after the other."""

from collections.abc import Callable, Mapping

from services.directory.domain.records import Change, Record, settled
from shared.contracts.base import Moment
from shared.contracts.listings import AreaId, Content, Link, Listing, ListingId, Place

Locate = Callable[[Place], tuple[AreaId, ...]]
"""The areas around a place, from the largest to the smallest."""


class Book:
    """Records by id and owners by link, as far as they were read.

    `removed` gives the last revision of listings that are gone: one that comes back counts on from there,
    because readers take only what is newer than what they have seen.
    """

    def __init__(
        self,
        locate: Locate,
        records: Mapping[ListingId, Record] | None = None,
        owners: Mapping[str, ListingId] | None = None,
        removed: Mapping[ListingId, int] | None = None,
    ) -> None:
        self.locate = locate
        self.changes: list[Change] = []
        self._records = dict(records or {})
        self._owners = dict(owners or {})
        self._removed = dict(removed or {})

    def record(self, listing_id: ListingId) -> Record | None:
        return self._records.get(listing_id)

    def owner(self, link: Link) -> ListingId | None:
        """The listing that has this link."""
        return self._owners.get(link.key)

    def note(self, change: Change | None) -> None:
        """Take a decision into the book, so that the next one sees it."""
        if change is None:
            return
        self.changes.append(change)
        if change.before is not None:
            self._owners.pop(change.before.listing.link.key, None)
        if change.after is None:
            self._records.pop(change.listing.id, None)
            self._removed[change.listing.id] = change.revision
        else:
            self._records[change.listing.id] = change.after
            self._owners[change.after.listing.link.key] = change.listing.id

    def new(self, listing_id: ListingId, content: Content, at: Moment) -> Record:
        """A first record of this content, with its areas."""
        content = settled(content)
        return Record(
            listing=Listing(
                **dict(content),
                id=listing_id,
                areas=self.locate(content.place),
                revision=self._removed.get(listing_id, 0) + 1,
                created_at=at,
                updated_at=at,
            )
        )

    def fields(self, content: Content) -> dict[str, object]:
        """The fields of a listing that take over this content."""
        content = settled(content)
        return {**dict(content), "areas": self.locate(content.place)}
