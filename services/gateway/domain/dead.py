"""Rows of the base that no longer hold, until the next base is made."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from services.gateway.domain.clusters import Ints


def _none() -> Ints:
    return np.empty(0, dtype=np.int64)


def _sums() -> Ints:
    return np.zeros((1, 3), dtype=np.int64)


@dataclass
class Dead:
    """Sorted rows with running sums, and the runs that they form."""

    rows: Ints = field(default_factory=_none)
    _sums: Ints = field(default_factory=_sums)
    _first: Ints = field(default_factory=_none)
    _last: Ints = field(default_factory=_none)
    _fresh: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows) + len(self._fresh)

    def add(self, row: int) -> None:
        self._fresh.append(row)

    def tidy(self, sums: Callable[[Ints], Ints]) -> None:
        """Take in what was added. `sums` gives running sums over rows, one longer than they are."""
        if not self._fresh:
            return
        fresh = np.array(sorted(self._fresh), dtype=np.int64)
        self._fresh.clear()
        self._set(np.insert(self.rows, np.searchsorted(self.rows, fresh), fresh), sums)

    @classmethod
    def of(cls, rows: Ints, sums: Callable[[Ints], Ints]) -> "Dead":
        """Of sorted rows."""
        made = cls()
        if len(rows):
            made._set(rows, sums)
        return made

    def _set(self, rows: Ints, sums: Callable[[Ints], Ints]) -> None:
        self.rows, self._sums = rows, sums(rows)
        apart = np.flatnonzero(np.diff(rows) != 1)
        self._first = rows[np.concatenate([[0], apart + 1])]
        self._last = rows[np.concatenate([apart, [len(rows) - 1]])]

    def before(self, rows: Ints) -> Ints:
        """How many lie before each of these rows."""
        return np.searchsorted(self.rows, rows)

    def sums_before(self, rows: Ints) -> Ints:
        """A row of sums for each."""
        return self._sums[self.before(rows)]

    def without(self, rows: Ints) -> Ints:
        """Those of the sorted rows that hold."""
        if not len(self.rows):
            return rows
        at = np.searchsorted(rows, self.rows)
        at = at[at < len(rows)]
        return np.delete(rows, at[rows[at] == self.rows[: len(at)]])

    def next_alive(self, rows: Ints) -> Ints:
        """The first row from each of these on that holds."""
        run = np.searchsorted(self._first, rows, side="right") - 1
        return np.where((run >= 0) & (self._last[run] >= rows), self._last[run] + 1, rows)

    def last_alive(self, rows: Ints) -> Ints:
        """The last row up to each of these that holds."""
        run = np.searchsorted(self._first, rows, side="right") - 1
        return np.where((run >= 0) & (self._last[run] >= rows), self._first[run] - 1, rows)
