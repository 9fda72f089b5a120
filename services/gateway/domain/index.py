"""The table with its orders: what changes, what is asked, and when a new base is made."""

from collections.abc import Iterator

import numpy as np

from services.gateway.domain.clusters import Ints
from services.gateway.domain.columns import Columns, Row, Whole
from services.gateway.domain.merging import Merge
from services.gateway.domain.orders import Keep, Key, KeyOf, Ranking
from services.gateway.domain.query import Order
from services.gateway.domain.table import Table
from services.gateway.domain.view import sums_of

PENDING_LEAST = 1_024
"""Rows beside the base from which on a new one is worth its while."""
PENDING_PART = 256
"""Or this part of the base, if that is more: then making one costs a change about as much as asking does."""
PATIENCE = 16
"""So many times what makes one due, and it is made at once: nobody makes it in slices."""
BULK = 16_384
"""More new rows than this at once are sorted in together with all others."""


class Index:
    """`names` are the folded names by slot; they belong to the caller and are changed after `drop`."""

    def __init__(self, names: list[str]) -> None:
        self.table = Table(Columns.of([]))
        self._names = names
        self._arrived: dict[int, Row] = {}
        self._rankings = {order: Ranking() for order in Order}

    def __len__(self) -> int:
        return self.table.living + len(self._arrived)

    # Changes

    def put(self, row: Row) -> None:
        """A slot that has no row."""
        self._arrived[row.slot] = row
        if len(self._arrived) >= BULK:
            self._take_in()

    def drop(self, slot: int) -> None:
        """A slot that has a row, while its name is still the old one."""
        if self._arrived.pop(slot, None) is None:
            self.table.kill(int(self.table.row_of[slot]), self._names[slot])

    def _take_in(self) -> None:
        self.table.append(Columns.of(list(self._arrived.values())))
        self._arrived.clear()

    def current(self) -> Table:
        """The table with all changes in it."""
        if self._arrived:
            self._take_in()
        if self.table.size - max(self.table.ordered, self.table.base) > BULK:
            self._rebuild()
        self._tidy()
        if self.table.pending > PATIENCE * self._most:
            for _ in self._steps():
                pass
            self._tidy()
        return self.table

    def _tidy(self) -> None:
        for row in self.table.tidy().tolist():
            for order, ranking in self._rankings.items():
                ranking.add(self._key_of(order, self.table)(row), row)

    @property
    def _most(self) -> int:
        return max(PENDING_LEAST, self.table.base // PENDING_PART)

    @property
    def due(self) -> bool:
        """Whether it is time for a new base."""
        return self.table.pending + len(self._arrived) > self._most

    def renew(self) -> Iterator[None]:
        """Make a new base; between the steps everything may be asked and changed."""
        self.current()
        yield from self._steps()

    def _steps(self) -> Iterator[None]:
        table = self.table
        rankings = [(self._rankings[order], self._key_of(order, table)) for order in Order]
        merge = Merge(table, rankings)
        for _ in merge.steps():
            yield
            if self.table is not table:  # made anew altogether meanwhile
                return
        self.table = merge.table
        self._rankings = dict(zip(Order, merge.made, strict=True))

    def _rebuild(self) -> None:
        """Sort everything at once."""
        rows = self.table.rows()
        columns = self.table.columns.take(rows)
        by_id = np.argsort(columns.ids, kind="stable")
        order = by_id[np.argsort(columns.codes[by_id], kind="stable")]
        columns = columns.take(order)
        table = Table(columns.empty(0))
        table.append(columns)
        table.base = table.ordered = table.size
        table.sums = sums_of(columns, slice(None))
        ordered = _inverse(order)[by_id]
        names = [self._names[slot] for slot in columns.slots.tolist()]
        by_name = sorted(ordered.tolist(), key=names.__getitem__)
        self.table = table
        self._rankings = {
            Order.NAME: _ranked(np.array(by_name, dtype=np.int32)),
            Order.MEMBERS: _ranked(ordered[np.argsort(-columns.members[ordered], kind="stable")]),
        }

    # Pages

    def walk(self, order: Order, keep: Keep, after: Key | None, limit: int) -> list[tuple[Key, int]]:
        """The first rows that `keep` leaves of those that hold: quick where it leaves many."""
        table = self.current()

        def holding(rows: Ints) -> Ints:
            kept: Ints = keep(rows[table.alive[rows]])
            return kept

        return self._rankings[order].walk(self._key_of(order, table), holding, after, limit)

    def pick(self, order: Order, rows: Ints, after: Key | None, limit: int) -> list[tuple[Key, int]]:
        """The first of these rows, which hold."""
        return self._rankings[order].pick(self._key_of(order, self.current()), rows, after, limit)

    def _key_of(self, order: Order, table: Table) -> KeyOf:
        columns, ghosts, names = table.columns, table.ghosts, self._names
        ids = columns.ids
        if order is Order.MEMBERS:
            return lambda row: (-int(columns.members[row]), bytes(ids[row]))
        return lambda row: (
            name if (name := ghosts.get(row)) is not None else names[columns.slots[row]],
            bytes(ids[row]),
        )

    def ids(self, rows: Ints) -> list[str]:
        return [listing_id.decode() for listing_id in self.table.columns.ids[rows].tolist()]


def _ranked(rows: Ints | Whole) -> Ranking:
    return Ranking(rows.astype(np.int32), _inverse(rows))


def _inverse(order: Ints | Whole) -> Whole:
    """Where each row stands in the order."""
    places = np.empty(len(order), dtype=np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places
