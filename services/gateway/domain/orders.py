"""Pages: the base in an order of its own, the tail beside it, and whatever a filter leaves of both."""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Any

import numpy as np

from services.gateway.domain.columns import Whole

Key = tuple[Any, bytes]
"""What is compared: folded names or negative counts, never both in one order; then the id."""
KeyOf = Callable[[int], Key]
Keep = Callable[[Any], Any]
"""Of these rows those that are wanted, in the same order."""
CHUNK_MOST = 65_536


@dataclass
class Ranking:
    """`rows` of the base as they are ordered, `rank` the place of each; `tail` keys of the other rows."""

    rows: Whole = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    rank: Whole = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    tail: list[tuple[Key, int]] = field(default_factory=list)

    def add(self, key: Key, row: int) -> None:
        insort(self.tail, (key, row))

    def walk(self, key_of: KeyOf, keep: Keep, after: Key | None, limit: int) -> list[tuple[Key, int]]:
        """The first rows that `keep` leaves, looked for from the beginning on: for what holds often."""

        def base() -> Iterator[int]:
            at, size = self._place(key_of, after), 4 * limit + 64
            while at < len(self.rows):
                yield from keep(self.rows[at : at + size]).tolist()
                at, size = at + size, min(2 * size, CHUNK_MOST)

        return self._first(base(), key_of, keep, after, limit)

    def pick(self, key_of: KeyOf, rows: Any, after: Key | None, limit: int) -> list[tuple[Key, int]]:
        """The first of these rows."""
        ranks = self.rank[rows[rows < len(self.rank)]]
        ranks = ranks[ranks >= self._place(key_of, after)]
        if len(ranks) > limit:
            ranks = np.partition(ranks, limit)[:limit]
        ranks.sort()
        others = rows[rows >= len(self.rank)]
        base = iter(self.rows[ranks].tolist())
        return self._first(base, key_of, lambda tail: tail[np.isin(tail, others)], after, limit)

    def _place(self, key_of: KeyOf, after: Key | None) -> int:
        return 0 if after is None else bisect_right(self.rows, after, key=lambda row: key_of(int(row)))

    def _first(
        self, base: Iterator[int], key_of: KeyOf, keep: Keep, after: Key | None, limit: int
    ) -> list[tuple[Key, int]]:
        start = 0 if after is None else bisect_right(self.tail, after, key=lambda pair: pair[0])
        tail = self.tail[start:]
        kept = set(keep(np.array([row for _, row in tail], dtype=np.int64)).tolist())
        known = ((key, row) for key, row in tail if row in kept)
        return list(islice(merge(((key_of(row), row) for row in base), known), limit))
