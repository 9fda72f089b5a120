"""A street's line, from its houses alone: the longest way along the tree that joins them, smoothed."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from shared.contracts.streets import House

METRES_A_DEGREE = 111_195.0
APART = 420.0
"""Metres between two houses of one street beyond which it is taken to be interrupted."""
CELL = 45.0
"""Metres within which houses count as one: the two sides of a street, the buildings of a yard."""
SHORTEST = 60.0
SMOOTHING = 2
"""Neighbours on each side that a point is drawn towards."""
Points = npt.NDArray[np.float64]
"""Rows of x and y."""


def line_of(houses: Sequence[House]) -> list[list[tuple[float, float]]]:
    """Lines of (lon, lat), one for each part of the street that has two houses or more."""
    lat = np.array([house[1] for house in houses])
    lon = np.array([house[2] for house in houses])
    narrow = math.cos(math.radians(float(lat.mean())))
    scale = np.array([METRES_A_DEGREE * narrow, METRES_A_DEGREE])
    points = _thinned(np.column_stack([lon, lat]) * scale)
    return [
        [(round(float(x), 5), round(float(y), 5)) for x, y in smooth(points[way]) / scale]
        for way in _ways(points)
    ]


def smooth(points: Points) -> Points:
    """Each point in the midst of its neighbours; the ends stay."""
    if len(points) < 3:
        return points
    found = points.copy()
    for at in range(1, len(points) - 1):
        reach = min(SMOOTHING, at, len(points) - 1 - at)
        found[at] = points[at - reach : at + reach + 1].mean(axis=0)
    return found


def _thinned(points: Points) -> Points:
    """The middle of the houses of each cell."""
    cells = np.floor(points / CELL).astype(np.int64)
    _, which, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), 2))
    np.add.at(sums, which.reshape(-1), points)
    return sums / counts[:, None]


def _ways(points: Points) -> list[list[int]]:
    """The longest way through each tree of houses that are not too far apart."""
    near = _tree(points)
    left, found = set(range(len(points))), []
    while left:
        start = min(left)
        far, _, whole = _farthest(start, near)
        _, way, _ = _farthest(far, near)
        left -= whole
        length = sum(math.dist(points[a], points[b]) for a, b in pairwise(way))
        if length >= SHORTEST:
            found.append(way)
    return found


def _tree(points: Points) -> list[list[tuple[int, float]]]:
    """The shortest tree that joins them (Prim), without its longest edges: neighbours with distances."""
    count = len(points)
    near: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    least, towards = np.full(count, np.inf), np.zeros(count, dtype=np.int64)
    waiting, at = np.ones(count, dtype=bool), 0
    for _ in range(count - 1):
        waiting[at] = False
        away = np.hypot(*(points - points[at]).T)
        closer = waiting & (away < least)
        least[closer], towards[closer] = away[closer], at
        at = int(np.where(waiting, least, np.inf).argmin())
        if least[at] <= APART:
            before, metres = int(towards[at]), float(least[at])
            near[at].append((before, metres))
            near[before].append((at, metres))
    return near


def _farthest(start: int, near: list[list[tuple[int, float]]]) -> tuple[int, list[int], set[int]]:
    """The point of the same tree that is farthest along it, the way there, and the whole tree."""
    before, away, waiting = {start: -1}, {start: 0.0}, [start]
    while waiting:
        at = waiting.pop()
        for other, metres in near[at]:
            if other not in before:
                before[other], away[other] = at, away[at] + metres
                waiting.append(other)
    end = max(away, key=lambda each: (away[each], -each))
    way = [end]
    while before[way[-1]] >= 0:
        way.append(before[way[-1]])
    return end, way[::-1], set(before)
