"""Rows of the base that no longer hold, until the next base is made."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from services.gateway.domain.clusters import Ints


def _none() -> Ints:
    return np.empty(0, dtype=np.int64)


def _sums() -> list[Ints]:
    return [np.zeros(1, dtype=np.int64) for _ in range(3)]


@dataclass
class Dead:
    """Sorted rows with running sums, and the runs that they form."""

    rows: Ints = field(default_factory=_none)
    _sums: list[Ints] = field(default_factory=_sums)
    _first: Ints = field(default_factory=_none)
    _last: Ints = field(default_factory=_none)
    _fresh: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows) + len(self._fresh)

    def add(self, row: int) -> None:
        self._fresh.append(row)

    def tidy(self, values: Callable[[Ints], tuple[Ints, Ints, Ints]]) -> None:
        """Take in what was added. `values` gives what is summed, for rows."""
        if not self._fresh:
            return
        fresh = np.array(sorted(self._fresh), dtype=np.int64)
        self._fresh.clear()
        self.rows = np.insert(self.rows, np.searchsorted(self.rows, fresh), fresh)
        self._sums = [np.concatenate([[0], np.cumsum(column)]) for column in values(self.rows)]
        apart = np.flatnonzero(np.diff(self.rows) != 1)
        self._first = self.rows[np.concatenate([[0], apart + 1])]
        self._last = self.rows[np.concatenate([apart, [len(self.rows) - 1]])]

    def before(self, rows: Ints) -> Ints:
        """How many lie before each of these rows."""
        return np.searchsorted(self.rows, rows)

    def sums_before(self, rows: Ints) -> list[Ints]:
        at = self.before(rows)
        return [column[at] for column in self._sums]

    def next_alive(self, rows: Ints) -> Ints:
        """The first row from each of these on that holds."""
        run = np.searchsorted(self._first, rows, side="right") - 1
        return np.where((run >= 0) & (self._last[run] >= rows), self._last[run] + 1, rows)

    def last_alive(self, rows: Ints) -> Ints:
        """The last row up to each of these that holds."""
        run = np.searchsorted(self._first, rows, side="right") - 1
        return np.where((run >= 0) & (self._last[run] >= rows), self._first[run] - 1, rows)
