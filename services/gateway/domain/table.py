"""All listings as columns: a base sorted by Morton code with running sums, and a small tail of what is new.

A change never moves the base. A row that no longer holds is marked dead, the new one goes to the tail, and
both are taken into account by every question; from time to time a new base is made (`merging`), in slices
between which questions are answered from the old one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from services.gateway.domain.clusters import (
    BITS,
    CELL_BITS,
    ZOOM_MOST,
    Groups,
    Ints,
    Parts,
    gather,
    steps,
    tile_code,
)
from services.gateway.domain.columns import Columns, Mask, Whole, ranges
from services.gateway.domain.cover import cover
from services.gateway.domain.dead import Dead
from services.gateway.domain.query import Box

Sums = tuple[Ints, Ints, Ints]
"""Of members and of steps along both axes over all rows before a row; one longer than the base."""


def none() -> Ints:
    return np.empty(0, dtype=np.int64)


def level_of(zoom: int) -> int:
    """Bits an axis of the cells of a zoom."""
    return min(zoom + CELL_BITS, BITS)


def sums_of(codes: Ints, members: Ints) -> Sums:
    x, y = steps(codes)
    return running(members), running(x), running(y)


def running(values: Ints) -> Ints:
    sums = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


@dataclass
class Table:
    """Rows below `base` are sorted by code, then id; the tail follows in the order in which it came."""

    columns: Columns
    base: int = 0
    size: int = 0
    alive: Mask = field(default_factory=lambda: np.empty(0, dtype=np.bool_))
    sums: Sums = field(default_factory=lambda: (running(none()),) * 3)
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
        self.ghosts[row] = name
        if row < self.base:
            self.dead.add(row)

    def tidy(self) -> Ints:
        """Make ready for questions what has changed since the last ones. Answers the rows that came in."""
        codes = self.columns.codes
        self.dead.tidy(lambda rows: (self.columns.members[rows], *steps(codes[rows])))
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

    def count(self, box: Box) -> int:
        _, starts, ends = cover(self.columns, self.columns.codes[: self.base], box)
        dead = self.dead.before(ends) - self.dead.before(starts)
        return int((ends - starts - dead).sum()) + int(self._tail_in(box).sum())

    def inside(self, box: Box) -> Ints:
        """The rows in the box."""
        _, starts, ends = cover(self.columns, self.columns.codes[: self.base], box)
        found = ranges(starts, ends)
        found = found[self.alive[found]] if len(self.dead) else found
        return np.concatenate([found, self.tail[self._tail_in(box)]])

    def _tail_in(self, box: Box) -> Mask:
        return self.columns.inside(box, self.tail)

    def clusters(self, box: Box | None, zoom: int, most: int | None = None) -> Groups:
        """Everything in the box, gathered."""
        box = box or Box(-180.0, -90.0, 180.0, 90.0)
        codes = self.columns.codes[: self.base]
        level, starts, ends = cover(self.columns, codes, box, level_of(zoom), most)
        zoom = min(zoom, max(level - CELL_BITS, 0)) if level < level_of(zoom) else zoom
        return self._gathered(starts, ends, np.flatnonzero(self._tail_in(box)), zoom, most)

    def tile(self, z: int, x: int, y: int) -> Groups:
        """Everything in a tile: its codes are neighbours."""
        level, shift = level_of(z), 2 * (BITS - z)
        first = tile_code(x, y)
        across = 2 * (level - z)
        edges = ((first << across) + np.arange((1 << across) + 1)) << (shift - across)
        codes = self.columns.codes
        cells = np.searchsorted(codes[: self.base], edges)
        tail = np.searchsorted(codes[self.tail], edges[[0, -1]])
        return self._gathered(cells[:-1], cells[1:], np.arange(tail[0], tail[1]), z, None)

    def in_tile(self, rows: Ints, z: int, x: int, y: int) -> Ints:
        """Those of the rows that lie in the tile: every row is in exactly one tile of a zoom."""
        found: Ints = rows[self.columns.codes[rows] >> 2 * (BITS - z) == tile_code(x, y)]
        return found

    def gathered(self, rows: Ints, zoom: int, most: int | None = None) -> Groups:
        """These rows and no others; those of the base in order."""
        base = rows[rows < self.base]
        tail = np.flatnonzero(np.isin(self.tail, rows[rows >= self.base]))
        return self._gathered(base, base + 1, tail, zoom, most)

    def _gathered(self, starts: Ints, ends: Ints, tail: Ints, zoom: int, most: int | None) -> Groups:
        if zoom > ZOOM_MOST:
            starts = ranges(starts, ends)
            ends = starts + 1
        parts = self._base_parts(starts, ends)
        if len(tail):
            parts = self._with_tail(parts, tail)
        groups = gather(parts, zoom, most)
        alone = groups.count == 1
        rows = groups.row[alone]
        groups.lat[alone], groups.lon[alone] = self.columns.lat[rows], self.columns.lon[rows]
        return groups

    def _base_parts(self, starts: Ints, ends: Ints) -> Parts:
        count = ends - starts
        sums = [column[ends] - column[starts] for column in self.sums]
        if len(self.dead):
            count = count - (self.dead.before(ends) - self.dead.before(starts))
            lost = self.dead.sums_before(starts), self.dead.sums_before(ends)
            sums = [value + low - high for value, low, high in zip(sums, *lost, strict=True)]
        held = count > 0
        first, last = starts[held], ends[held] - 1
        if len(self.dead):
            first, last = self.dead.next_alive(first), self.dead.last_alive(last)
        codes = self.columns.codes
        return Parts(first, codes[first], codes[last], count[held], *(value[held] for value in sums))

    def _with_tail(self, parts: Parts, tail: Ints) -> Parts:
        rows = self.tail[tail]
        codes = self.columns.codes[rows]
        added = (rows, codes, codes, np.ones_like(rows), self.columns.members[rows], *steps(codes))
        at = np.searchsorted(parts.row, self.before[tail])
        columns = (parts.row, parts.code, parts.last, parts.count, parts.members, parts.x, parts.y)
        return Parts(*(np.insert(old, at, new) for old, new in zip(columns, added, strict=True)))


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
