"""The listings that were added last, for feeds: so many, whatever the number of all."""

from bisect import insort
from collections.abc import Sequence

from shared.contracts.listings import AreaId, ListingId

KEPT = 2_000
Key = tuple[int, ListingId]
"""Milliseconds since 1970 at which it was added, and the id, so that the order is total."""


class Newest:
    """Those that go leave a gap, which fills as new ones come: nobody reads so far back in a feed."""

    def __init__(self, kept: int = KEPT) -> None:
        self._most = kept
        self._order: list[Key] = []
        self._known: dict[ListingId, tuple[int, tuple[AreaId, ...]]] = {}

    def put(self, listing_id: ListingId, created: int, areas: Sequence[AreaId]) -> None:
        """A listing as it now stands."""
        self.drop(listing_id)
        key = (created, listing_id)
        if len(self._order) >= self._most:
            if key < self._order[0]:
                return
            del self._known[self._order.pop(0)[1]]
        insort(self._order, key)
        self._known[listing_id] = (created, tuple(areas))

    def drop(self, listing_id: ListingId) -> None:
        if (known := self._known.pop(listing_id, None)) is not None:
            self._order.remove((known[0], listing_id))

    def ids(self, limit: int, area: AreaId | None = None) -> list[ListingId]:
        """The newest first, of an area when it is named."""
        found = (
            listing_id
            for _, listing_id in reversed(self._order)
            if area is None or area in self._known[listing_id][1]
        )
        return [listing_id for listing_id, _ in zip(found, range(limit), strict=False)]
