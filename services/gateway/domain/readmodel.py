"""The read model: everything the site shows, in memory, built from changes and asked by pages and API.

Changes come in order for each key and may repeat. Each is applied by its revision, so that a repeat
changes nothing.
"""

from collections import Counter
from collections.abc import Iterator
from heapq import nsmallest
from typing import Any

from services.gateway.domain.clusters import Cluster, Ints
from services.gateway.domain.query import LIMIT_USUAL, Cursor, Order, Page, Query, Totals
from services.gateway.domain.rows import KINDS, Entry, Rows
from services.gateway.domain.search import Candidate, Hit, Point, best
from shared.contracts.directory import AreaChanged, DirectoryChanged
from shared.contracts.listings import Area, AreaId, AreaLevel, Listing, ListingId
from shared.contracts.submissions import State, SubmissionChanged, SubmissionId
from shared.text import fold

PENDING_MOST = 20_000
"""Changes gathered before the columns are made anew even when nobody asks; bounds memory while loading."""

LEVELS = tuple(AreaLevel)
Key = tuple[Any, bytes]
"""What a page is sorted by: folded names or negative counts, never both in one list; then the id."""


class ReadModel:
    """Listings, areas and where submissions stand. Not thread-safe: belongs to the event loop."""

    def __init__(self) -> None:
        self.version = 0
        """Grows with every change of a listing or area; good for an ETag of this process."""
        self._packed: dict[ListingId, bytes] = {}  # JSON: a fifth of the memory of the objects
        self._revisions: dict[ListingId, int] = {}
        self._areas: dict[AreaId, Area] = {}
        self._submissions: dict[SubmissionId, SubmissionChanged] = {}
        self._rows = Rows.of(())
        self._gone: dict[ListingId, Listing] = {}  # rows of `_rows` that no longer hold, as they are there
        self._new: dict[ListingId, Listing] = {}
        self._renamed = False  # an area changed, and with it the search texts of what lies in it
        self._totals = Totals()
        self._totals_version = 0

    # Changes

    def apply_listing(self, event: DirectoryChanged) -> bool:
        """Whether this was news. A removal forgets the revision: what comes after it begins a new life."""
        if event.listing is not None and event.revision <= self._revisions.get(event.listing_id, 0):
            return False
        before = self.listing(event.listing_id)
        if event.listing is None and before is None:
            return False
        if before is not None and self._new.pop(event.listing_id, None) is None:
            self._gone[event.listing_id] = before
        self._store(event)
        self.version += 1
        if len(self._new) + len(self._gone) > PENDING_MOST:
            self._current()
        return True

    def _store(self, event: DirectoryChanged) -> None:
        if event.listing is None:
            del self._packed[event.listing_id], self._revisions[event.listing_id]
            return
        self._packed[event.listing_id] = event.listing.model_dump_json(exclude_defaults=True).encode()
        self._revisions[event.listing_id] = event.revision
        self._new[event.listing_id] = event.listing

    def apply_area(self, event: AreaChanged) -> bool:
        """Whether this was news."""
        if self._areas.get(event.area_id) == event.area:
            return False
        if event.area is None:
            del self._areas[event.area_id]
        else:
            self._areas[event.area_id] = event.area
        self.version += 1
        self._renamed = True
        return True

    def apply_submission(self, event: SubmissionChanged) -> bool:
        """Whether this was news."""
        known = self._submissions.get(event.submission_id)
        if known is not None and event.revision <= known.revision:
            return False
        if event.state is State.FORGOTTEN:
            return self._submissions.pop(event.submission_id, None) is not None
        self._submissions[event.submission_id] = event
        return True

    def forget_listings(self) -> None:
        """Begin anew: the stream was trimmed beyond the place reached, so its snapshot comes again."""
        self.version += 1
        self._packed, self._revisions = {}, {}
        self._rows, self._gone, self._new = Rows.of(()), {}, {}

    def forget_areas(self) -> None:
        self.version += 1
        self._areas, self._renamed = {}, True

    def forget_submissions(self) -> None:
        self._submissions = {}

    # Questions

    def listing(self, listing_id: str) -> Listing | None:
        packed = self._packed.get(listing_id)
        return None if packed is None else Listing.model_validate_json(packed)

    def listings(
        self, query: Query, *, limit: int = LIMIT_USUAL, cursor: str | None = None, order: Order = Order.NAME
    ) -> Page:
        """One page of what matches. Raises BadCursor.

        A listing that is neither added, removed nor renamed while somebody pages is met exactly once.
        """
        rows, found = self._current(), self._matching(query)
        column = rows.names[found] if order is Order.NAME else -rows.members[found]
        keys: Iterator[Key] = zip(column.tolist(), rows.ids[found].tolist(), strict=True)
        if cursor is not None:
            at = Cursor.parse(cursor, order)
            after = (at.key, at.id.encode(errors="replace"))
            keys = (key for key in keys if key > after)
        shown = nsmallest(limit + 1, keys)
        items = tuple(self._unpack(listing_id.decode()) for _, listing_id in shown[:limit])
        more = Cursor(order, shown[limit - 1][0], items[-1].id).text() if len(shown) > limit else None
        return Page(items, len(found), more)

    def count(self, query: Query) -> int:
        return len(self._matching(query))

    def clusters(self, query: Query, zoom: int) -> tuple[Cluster, ...]:
        """What matches, gathered at this zoom; the counts add up to `count(query)`."""
        return self._current().clusters(self._matching(query), zoom)

    def tile(self, query: Query, z: int, x: int, y: int) -> tuple[Cluster, ...]:
        """The clusters of one tile: cells never cross its edges, so tiles add up as well."""
        rows = self._current()
        return rows.clusters(rows.in_tile(self._matching(query), z, x, y), z)

    def search(self, text: str, *, near: Point | None = None, limit: int = 10) -> tuple[Hit, ...]:
        """Listings and areas; first where the name begins so, then a word of it, then elsewhere."""
        words = words_of(text)
        if not words:
            return ()
        rows = self._current()
        found = rows.matching(words=words)
        columns = (
            rows.listing_ids(found),
            *(c[found].tolist() for c in (rows.names, rows.lat, rows.lon, rows.members)),
        )
        candidates = map(Candidate._make, zip(*columns, strict=True))
        return best(words, candidates, self._areas.values(), near=near, limit=limit)

    def area(self, area_id: str) -> Area | None:
        return self._areas.get(area_id)

    def areas(self, *, level: AreaLevel | None = None, parent: AreaId | None = None) -> tuple[Area, ...]:
        """From the largest level to the smallest, then by id."""
        chosen = [
            area
            for area in self._areas.values()
            if level in {None, area.level} and parent in {None, area.parent}
        ]
        return tuple(sorted(chosen, key=lambda area: (LEVELS.index(area.level), area.id)))

    def totals(self) -> Totals:
        if self._totals_version != self.version:
            rows = self._current()
            kinds = Counter(rows.kinds.tolist())
            self._totals = Totals(
                len(rows),
                int(rows.members.sum()),
                {KINDS[number]: count for number, count in sorted(kinds.items())},
            )
            self._totals_version = self.version
        return self._totals

    def submission(self, submission_id: SubmissionId) -> SubmissionChanged | None:
        """Where it stands; None also while its first change is still on the way."""
        return self._submissions.get(submission_id)

    # Insides

    def _matching(self, query: Query) -> Ints:
        return self._current().matching(query.box, query.kinds, words_of(query.text), query.area)

    def _current(self) -> Rows:
        """The columns with all changes in them."""
        if self._renamed:
            self._rows = Rows.of(self._entry(self._unpack(listing_id)) for listing_id in self._packed)
        elif self._gone or self._new:
            self._rows = self._rows.changed(self._gone, [self._entry(one) for one in self._new.values()])
        self._gone, self._new, self._renamed = {}, {}, False
        return self._rows

    def _entry(self, listing: Listing) -> Entry:
        names = [
            name
            for area_id in listing.areas
            if (area := self._areas.get(area_id)) is not None
            for name in area.names.values()
        ]
        text = " ".join([listing.name, listing.description, listing.link.value, *names])
        return Entry(listing, fold(listing.name), f"{fold(text)} {text.casefold()}")

    def _unpack(self, listing_id: ListingId) -> Listing:
        return Listing.model_validate_json(self._packed[listing_id])


def words_of(text: str) -> tuple[str, ...]:
    """The words to look for; emoji and other scripts, of which folding leaves nothing, as they are."""
    return tuple(fold(text).split() or text.casefold().split())
