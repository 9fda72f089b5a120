"""Which rows, sorted by Morton code, lie in a box: as few ranges as can be, and exactly.

A cell wholly inside the box is one range, however many rows it holds; a cell on the edge is split into its
four, again and again, until few enough rows are left to look at each. So the time goes with what is drawn
and with the length of the edge, and hardly with the number of listings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from services.gateway.domain.clusters import BITS, Ints, morton, project_one
from services.gateway.domain.columns import Mask, ranges
from services.gateway.domain.query import Box

SCAN_MOST = 4_096
"""Rows that are looked at one by one rather than splitting the cells on the edge further."""
CELLS_FIRST = 4_096
"""Cells to begin with; a wall of 4K pixels with what lies around it."""
Inside = Callable[[Box, Ints], Mask]
"""Which of these rows lie in a box."""
_QUARTERS = np.arange(4, dtype=np.int64)
_INNER = _QUARTERS[1:]
_RIGHT, _DOWN = _QUARTERS & 1, _QUARTERS >> 1


@dataclass(frozen=True)
class Cells:
    """Cells of one level (bits an axis) by code and by their place in its grid, with the rows they hold."""

    level: int
    code: Ints
    x: Ints
    y: Ints
    start: Ints
    end: Ints

    def where(self, mask: Mask) -> "Cells":
        return Cells(
            self.level, self.code[mask], self.x[mask], self.y[mask], self.start[mask], self.end[mask]
        )


@dataclass(frozen=True)
class Window:
    """A box that does not cross the antimeridian, in steps of the finest grid; edges belong to it."""

    box: Box
    west: int
    north: int
    east: int
    south: int

    def covers(self, cells: Cells) -> Mask:
        """Which are inside for sure: a step away from the edge, whatever the projection rounds."""
        shift = BITS - cells.level
        west, north = cells.x << shift, cells.y << shift
        last = (1 << shift) - 1
        across = (west > self.west + 1) & (west + last < self.east - 1)
        return across & (north > self.north + 1) & (north + last < self.south - 1)

    def coarse(self) -> int:
        """The level of the first cells of which some may lie wholly inside."""
        narrow = min(self.east - self.west, self.south - self.north)
        return min(BITS, BITS + 3 - narrow.bit_length())

    def grid(self, level: int) -> tuple[int, int, int, int]:
        """The first and last column and row of cells that it touches."""
        shift = BITS - level
        return self.west >> shift, self.north >> shift, self.east >> shift, self.south >> shift


def windows(box: Box) -> list[Window]:
    halves = (
        [Box(box.west, box.south, 180.0, box.north), Box(-180.0, box.south, box.east, box.north)]
        if box.crosses
        else [box]
    )
    return [
        Window(half, *project_one(half.north, half.west), *project_one(half.south, half.east))
        for half in halves
    ]


def cover(
    codes: Ints, inside: Inside, box: Box, level: int | None = None, most: int | None = None
) -> tuple[int, Ints, Ints]:
    """Ranges of rows, in order, none of which goes beyond a cell of the level that is answered.

    That is `level`, or a lower one if there are surely more than `most` cells. `codes` are those of the rows;
    `inside` looks at single ones.
    """
    starts: list[Ints] = []
    ends: list[Ints] = []
    for window in windows(box):
        level = window.coarse() if level is None else level
        level, found = _ranges(codes, inside, window, level, most)
        starts += [start for start, _ in found]
        ends += [end for _, end in found]
    start, end = np.concatenate(starts), np.concatenate(ends)
    order = np.argsort(start)
    return level or 0, start[order], end[order]


def _ranges(
    codes: Ints, inside: Inside, window: Window, level: int, most: int | None
) -> tuple[int, list[tuple[Ints, Ints]]]:
    found: list[tuple[Ints, Ints]] = []
    cells = _first(codes, window, level)
    while cells.level < level and _rows(cells) > SCAN_MOST:
        if most is not None and int(window.covers(cells).sum()) > most:
            level = cells.level
        else:
            cells = _split(codes, window, cells)
    while cells.level >= level:
        whole = window.covers(cells)
        found.append((cells.start[whole], cells.end[whole]))
        cells = cells.where(~whole)
        if cells.level == BITS or _rows(cells) <= SCAN_MOST:
            break
        cells = _split(codes, window, cells)
    rows = ranges(cells.start, cells.end)
    rows = rows[inside(window.box, rows)]
    return level, [*found, (rows, rows + 1)]


def _rows(cells: Cells) -> int:
    return int((cells.end - cells.start).sum())


def _first(codes: Ints, window: Window, level: int) -> Cells:
    """The cells of this level in the window that hold anything; of a coarser one where that is too many."""
    west, north, east, south = window.grid(level)
    while (east - west + 1) * (south - north + 1) > CELLS_FIRST:
        level -= 1
        west, north, east, south = window.grid(level)
    x = np.arange(west, east + 1, dtype=np.int64)
    y = np.arange(north, south + 1, dtype=np.int64)
    across, down = np.tile(x, len(y)), np.repeat(y, len(x))
    cells = morton(across, down)
    order = np.argsort(cells)  # looked up in order, which is several times quicker
    cells, shift = cells[order], 2 * (BITS - level)
    start = np.searchsorted(codes, cells << shift)
    end = np.searchsorted(codes, (cells + 1) << shift)
    return Cells(level, cells, across[order], down[order], start, end).where(end > start)


def _split(codes: Ints, window: Window, cells: Cells) -> Cells:
    """The quarters of the cells that the window touches and that hold anything.

    Where a cell begins and ends is known; what is looked for are the three edges between its quarters.
    """
    level = cells.level + 1
    inner = (cells.code[:, None] << 2 | _INNER) << 2 * (BITS - level)
    between = np.searchsorted(codes, inner.ravel()).reshape(inner.shape)
    edges = np.concatenate([cells.start[:, None], between, cells.end[:, None]], axis=1)
    quarters = Cells(
        level,
        (cells.code[:, None] << 2 | _QUARTERS).ravel(),
        (cells.x[:, None] << 1 | _RIGHT).ravel(),
        (cells.y[:, None] << 1 | _DOWN).ravel(),
        edges[:, :-1].ravel(),
        edges[:, 1:].ravel(),
    )
    west, north, east, south = window.grid(level)
    x, y = quarters.x, quarters.y
    return quarters.where(
        (quarters.end > quarters.start) & (x >= west) & (x <= east) & (y >= north) & (y <= south)
    )


def blocks(length: int, size: int) -> list[tuple[int, int]]:
    """0 to `length` in pieces of at most `size`; at least one, which may be empty."""
    edges = [*range(0, length, size), length]
    return list(pairwise(edges)) or [(0, 0)]
