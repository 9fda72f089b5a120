"""What is asked of a table: all its rows, or those that a filter leaves, with running sums of their own.

The rows of the base that are looked at have places, 0 for the first: for all rows a place is the row itself.
Sums over neighbouring places are differences of running sums, so an answer costs the same however many rows
lie between them, under a filter too.
"""

from dataclasses import dataclass

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

_NUMBERS = np.arange((1 << 2 * CELL_BITS) + 1, dtype=np.int64)
WORLD = Box(-180.0, -90.0, 180.0, 90.0)


def level_of(zoom: int) -> int:
    """Bits an axis of the cells of a zoom."""
    return min(zoom + CELL_BITS, BITS)


def sums_of(columns: Columns, rows: Ints | Whole | slice) -> Ints:
    """Of members and of steps along both axes over all rows before each place; one longer than the rows."""
    members = columns.members[rows]
    sums = np.zeros((len(members) + 1, 3), dtype=np.int64)
    for number, values in enumerate((members, *steps(columns.codes[rows]))):
        np.cumsum(values, out=sums[1:, number])
    return sums


@dataclass(frozen=True)
class View:
    """`rows` gives the row of each place, None where they are the same. `tail` are rows beside the base.

    `codes` and `sums` are by place, `dead` holds places; `before` is the place before which each of the tail
    belongs.
    """

    columns: Columns
    rows: Whole | None
    codes: Ints
    sums: Ints
    dead: Dead
    tail: Ints
    before: Ints

    def __len__(self) -> int:
        return len(self.codes) - len(self.dead) + len(self.tail)

    def count(self, box: Box | None) -> int:
        if box is None:
            return len(self)
        _, starts, ends = cover(self.codes, self._inside, box)
        dead = self.dead.before(ends) - self.dead.before(starts)
        return int((ends - starts - dead).sum()) + int(self._tail_in(box).sum())

    def found(self, box: Box | None) -> Ints:
        """The rows that hold, those of the base in order and first."""
        _, starts, ends = cover(self.codes, self._inside, box or WORLD)
        places = self.dead.without(ranges(starts, ends))
        return np.concatenate([self._rows(places), self.tail[self._tail_in(box or WORLD)]])

    def clusters(self, box: Box | None, zoom: int, most: int | None = None) -> Groups:
        """Everything in the box, gathered."""
        box = box or WORLD
        level, starts, ends = cover(self.codes, self._inside, box, level_of(zoom), most)
        zoom = min(zoom, max(level - CELL_BITS, 0)) if level < level_of(zoom) else zoom
        return self._gathered(starts, ends, np.flatnonzero(self._tail_in(box)), zoom, most)

    def tile(self, z: int, x: int, y: int) -> Groups:
        """Everything in a tile: its codes are neighbours."""
        level, shift = level_of(z), 2 * (BITS - z)
        across = 2 * (level - z)
        edges = _NUMBERS[: (1 << across) + 1] * (1 << (shift - across)) + (tile_code(x, y) << shift)
        cells = self.codes.searchsorted(edges)
        if not len(self.tail) and z <= ZOOM_MOST:
            return self._exact(gather(self._base_parts(cells[:-1], cells[1:]), z, apart=True))
        first, end = np.searchsorted(self.columns.codes[self.tail], edges[[0, -1]])
        return self._gathered(cells[:-1], cells[1:], np.arange(first, end), z, None)

    def gathered(self, rows: Ints, zoom: int, most: int | None = None) -> Groups:
        """These rows and no others, of a view of all; those of the base in order."""
        base = rows[rows < len(self.codes)]
        tail = np.flatnonzero(np.isin(self.tail, rows[rows >= len(self.codes)]))
        return self._gathered(base, base + 1, tail, zoom, most)

    def in_tile(self, rows: Ints, z: int, x: int, y: int) -> Ints:
        """Those of the rows that lie in the tile: every row is in exactly one tile of a zoom."""
        found: Ints = rows[self.columns.codes[rows] >> 2 * (BITS - z) == tile_code(x, y)]
        return found

    # Insides

    def _rows(self, places: Ints) -> Ints:
        return places if self.rows is None else self.rows[places].astype(np.int64)

    def _inside(self, box: Box, places: Ints) -> Mask:
        return self.columns.inside(box, self._rows(places))

    def _tail_in(self, box: Box) -> Mask:
        return self.columns.inside(box, self.tail)

    def _gathered(self, starts: Ints, ends: Ints, tail: Ints, zoom: int, most: int | None) -> Groups:
        if zoom > ZOOM_MOST:
            starts = ranges(starts, ends)
            ends = starts + 1
        parts = self._base_parts(starts, ends)
        if len(tail):
            parts = self._with_tail(parts, tail)
        return self._exact(gather(parts, zoom, most))

    def _exact(self, groups: Groups) -> Groups:
        """With those that stand alone where they are."""
        alone = np.flatnonzero(groups.count == 1)
        if len(alone):
            rows = groups.row[alone]
            groups.lat[alone], groups.lon[alone] = self.columns.lat[rows], self.columns.lon[rows]
        return groups

    def _base_parts(self, starts: Ints, ends: Ints) -> Parts:
        count = ends - starts
        sums = self.sums[ends] - self.sums[starts]
        if len(self.dead):
            count = count - (self.dead.before(ends) - self.dead.before(starts))
            sums += self.dead.sums_before(starts) - self.dead.sums_before(ends)
        held = np.flatnonzero(count)
        first, last, sums = starts[held], ends[held] - 1, sums[held]
        if len(self.dead):
            first, last = self.dead.next_alive(first), self.dead.last_alive(last)
        return Parts(first, self._rows(first), self.codes[first], self.codes[last], count[held], sums)

    def _with_tail(self, parts: Parts, tail: Ints) -> Parts:
        rows = self.tail[tail]
        codes, place = self.columns.codes[rows], self.before[tail]
        sums = np.stack([self.columns.members[rows], *steps(codes)], axis=1)
        at = np.searchsorted(parts.place, place)
        old = (parts.place, parts.row, parts.code, parts.last, parts.count, parts.sums)
        added = (place, rows, codes, codes, np.ones_like(rows), sums)
        return Parts(*(np.insert(one, at, new, axis=0) for one, new in zip(old, added, strict=True)))
