"""The sample's water and parks: drawn by hand from memory, as ovals and winding lines."""

import math
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from services.directory.sample.city import Point

Names = tuple[str, str, str]
"""In Belarusian, Russian and English."""


@dataclass(frozen=True)
class River:
    id: str
    names: Names
    rank: int
    width: float
    """Degrees of latitude from the middle to a bank; 0 for a line."""
    course: tuple[Point, ...]


@dataclass(frozen=True)
class Oval:
    """A lake or a park: its middle, how far it reaches in degrees, and how far it is turned."""

    id: str
    kind: str
    names: Names
    lon: float
    lat: float
    wide: float
    high: float
    turn: float = 0.0
    rank: int = 2


RIVERS = (
    River("svislac", ("Свіслач", "Свислочь", "Svislach"), 1, 0.00055, (
        (27.360, 53.992), (27.400, 53.983), (27.447, 53.971), (27.478, 53.958), (27.500, 53.948),
        (27.520, 53.937), (27.531, 53.926), (27.545, 53.917), (27.551, 53.909), (27.560, 53.9075),
        (27.570, 53.9045), (27.577, 53.899), (27.588, 53.8935), (27.592, 53.885), (27.602, 53.878),
        (27.612, 53.870), (27.609, 53.861), (27.618, 53.853), (27.634, 53.845), (27.650, 53.837),
        (27.657, 53.825), (27.672, 53.812), (27.690, 53.795),
    )),
    River("losyca-raka", ("Лошыца", "Лошица", "Loshytsa"), 3, 0, (
        (27.475, 53.862), (27.498, 53.853), (27.520, 53.846), (27.548, 53.848), (27.570, 53.845),
        (27.588, 53.852), (27.609, 53.861),
    )),
    River("sliapianka", ("Сляпянка", "Слепянка", "Slepianka"), 2, 0.0003, (
        (27.636, 53.951), (27.640, 53.939), (27.652, 53.930), (27.664, 53.918), (27.662, 53.905),
        (27.650, 53.895), (27.652, 53.881), (27.640, 53.870), (27.626, 53.866), (27.612, 53.870),
    )),
    River("niamiha-raka", ("Няміга", "Немига", "Niamiha"), 3, 0, (
        (27.488, 53.884), (27.505, 53.893), (27.522, 53.8985), (27.538, 53.9035), (27.551, 53.9075),
    )),
)  # fmt: skip
OVALS = (
    Oval("zaslauje", "water", ("Мінскае мора", "Минское море", "Minsk Sea"),
         27.385, 54.010, 0.042, 0.021, -25, 1),
    Oval("drazdy-vada", "water", ("Дразды", "Дрозды", "Drazdy"),
         27.497, 53.9495, 0.016, 0.0042, -33, 1),
    Oval("vozera", "water", ("Камсамольскае возера", "Комсомольское озеро", "City lake"),
         27.5405, 53.9215, 0.0078, 0.0040, -20, 1),
    Oval("cnianskaje", "water", ("Цнянскае", "Цнянское", "Tsna lake"),
         27.596, 53.9775, 0.015, 0.0050, 10, 1),
    Oval("cyzouka-vada", "water", ("Чыжоўскае", "Чижовское", "Chyzhouka lake"),
         27.636, 53.8455, 0.0120, 0.0048, -24, 1),
    Oval("sierabranka-vada", "water", ("", "", ""),
         27.590, 53.8615, 0.0040, 0.0016, 15, 3),
    Oval("park-pieramohi", "park", ("Парк Перамогі", "Парк Победы", "Victory park"),
         27.537, 53.9235, 0.0150, 0.0078, -20, 1),
    Oval("park-caluskincau", "park", ("Сасновы парк", "Сосновый парк", "Pine park"),
         27.616, 53.9215, 0.0100, 0.0062, 20, 1),
    Oval("batanicny", "park", ("Батанічны сад", "Ботанический сад", "Botanical garden"),
         27.6125, 53.9125, 0.0085, 0.0042, 12, 2),
    Oval("park-haradski", "park", ("Цэнтральны парк", "Центральный парк", "Central park"),
         27.574, 53.9035, 0.0062, 0.0030, -40, 2),
    Oval("park-losycy", "park", ("Лошыцкі парк", "Лошицкий парк", "Loshytsa park"),
         27.574, 53.8455, 0.0110, 0.0060, 8, 1),
    Oval("miadzviezyna", "park", ("Мядзвежына", "Медвежино", "Miadzviezhyna"),
         27.4485, 53.8905, 0.0090, 0.0050, 30, 2),
    Oval("les-drazdy", "park", ("Драздоўскі лес", "Дроздовский лес", "Drazdy wood"),
         27.519, 53.9610, 0.0190, 0.0080, -20, 1),
    Oval("les-sciapianka", "park", ("Сцяпянскі лес", "Степянский лес", "Stsiapianka wood"),
         27.689, 53.9180, 0.0130, 0.0085, 40, 1),
    Oval("les-sosny", "park", ("Сосны", "Сосны", "Sosny"),
         27.706, 53.8550, 0.0120, 0.0130, 0, 1),
    Oval("les-kurasouscyna", "park", ("Курасоўшчынскі лес", "Курасовщинский лес", "Kurasoushchyna wood"),
         27.521, 53.8390, 0.0120, 0.0052, -8, 2),
    Oval("park-cyzouka", "park", ("Парк ля вады", "Парк у воды", "Waterside park"),
         27.645, 53.8520, 0.0130, 0.0060, -30, 2),
    Oval("park-uschod", "park", ("Слепянскі парк", "Слепянский парк", "Slepianka park"),
         27.656, 53.9260, 0.0055, 0.0090, -25, 2),
    Oval("park-zachad", "park", ("Парк пад соснамі", "Парк под соснами", "Park under the pines"),
         27.472, 53.9190, 0.0070, 0.0035, 25, 3),
)  # fmt: skip


def bank(river: River) -> list[Point]:
    """The river as a surface: there along one bank and back along the other."""
    course = flowing(river.course)
    left = _beside(course, river.width)
    right = _beside(course[::-1], river.width)
    return [*left, *right, left[0]]


def flowing(course: tuple[Point, ...]) -> list[Point]:
    """The course with its corners rounded (Chaikin, three times)."""
    points = list(course)
    for _ in range(3):
        rounded = [points[0]]
        for (x1, y1), (x2, y2) in pairwise(points):
            rounded += [
                (0.75 * x1 + 0.25 * x2, 0.75 * y1 + 0.25 * y2),
                (0.25 * x1 + 0.75 * x2, 0.25 * y1 + 0.75 * y2),
            ]
        points = [*rounded, points[-1]]
    return [(round(x, 5), round(y, 5)) for x, y in points]


def _beside(course: list[Point], away: float) -> list[Point]:
    """A line at a distance to the left, true to scale at the latitude of the sample."""
    narrow, found = math.cos(math.radians(53.9)), []
    for at, (x, y) in enumerate(course):
        (x1, y1), (x2, y2) = course[max(at - 1, 0)], course[min(at + 1, len(course) - 1)]
        east, north = (x2 - x1) * narrow, y2 - y1
        long = math.hypot(east, north) or 1.0
        found.append((round(x - north / long * away / narrow, 5), round(y + east / long * away, 5)))
    return found


def shore(oval: Oval, corners: int = 28) -> list[Point]:
    """The oval with a shore that is not quite even, the same each time."""
    random = Random(oval.id)  # noqa: S311 - sample data, made the same each time
    phases = [random.uniform(0, 2 * math.pi) for _ in range(3)]
    turn, narrow = math.radians(oval.turn), math.cos(math.radians(oval.lat))
    points = []
    for corner in range(corners):
        angle = 2 * math.pi * corner / corners
        reach = 1 + sum(0.07 * math.sin((n + 2) * angle + phase) for n, phase in enumerate(phases))
        east, north = reach * oval.wide * narrow * math.cos(angle), reach * oval.high * math.sin(angle)
        x = (east * math.cos(turn) - north * math.sin(turn)) / narrow
        points.append(
            (round(oval.lon + x, 5), round(oval.lat + east * math.sin(turn) + north * math.cos(turn), 5))
        )
    return [*points, points[0]]
