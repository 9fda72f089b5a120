"""The sample's streets: avenues from the centre, rings around it, and a net of lanes between them.

No such streets exist, and their names are put together from trees and trades.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from services.directory.sample.city import DISTRICTS, POINTS, RING, Point
from services.directory.sample.waters import Names, flowing

SEED = 53
NARROW = math.cos(math.radians(53.9))
CENTRE = POINTS["centre"]
KILOMETRE = 1 / 111.195
LANES_APART = 0.36 * KILOMETRE
SHORTEST = 0.30 * KILOMETRE
AVENUES = (
    ("ne2", ("Праспект Перамен", "Проспект Перемен", "Peramen Avenue")),
    ("n0", ("Праспект Старажытны", "Проспект Старинный", "Starazhytny Avenue")),
    ("nw1", ("Праспект Касцюшкі", "Проспект Костюшко", "Kastsiushka Avenue")),
    ("w2", ("Вуліца Заходняя", "Улица Западная", "Zakhodniaya Street")),
    ("sw1", ("Праспект Скарыны", "Проспект Скорины", "Skaryna Avenue")),
    ("s2", ("Вуліца Вакзальная", "Улица Вокзальная", "Vakzalnaya Street")),
    ("s0", ("Праспект Рачны", "Проспект Речной", "Rachny Avenue")),
    ("se1", ("Шаша на Магілёў", "Шоссе на Могилёв", "Mahiliou Road")),
    ("e1", ("Вуліца Усходняя", "Улица Восточная", "Uskhodniaya Street")),
)
"""Where each leads, and its name."""
FIRST = (
    ("Каштанавая", "Каштановая", "Kashtanavaya"), ("Рабінавая", "Рябиновая", "Rabinavaya"),
    ("Ліпавая", "Липовая", "Lipavaya"), ("Вішнёвая", "Вишнёвая", "Vishniovaya"),
    ("Ганчарная", "Гончарная", "Hancharnaya"), ("Млынавая", "Мельничная", "Mlynavaya"),
    ("Сонечная", "Солнечная", "Sonechnaya"), ("Ткацкая", "Ткацкая", "Tkatskaya"),
    ("Пчаліная", "Пчелиная", "Pchalinaya"), ("Бусліная", "Аистиная", "Buslinaya"),
    ("Касмічная", "Космическая", "Kasmichnaya"), ("Друкарская", "Печатная", "Drukarskaya"),
    ("Васільковая", "Васильковая", "Vasilkovaya"), ("Яблыневая", "Яблоневая", "Yablynevaya"),
    ("Лугавая", "Луговая", "Luhavaya"), ("Кавальская", "Кузнечная", "Kavalskaya"),
)  # fmt: skip


@dataclass(frozen=True)
class Street:
    id: str
    names: Names
    rank: int
    line: list[Point]


def streets(water: BaseGeometry) -> Iterator[Street]:
    """All of them; lanes end at the water."""
    yield from _avenues()
    for number, (part, rank) in enumerate(((0.3, 2), (0.62, 2), (1.0, 1)), start=1):
        names = (f"{number}-е кальцо", f"{number}-е кольцо", f"Ring {number}")
        yield Street(f"ring-{number}", names, rank, _ring(part))
    random = Random(SEED)  # noqa: S311 - sample data, made the same each time
    for district in DISTRICTS:
        border = shapely.Polygon([POINTS[name] for name in district.around.split()])
        yield from _lanes(random, district.id, border.difference(water))


def _avenues() -> Iterator[Street]:
    for number, (end, names) in enumerate(AVENUES):
        (x1, y1), (x2, y2) = CENTRE, POINTS[end]
        bend = 0.05 * (-1) ** number
        middle = ((x1 + x2) / 2 - (y2 - y1) * bend / NARROW, (y1 + y2) / 2 + (x2 - x1) * bend * NARROW)
        yield Street(f"avenue-{end}", names, 1, flowing((CENTRE, middle, POINTS[end])))


def _ring(part: float) -> list[Point]:
    """The border of the city, drawn in towards the centre."""
    corners = [POINTS[name] for name in RING.split()]
    inner = [(CENTRE[0] + (x - CENTRE[0]) * part, CENTRE[1] + (y - CENTRE[1]) * part) for x, y in corners]
    return flowing((*inner, *inner[:2]))[1:-1]


def _lanes(random: Random, district: str, ground: BaseGeometry) -> Iterator[Street]:
    """Two sets of lanes that cross, both turned as the district is."""
    x, y = ground.representative_point().coords[0]
    away = math.atan2(y - CENTRE[1], (x - CENTRE[0]) * NARROW)
    number = 0
    for turn, apart in ((away, LANES_APART), (away + math.pi / 2, LANES_APART * 1.7)):
        for step in range(-30, 31):
            shift = step * apart + random.uniform(-0.12, 0.12) * apart
            for line in _pieces(_across(x, y, turn, shift), ground, random):
                number += 1
                yield Street(f"lane-{district}-{number}", _name(random), 3 if step % 3 else 2, line)


def _across(x: float, y: float, turn: float, shift: float) -> shapely.LineString:
    """A long line with a slight bow, beside a point."""
    points = []
    for along in range(-12, 13):
        far = along * 0.8 * KILOMETRE
        bow = 0.10 * KILOMETRE * math.sin(along * 0.7 + shift * 300)
        east = far * math.cos(turn) - (shift + bow) * math.sin(turn)
        north = far * math.sin(turn) + (shift + bow) * math.cos(turn)
        points.append((x + east / NARROW, y + north))
    return shapely.LineString(points)


def _pieces(line: shapely.LineString, ground: BaseGeometry, random: Random) -> Iterator[list[Point]]:
    """What of it lies on dry ground, some of it left out, so that the net is not a grid."""
    inside = line.intersection(ground.buffer(-0.0008))
    for part in getattr(inside, "geoms", [inside]):
        if part.length > SHORTEST and random.random() > 0.16:
            start, end = random.uniform(0, 0.22), random.uniform(0.78, 1)
            cut = shapely.ops.substring(part, start, end, normalized=True)
            yield [(round(x, 5), round(y, 5)) for x, y in shapely.simplify(cut, 0.00003).coords]


def _name(random: Random) -> Names:
    be, ru, en = random.choice(FIRST)
    return f"вуліца {be}", f"улица {ru}", f"{en} Street"
