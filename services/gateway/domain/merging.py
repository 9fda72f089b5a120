"""A new base of the old one and its tail, in slices of a millisecond or two.

The old table goes on to answer and to take in changes; what changed meanwhile is carried over at the end.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from services.gateway.domain.columns import Array, Mask, Whole
from services.gateway.domain.cover import blocks
from services.gateway.domain.orders import Key, KeyOf, Ranking
from services.gateway.domain.table import Table
from services.gateway.domain.view import sums_of

SLICE = 65_536
"""Rows that are moved at once."""
KEYS_SLICE = 64
"""Keys that are looked up at once."""


@dataclass
class Merge:
    """The work and, when `steps` has run out, what it made."""

    old: Table
    rankings: list[tuple[Ranking, KeyOf]]

    def __post_init__(self) -> None:
        old = self.old
        self.size = old.size
        self.alive: Mask = old.alive[: old.size].copy()
        self.tail, self.before = old.tail, old.before
        self.length = int(self.alive[: old.base].sum()) + len(self.tail)
        self.table = Table(old.columns.empty(self.length + max(1_024, self.length // 16)))
        self.moved: Whole = np.full(old.size, -1, dtype=np.int32)
        """The new row of each old one that was alive at the beginning."""
        self.made: list[Ranking] = []

    def steps(self) -> Iterator[None]:
        yield from self._rows()
        yield from self._sums()
        for ranking, key_of in self.rankings:
            yield from self._ranking(ranking, key_of)
        self._carry_over()

    def _rows(self) -> Iterator[None]:
        """Columns, slots, and where each row went."""
        old, new, at = self.old, self.table, 0
        new.row_of = np.empty(len(old.row_of), dtype=np.int32)
        for start, end in blocks(old.base, SLICE):
            low, high = self._between(start, end)
            alive = self.alive[start:end]
            places = np.concatenate([[0], np.cumsum(alive)])[self.before[low:high] - start]
            rows = np.insert(start + np.flatnonzero(alive), places, self.tail[low:high])
            for source, target in zip(old.columns.arrays(), new.columns.arrays(), strict=True):
                target[at : at + len(rows)] = source[rows]
            numbers = np.arange(at, at + len(rows), dtype=np.int32)
            self.moved[rows] = numbers
            new.row_of[new.columns.slots[at : at + len(rows)]] = numbers
            at += len(rows)
            yield
        new.base = new.size = new.living = at
        new.alive = np.zeros(len(new.columns), dtype=np.bool_)
        new.alive[:at] = True

    def _between(self, start: int, end: int) -> tuple[int, int]:
        """Which of the tail belongs before these rows; what comes after all rows goes with the last."""
        low, high = np.searchsorted(self.before, [start, end])
        return int(low), len(self.before) if end == self.old.base else int(high)

    def _sums(self) -> Iterator[None]:
        new = self.table
        sums = np.zeros((new.base + 1, 3), dtype=np.int64)
        for start, end in blocks(new.base, SLICE):
            sums[start + 1 : end + 1] = sums[start] + sums_of(new.columns, slice(start, end))[1:]
            yield
        new.sums = sums

    def _ranking(self, ranking: Ranking, key_of: KeyOf) -> Iterator[None]:
        """The old order without the dead, and the tail at its places in it."""
        wanted = set(self.tail.tolist())
        tail = [(key, row) for key, row in ranking.tail if row in wanted]
        places: list[int] = []
        for start, end in blocks(len(tail), KEYS_SLICE):
            places += [_place(ranking.rows, key_of, key) for key, _ in tail[start:end]]
            yield
        pieces: Array = np.array(places, dtype=np.int64)
        fresh = self.moved[np.array([row for _, row in tail], dtype=np.int64)]
        made = Ranking(np.empty(self.length, dtype=np.int32), np.empty(self.length, dtype=np.int32))
        at = 0
        for start, end in blocks(len(ranking.rows), SLICE):
            low, high = np.searchsorted(pieces, [start, end])
            high = len(pieces) if end == len(ranking.rows) else high
            rows = ranking.rows[start:end]
            alive = self.alive[rows]
            into = np.concatenate([[0], np.cumsum(alive)])[pieces[low:high] - start]
            rows = np.insert(self.moved[rows[alive]], into, fresh[low:high])
            made.rows[at : at + len(rows)] = rows
            made.rank[rows] = np.arange(at, at + len(rows), dtype=np.int32)
            at += len(rows)
            yield
        self.made.append(made)

    def _carry_over(self) -> None:
        """What came or went since the beginning."""
        old, new = self.old, self.table
        gone = self.alive & ~old.alive[: self.size]
        later = self.size + np.flatnonzero(old.alive[self.size : old.size])
        new.append(old.columns.take(later))
        for row in np.flatnonzero(gone).tolist():
            new.kill(int(self.moved[row]), old.ghosts[row])


def _place(rows: Whole, key_of: KeyOf, key: Key) -> int:
    wanted: Any = key
    return bisect_left(rows, wanted, key=lambda row: key_of(int(row)))
