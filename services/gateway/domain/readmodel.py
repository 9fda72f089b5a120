"""The read model: everything the site shows, in memory, built from changes and asked by pages and API.

Changes come in order for each key and may repeat. Each is applied by its revision, so that a repeat
changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import orjson

from services.gateway.domain.clusters import Cluster, Groups
from services.gateway.domain.columns import KIND_NUMBER, KINDS, Row
from services.gateway.domain.filters import AreaSets, Filters, searchable, searchable_all
from services.gateway.domain.index import Index
from services.gateway.domain.newest import Newest
from services.gateway.domain.packing import (
    Brief,
    Known,
    brief,
    pack,
    revision,
    unpack,
    values_of,
    values_of_json,
)
from services.gateway.domain.query import LIMIT_USUAL, Cursor, Order, Page, Query, Totals
from services.gateway.domain.tilecache import TileCache
from services.gateway.domain.view import View
from shared.contracts.directory import AreaChanged, DirectoryChanged
from shared.contracts.listings import Area, AreaId, AreaLevel, ListingId, PublicListing
from shared.contracts.submissions import State, SubmissionChanged, SubmissionId
from shared.exchange import public
from shared.text import fold
from shared.text.many import read_all

LEVELS = tuple(AreaLevel)


class ReadModel:
    """Listings, areas and where submissions stand. Not thread-safe: belongs to the event loop."""

    def __init__(self) -> None:
        self.version = 0
        """Grows with every change of a listing or area; good for an ETag of this process."""
        self.tiles = TileCache()
        self._areas: dict[AreaId, Area] = {}
        self._area_sets = AreaSets()
        self._submissions: dict[SubmissionId, SubmissionChanged] = {}
        self._begin()

    def _begin(self) -> None:
        """Without any listing. Each has a slot, its place in these lists, for as long as it is listed."""
        self._slots: dict[ListingId, int] = {}
        self._packed: list[bytes] = []
        self._names: list[str] = []  # folded
        self._texts: list[str] = []
        self._free: list[int] = []
        self._index = Index(self._names)
        self._filters = Filters(self._names, self._texts, self._area_sets)
        self._kinds: Counter[str] = Counter()
        self._members = 0
        self.newest = Newest()
        """What was added last."""
        self.hidden: dict[ListingId, int] = {}
        """Since when the link of a listing is hidden, in unix milliseconds."""

    # Changes

    def apply_listing(self, event: DirectoryChanged) -> bool:
        """Whether this was news. A removal forgets the revision: what comes after it begins a new life."""
        listing, listing_id = event.listing, event.listing_id
        if listing is None:
            return self._remove(listing_id)
        shown = public(listing)
        rest = f"{shown.link.value if shown.link else ''} {shown.description}"
        text = searchable(shown.name, rest, fold(rest))
        news = self._put(listing_id, event.revision, values_of(shown), fold(shown.name), text)
        if news:
            self._sign([listing_id])
        return news

    def load(self, bodies: Iterable[bytes]) -> list[Known]:
        """Many listings as JSON, from a snapshot checked when it was published; answers what was news.

        Raises KeyError, TypeError or ValueError for what is no such listing; nothing is applied then.
        """
        rows = [values_of_json(event["listing"]) for event in map(orjson.loads, bodies)]
        names, others = [values[2] for values in rows], [f"{values[4][1:]} {values[13]}" for values in rows]
        folded, named = read_all(names)
        others_folded, beside = read_all(others)
        texts = searchable_all(names, others, others_folded)
        news = {
            values[0]: Known.of(values, *heard)
            for values, name, text, *heard in zip(rows, folded, texts, named, beside, strict=True)
            if self._put(values[0], values[1], values, name, text)
        }
        self._sign(list(news))
        return list(news.values())

    def _remove(self, listing_id: ListingId) -> bool:
        slot = self._slots.pop(listing_id, None)
        if slot is None:
            return False
        self._drop(slot)
        self.newest.drop(listing_id)
        self.hidden.pop(listing_id, None)
        self._packed[slot], self._names[slot], self._texts[slot] = b"", "", ""
        self._free.append(slot)
        self.version += 1
        return True

    def _put(self, listing_id: ListingId, number: int, values: list[Any], folded: str, text: str) -> bool:
        """`folded` is the name, `text` what is looked through for words beside it."""
        slot = self._slots.get(listing_id)
        if slot is not None:
            if number <= revision(self._packed[slot]):
                return False
            self._drop(slot)
        slot = self._slot(listing_id) if slot is None else slot
        _, _, _, kind, _, lat, lon, _, created, _, members, areas, *_ = values
        self._packed[slot] = pack(values)
        self._names[slot], self._texts[slot] = folded, text
        self._kinds[kind] += 1
        self._members += members or 0
        numbers = KIND_NUMBER[kind], members or 0, slot, self._area_sets.number(tuple(areas))
        self.tiles.touch(lat, lon)
        self._index.put(Row(listing_id, lat, lon, *numbers))
        self.newest.put(listing_id, created, areas)
        self._hide(listing_id, values[-1])
        self.version += 1
        return True

    def _hide(self, listing_id: ListingId, since: int | None) -> None:
        if since is None:
            self.hidden.pop(listing_id, None)
        else:
            self.hidden[listing_id] = since

    def _sign(self, listing_ids: Sequence[ListingId]) -> None:
        slots = [self._slots[listing_id] for listing_id in listing_ids]
        texts = [f"{self._names[slot]} {self._texts[slot]}".replace("\n", " ") for slot in slots]
        if slots:
            self._filters.signs.put(slots, texts)

    def _slot(self, listing_id: ListingId) -> int:
        if self._free:
            slot = self._free.pop()
        else:
            slot = len(self._packed)
            self._packed.append(b"")
            self._names.append("")
            self._texts.append("")
        self._slots[listing_id] = slot
        return slot

    def _drop(self, slot: int) -> None:
        """The row of a listing that changes or goes."""
        values = orjson.loads(self._packed[slot])
        self._kinds[values[3]] -= 1
        self._members -= values[10] or 0
        self.tiles.touch(values[5], values[6])
        self._index.drop(slot)

    def settle(self) -> None:
        """Take in everything at once, before the first question."""
        self._index.current()

    @property
    def due(self) -> bool:
        """Whether `renew` is worth its while."""
        return self._index.due

    def renew(self) -> Iterator[None]:
        """Put what has changed into its final place, a millisecond or two a step; meanwhile all goes on."""
        yield from self._index.renew()

    def apply_area(self, event: AreaChanged) -> bool:
        """Whether this was news."""
        if self._areas.get(event.area_id) == event.area:
            return False
        if event.area is None:
            del self._areas[event.area_id]
        else:
            self._areas[event.area_id] = event.area
        self._area_sets.rename(event.area_id, event.area)
        self._filters.forget()
        self.tiles.forget()
        self.version += 1
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
        self.tiles.forget()
        self._begin()

    def forget_areas(self) -> None:
        self.version += 1
        self._areas.clear()
        self._area_sets.texts.clear()
        self._filters.forget()
        self.tiles.forget()

    def forget_submissions(self) -> None:
        self._submissions = {}

    # Questions

    def listing(self, listing_id: str) -> PublicListing | None:
        slot = self._slots.get(listing_id)
        return None if slot is None else unpack(self._packed[slot])

    def brief(self, listing_id: str) -> Brief | None:
        """What a mark on the map shows."""
        slot = self._slots.get(listing_id)
        return None if slot is None else brief(self._packed[slot])

    def listings(
        self, query: Query, *, limit: int = LIMIT_USUAL, cursor: str | None = None, order: Order = Order.NAME
    ) -> Page:
        """One page of what matches. Raises BadCursor.

        A listing that is neither added, removed nor renamed while somebody pages is met exactly once.
        """
        at = None if cursor is None else Cursor.parse(cursor, order)
        after = None if at is None else (at.key, at.id.encode(errors="replace"))
        table = self._index.current()
        total = self.count(query)
        if total * total < limit * len(self._index):
            shown = self._index.pick(order, self._filters.rows(table, query), after, limit + 1)
        else:
            shown = self._index.walk(
                order, lambda rows: self._filters.matching(table, rows, query), after, limit + 1
            )
        slots = table.columns.slots[[row for _, row in shown[:limit]]].tolist()
        items = tuple(unpack(self._packed[slot]) for slot in slots)
        more = Cursor(order, shown[limit - 1][0][0], items[-1].id).text() if len(shown) > limit else None
        return Page(items, total, more)

    def everything(self, query: Query) -> tuple[PublicListing, ...]:
        """All that matches, neighbours on the ground beside each other."""
        table = self._index.current()
        rows = self._filters.rows(table, query)
        order = np.lexsort((table.columns.ids[rows], table.columns.codes[rows]))
        slots = table.columns.slots[rows[order]].tolist()
        return tuple(unpack(self._packed[slot]) for slot in slots)

    def count(self, query: Query) -> int:
        asked = self._filters.asked(self._index.current(), query)
        return asked.count(query.box) if isinstance(asked, View) else len(asked)

    def clusters(self, query: Query, zoom: int) -> tuple[Cluster, ...]:
        """What matches, gathered at this zoom; the counts add up to `count(query)`."""
        return self._clusters(self._groups(query, zoom, None))

    def clusters_at_most(self, query: Query, zoom: int, most: int) -> tuple[int, tuple[Cluster, ...]]:
        """Likewise at this zoom, or at the first one below it that gives no more than `most` clusters."""
        groups = self._groups(query, zoom, most)
        return groups.zoom, self._clusters(groups)

    def tile(self, query: Query, z: int, x: int, y: int) -> tuple[Cluster, ...]:
        """The clusters of one tile: cells never cross its edges, so tiles add up as well."""
        table = self._index.current()
        if query.box is None and isinstance(asked := self._filters.asked(table, query), View):
            return self._clusters(asked.tile(z, x, y))
        every = table.view()
        rows = every.in_tile(self._filters.rows(table, query), z, x, y)
        return self._clusters(every.gathered(rows, z))

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
        kinds = {kind: count for kind in KINDS if (count := self._kinds[kind])}
        return Totals(len(self._slots), self._members, kinds)

    def submission(self, submission_id: SubmissionId) -> SubmissionChanged | None:
        """Where it stands; None also while its first change is still on the way."""
        return self._submissions.get(submission_id)

    # Insides

    def _groups(self, query: Query, zoom: int, most: int | None) -> Groups:
        table = self._index.current()
        asked = self._filters.asked(table, query)
        if isinstance(asked, View):
            return asked.clusters(query.box, zoom, most)
        return table.view().gathered(asked, zoom, most)

    def _clusters(self, groups: Groups) -> tuple[Cluster, ...]:
        columns = (
            self._index.ids(groups.row),
            groups.lat.tolist(),
            groups.lon.tolist(),
            groups.count.tolist(),
            groups.members.tolist(),
            groups.expansion_zoom.tolist(),
        )
        return tuple(Cluster(*values) for values in zip(*columns, strict=True))
