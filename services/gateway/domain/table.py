"""All listings as columns: a base sorted by Morton code with running sums, and a small tail of what is new.

A change never moves the base. A row that no longer holds is marked dead, the new one goes to the tail, and
both are taken into account by every question; from time to time a new base is made (`merging`), in slices
between which questions are answered from the old one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from services.gateway.domain.clusters import Ints
from services.gateway.domain.columns import Columns, Mask, Whole
from services.gateway.domain.dead import Dead
from services.gateway.domain.view import View, sums_of


def none() -> Ints:
    return np.empty(0, dtype=np.int64)


@dataclass
class Table:
    """Rows below `base` are sorted by code, then id; the tail follows in the order in which it came."""

    columns: Columns
    base: int = 0
    size: int = 0
    alive: Mask = field(default_factory=lambda: np.empty(0, dtype=np.bool_))
    sums: Ints = field(default_factory=lambda: np.zeros((1, 3), dtype=np.int64))
    row_of: Whole = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    """The row of each slot that is listed."""
    dead: Dead = field(default_factory=Dead)
    tail: Ints = field(default_factory=none)
    """The living rows of the tail in the order of code, then id."""
    before: Ints = field(default_factory=none)
    """The row of the base before which each of them belongs."""
    living: int = 0
    ordered: int = 0
    """Rows before this one are in the base or in the order of the tail."""
    stirred: bool = False
    """Whether anything changed since `tidy`."""
    ghosts: dict[int, str] = field(default_factory=dict)
    """Names of rows that do not hold any more, by which the base stays in order."""

    @property
    def pending(self) -> int:
        """What is not in the base, or in it though it no longer holds."""
        return self.size - self.base + len(self.dead)

    # Changes

    def append(self, more: Columns) -> None:
        """New rows for slots that have none."""
        end = self.size + len(more)
        if end > len(self.columns):
            self._grow(end)
        top = int(more.slots.max(initial=-1)) + 1
        if top > len(self.row_of):
            self.row_of = np.resize(self.row_of, max(top, len(self.row_of) * 5 // 4))
        self.columns.put(self.size, more)
        self.alive[self.size : end] = True
        self.row_of[more.slots] = np.arange(self.size, end, dtype=np.int32)
        self.living += len(more)
        self.stirred = True
        self.size = end

    def _grow(self, least: int) -> None:
        room = max(least, len(self.columns) * 5 // 4, 1_024)
        grown, alive = self.columns.empty(room), np.zeros(room, dtype=np.bool_)
        grown.put(0, self.columns.take(slice(0, self.size)))
        alive[: self.size] = self.alive[: self.size]
        self.columns, self.alive = grown, alive

    def kill(self, row: int, name: str) -> None:
        """The listing is gone or has another row. `name` is what the row was ordered by."""
        self.alive[row] = False
        self.living -= 1
        self.stirred = True
        self.ghosts[row] = name
        if row < self.base:
            self.dead.add(row)

    def tidy(self) -> Ints:
        """Make ready for questions what has changed since the last ones. Answers the rows that came in."""
        if not self.stirred:
            return none()
        self.stirred = False
        codes = self.columns.codes
        self.dead.tidy(lambda rows: sums_of(self.columns, rows))
        kept = self.alive[self.tail]
        if not kept.all():
            self.tail, self.before = self.tail[kept], self.before[kept]
        first = max(self.ordered, self.base)
        fresh = first + np.flatnonzero(self.alive[first : self.size])
        if len(fresh):
            self._place(fresh[np.lexsort((self.columns.ids[fresh], codes[fresh]))])
        self.ordered = self.size
        return fresh

    def _place(self, fresh: Ints) -> None:
        """Rows in order of code and id go to their places among the tail."""
        columns = self.columns
        before = _places(fresh, columns, columns.codes[: self.base], lambda at: at)
        at = _places(fresh, columns, columns.codes[self.tail], self.tail.__getitem__)
        self.tail, self.before = np.insert(self.tail, at, fresh), np.insert(self.before, at, before)

    # Questions

    def rows(self) -> Ints:
        """All that hold."""
        return np.flatnonzero(self.alive[: self.size])

    def view(self) -> View:
        """All rows that hold, for questions; once what has changed is made ready for them."""
        codes = self.columns.codes[: self.base]
        return View(self.columns, None, codes, self.sums, self.dead, self.tail, self.before)


def _places(fresh: Ints, columns: Columns, codes: Ints, row: Callable[[int], int]) -> Ints:
    """Where among these codes each fresh row belongs; those that share their code are placed by id."""
    wanted = columns.codes[fresh]
    starts, places = np.searchsorted(codes, wanted), np.searchsorted(codes, wanted, side="right")
    for number in np.flatnonzero(starts < places).tolist():
        low, high, name = int(starts[number]), int(places[number]), columns.ids[fresh[number]]
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if columns.ids[row(middle)] < name else (low, middle)
        places[number] = low
    return places
