"""The simulated city's ground: its shapes, its chats, where they lie and what the directory says of them.

Everything comes from one seed. Nothing here looks at how suspicion is computed.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from math import cos, pi, sin

HOUR, DAY = 3600, 86_400
START = 1_790_000_000
DAYS = 45
NEAR = 80

FIRST = (  # noqa: SIM905 - forty words in forty lines help nobody
    "Аляксандр Аляксей Анастасія Андрэй Ганна Антон Вольга Вікторыя Віталь Дар'я Дзмітрый Кацярына Алена "
    "Іван Ірына Кірыл Крысціна Людміла Максім Марына Марыя Міхаіл Мікіта Наталля Мікалай Павел Паліна Раман "
    "Святлана Сяргей Таццяна Ульяна Юлія Юры Янка Алесь Зміцер Лявон Рыгор Стася"
).split(" ")
STEMS = (  # noqa: SIM905
    "Каваль Навіц Мікул Багдан Астап Бара Васіл Гры Дуб Жук Заха Іваш Казл Лук Мацвей Нові Паўл Рак Сав "
    "Тка Хам Цімаф Шаўч Яку Мельн Карп Саў Клім Бык Гарб"
).split(" ")
ENDS = ("оў", "енка", "кевіч", "ская", "чык", "юк", "овіч", "ка", "ейка", "эвіч")
Place = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """A city's geometry: where a district's centre lies, in kilometres from the middle."""

    name: str
    chats: int
    residents: int
    districts: int
    centre: Callable[[random.Random], Place]
    width: float
    """Kilometres within which a district's chats scatter."""
    mapped: float = 0.9
    """Share of the chats that the directory lists, so that it is known where they are."""
    each: int = 60
    """Infiltrators of each habit."""
    many: int = 250
    """Activists; the other people of many chats in proportion."""


def _ring(rng: random.Random) -> Place:
    angle, far = rng.uniform(0, 2 * pi), 12 * rng.random() ** 0.5
    return far * cos(angle), far * sin(angle)


def _river(rng: random.Random) -> Place:
    return rng.uniform(-16, 16), rng.gauss(0, 1.5)


def _towns(rng: random.Random) -> Place:
    x, y = rng.choice(((0, 0), (0, 0), (14, 5), (-11, 9), (4, -15)))
    return rng.gauss(x, 2), rng.gauss(y, 2)


def _town(rng: random.Random) -> Place:
    return rng.gauss(0, 2), rng.gauss(0, 2)


RING = Shape("ring", 650, 30_000, 40, _ring, 0.9)
RIVER = Shape("river", 450, 20_000, 24, _river, 0.8)
TOWNS = Shape("towns", 550, 25_000, 30, _towns, 1.1)
SMALL = Shape("small town", 40, 3_000, 5, _town, 0.6, each=12, many=20)
UNMAPPED = Shape("ring without a map", 650, 30_000, 40, _ring, 0.9, mapped=0.0)


@dataclass(frozen=True)
class Chat:
    key: str
    id: int
    district: int
    place: Place
    mapped: bool
    level: str
    """The precision that the directory has for it; three of ten leave it at the form's first choice."""
    admins: tuple[str, ...]


@dataclass(frozen=True)
class Event:
    at: int
    chat: int
    who: int
    kind: str
    road: str = ""


@dataclass
class Person:
    id: int
    group: str
    name: str
    telegram_id: int
    events: list[Event] = field(default_factory=list)


@dataclass
class City:
    shape: Shape
    seed: int
    rng: random.Random
    chats: list[Chat] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    near: list[list[int]] = field(default_factory=list)
    """For each chat the others by distance."""

    def events(self) -> list[Event]:
        return sorted((e for one in self.people for e in one.events), key=lambda e: (e.at, e.who, e.chat))

    def kilometres(self, a: int, b: int) -> float:
        return _far(self.chats[a].place, self.chats[b].place)


def lay_out(shape: Shape, seed: int) -> City:
    """The chats, before anybody lives there."""
    rng = random.Random(f"{shape.name}:{seed}")
    city = City(shape, seed, rng)
    centres = [shape.centre(rng) for _ in range(shape.districts)]
    for n in range(shape.chats):
        district = rng.randrange(shape.districts)
        x, y = (rng.gauss(part, shape.width) for part in centres[district])
        place = (round(53.9 + y / 111.2, 4), round(27.56 + x / 65.5, 4))
        level = rng.choices(("courtyard", "quarter", "district"), (65, 27, 8))[0]
        level = level if rng.random() < 0.7 else "courtyard"
        admins = tuple(name_of(rng) for _ in range(3))
        mapped = rng.random() < shape.mapped
        city.chats.append(Chat(f"c{n}", -1000 - n, district, place, mapped, level, admins))
    city.near = [_nearest(city, n) for n in range(shape.chats)]
    return city


def _far(a: Place, b: Place) -> float:
    return float((((a[0] - b[0]) * 111.2) ** 2 + ((a[1] - b[1]) * 65.5) ** 2) ** 0.5)


def _nearest(city: City, n: int) -> list[int]:
    return sorted(range(len(city.chats)), key=lambda m: city.kilometres(n, m))[:NEAR]


def name_of(rng: random.Random) -> str:
    first = FIRST[min(int(rng.expovariate(0.08)), len(FIRST) - 1)]
    last = rng.choice(STEMS) + ENDS[min(int(rng.expovariate(0.4)), len(ENDS) - 1)]
    return f"{first} {last}" if rng.random() < 0.6 else first


def newcomer(city: City, group: str, *, young: float = 0.25) -> Person:
    """Somebody new in the city; `young`: the chance of an account made lately."""
    rng = city.rng
    low, high = (7_200_000_000, 8_500_000_000) if rng.random() < young else (50_000_000, 6_900_000_000)
    who = Person(len(city.people), group, name_of(rng), rng.randrange(low, high))
    city.people.append(who)
    return who


def moment(rng: random.Random, first: float = 0, last: float = DAYS - 1) -> int:
    """Some time of day between eight and eleven in the evening, most often about seven."""
    return START + int(rng.uniform(first, last)) * DAY + int(rng.triangular(8, 23, 19) * HOUR)
