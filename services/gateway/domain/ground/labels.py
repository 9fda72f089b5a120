"""Names on a tile. Each lies wholly within it, so that no two tiles must agree, and none is cut."""

import math
from dataclasses import dataclass
from itertools import pairwise

import shapely

from services.gateway.domain.ground.looks import Look

SIZES = {Look.AVENUE: 23, Look.STREET: 21, Look.LANE: 20, Look.WATER: 22, Look.RIVER: 21, Look.PARK: 21}
"""Height of the letters in units of half a pixel."""
WIDE = 0.56
"""Width of a letter by its height, on the average."""
FROM = {Look.AVENUE: 14, Look.STREET: 15, Look.LANE: 16, Look.WATER: 12, Look.RIVER: 13, Look.PARK: 13}
BEND = math.radians(24)
"""How much a line may turn at a point under a name."""
ROOM = 26
"""Units kept free at both ends of a name."""
FAR = 700
"""Units between two places of one name on a tile."""
EDGE = 4
"""Units from the edge of a tile that stay free."""
Part = list[tuple[int, int]]
Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """Along a line, or in the midst of a surface when `line` is empty."""

    look: Look
    text: str
    size: int
    x: float
    y: float
    line: tuple[tuple[int, int], ...] = ()


class Labels:
    """Places names one after the other; what would lie on another is left out."""

    def __init__(self, units: int, zoom: int) -> None:
        self._units, self._zoom = units, zoom
        self._taken: list[Box] = []
        self._written: list[tuple[str, float, float]] = []
        self.placed: list[Label] = []

    def add(self, look: Look, text: str, parts: list[Part], *, closed: bool) -> None:
        if self._zoom < FROM.get(look, 99):
            return
        size = SIZES[look]
        long = len(text) * size * WIDE
        if closed:
            self._inside(Label(look, text, size, 0, 0), parts, long)
        else:
            for part in parts:
                self._along(Label(look, text, size, 0, 0), part, long)

    def _inside(self, label: Label, parts: list[Part], long: float) -> None:
        shape = shapely.make_valid(shapely.Polygon(max(parts, key=len)))
        left, top, right, bottom = shape.bounds
        if right - left < long * 0.8 or bottom - top < label.size * 1.5:
            return
        middle = shape.representative_point()
        self._put(label, (middle.x, middle.y), (long, label.size), ())

    def _along(self, label: Label, part: Part, long: float) -> None:
        inside = shapely.clip_by_rect(shapely.LineString(part), 0, 0, self._units, self._units)
        for piece in shapely.get_parts(inside):
            run = _straightest([(round(x), round(y)) for x, y in shapely.get_coordinates(piece).tolist()])
            if _length(run) >= long + 2 * ROOM:
                self._on(label, run if run[0][0] <= run[-1][0] else run[::-1], long)

    def _on(self, label: Label, line: Part, long: float) -> None:
        x, y = _middle(line)
        (x1, y1), (x2, y2) = line[0], line[-1]
        turn = math.atan2(y2 - y1, x2 - x1)
        wide, high = abs(math.cos(turn)), abs(math.sin(turn))
        size = wide * long + high * label.size, high * long + wide * label.size
        self._put(label, (x, y), size, tuple(line))

    def _put(
        self, label: Label, at: Point, size: tuple[float, float], line: tuple[tuple[int, int], ...]
    ) -> None:
        x, y = at
        box = (x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2)
        if (
            min(box) < EDGE
            or max(box) > self._units - EDGE
            or any(_meet(box, other) for other in self._taken)
        ):
            return
        near = (math.dist(at, (px, py)) for text, px, py in self._written if text == label.text)
        if min(near, default=FAR) >= FAR:
            self._taken.append(box)
            self._written.append((label.text, x, y))
            self.placed.append(Label(label.look, label.text, label.size, round(x), round(y), line))


def _straightest(points: Part) -> Part:
    """The longest stretch without a sharp turn."""
    best: Part = []
    run: Part = points[:2]
    for point in points[2:]:
        if abs(_turn(run[-2], run[-1], point)) > BEND:
            best = max(best, run, key=_length)
            run = [run[-1], point]
        else:
            run.append(point)
    return max(best, run, key=_length)


def _turn(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> float:
    angle = math.atan2(c[1] - b[1], c[0] - b[0]) - math.atan2(b[1] - a[1], b[0] - a[0])
    return (angle + math.pi) % (2 * math.pi) - math.pi


def _length(points: Part) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(points))


def _middle(points: Part) -> tuple[float, float]:
    """Half way along."""
    left = _length(points) / 2
    for (x1, y1), (x2, y2) in pairwise(points):
        step = math.dist((x1, y1), (x2, y2))
        if step >= left > 0:
            return x1 + (x2 - x1) * left / step, y1 + (y2 - y1) * left / step
        left -= step
    return points[-1]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
