"""The simulated city: its chats, its residents, who moves about in it, and who should not be there.

Everything comes from one seed. Nothing here looks at how suspicion is computed.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import cos, pi, sin

HOUR, DAY = 3600, 86_400
START = 1_790_000_000
DAYS = 45
HABITS = ("everywhere", "slowly", "district", "waves", "lookalike")
GROUPS = ("resident", "mover", "flat hunter", "activist", "courier")

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
LETTERS = {"а": "a", "о": "o", "е": "e", "с": "c", "р": "p", "і": "i", "у": "y", "х": "x"}


@dataclass(frozen=True)
class Shape:
    """A city's geometry: where a district's centre lies, in kilometres from the middle."""

    name: str
    chats: int
    residents: int
    districts: int
    centre: Callable[[random.Random], tuple[float, float]]
    width: float
    """Kilometres within which a district's chats scatter."""


def _ring(rng: random.Random) -> tuple[float, float]:
    angle, far = rng.uniform(0, 2 * pi), 12 * rng.random() ** 0.5
    return far * cos(angle), far * sin(angle)


def _river(rng: random.Random) -> tuple[float, float]:
    return rng.uniform(-16, 16), rng.gauss(0, 1.5)


def _towns(rng: random.Random) -> tuple[float, float]:
    x, y = rng.choice(((0, 0), (0, 0), (14, 5), (-11, 9), (4, -15)))
    return rng.gauss(x, 2), rng.gauss(y, 2)


RING = Shape("ring", 650, 30_000, 40, _ring, 0.9)
RIVER = Shape("river", 450, 20_000, 24, _river, 0.8)
TOWNS = Shape("towns", 550, 25_000, 30, _towns, 1.1)


@dataclass(frozen=True)
class Chat:
    key: str
    id: int
    district: int
    place: tuple[float, float]
    mapped: bool
    """A tenth of the chats is not in the directory, so that nobody knows where they are."""
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


def build(shape: Shape, seed: int) -> City:
    rng = random.Random(f"{shape.name}:{seed}")
    city = City(shape, seed, rng)
    centres = [shape.centre(rng) for _ in range(shape.districts)]
    for n in range(shape.chats):
        district = rng.randrange(shape.districts)
        x, y = (rng.gauss(part, shape.width) for part in centres[district])
        place = (round(53.9 + y / 111.2, 4), round(27.56 + x / 65.5, 4))
        admins = tuple(_name(rng) for _ in range(3))
        city.chats.append(Chat(f"c{n}", -1000 - n, district, place, rng.random() < 0.9, admins))
    city.near = [_nearest(city, n) for n in range(shape.chats)]
    movers, hunters = shape.residents // 25, shape.residents // 250
    for group, count in zip(GROUPS, (shape.residents, movers, hunters, 250, 150), strict=True):
        _settle(city, group, count)
    _waves_of_neighbours(city)
    for habit in HABITS:
        _settle(city, habit, 60)
    return city


def _nearest(city: City, n: int) -> list[int]:
    lat, lon = city.chats[n].place
    return sorted(
        range(len(city.chats)),
        key=lambda m: (
            ((city.chats[m].place[0] - lat) * 111.2) ** 2 + ((city.chats[m].place[1] - lon) * 65.5) ** 2
        ),
    )[:80]


def _settle(city: City, group: str, count: int) -> None:
    live = LIVES[group]
    for n in range(count):
        rng = city.rng
        who = Person(len(city.people), group, _name(rng), _telegram_id(rng, group))
        city.people.append(who)
        live(city, who, n)


def _name(rng: random.Random) -> str:
    first = FIRST[min(int(rng.expovariate(0.08)), len(FIRST) - 1)]
    last = rng.choice(STEMS) + ENDS[min(int(rng.expovariate(0.4)), len(ENDS) - 1)]
    return f"{first} {last}" if rng.random() < 0.6 else first


def _telegram_id(rng: random.Random, group: str) -> int:
    young = 0.8 if group in HABITS else 0.25
    return (
        rng.randrange(7_200_000_000, 8_500_000_000)
        if rng.random() < young
        else rng.randrange(50_000_000, 6_900_000_000)
    )


def _daily(city: City, who: Person, chat: int, chance: float, since: int = START) -> Iterator[Event]:
    """The first message of each day on which something is written."""
    day = (since - START) // DAY
    while chance > 0:
        day += 1 + int(city.rng.expovariate(chance))
        at = START + day * DAY + city.rng.randrange(7 * HOUR, 22 * HOUR)
        if at >= START + DAYS * DAY:
            return
        yield Event(at, chat, who.id, "wrote")


def _talk(rng: random.Random) -> float:
    return rng.choices((0.0, 0.03, 0.3), (60, 30, 10))[0]


def _home(city: City, centre: int, most: int = 3) -> list[int]:
    """One to three chats near home."""
    count = city.rng.choices(range(1, most + 1), (55, 30, 15)[:most])[0]
    return [centre, *city.rng.sample(city.near[centre][1:8], count - 1)]


def _enter(
    city: City, who: Person, chats: list[int], span: tuple[int, int], chance: float | None = None
) -> None:
    """Join these chats within `span` (from when, how long), and go on writing there now and then."""
    rng, (at, within) = city.rng, span
    moments = sorted(at + rng.randrange(within) for _ in chats)
    for chat, moment in zip(chats, moments, strict=True):
        if moment < START + DAYS * DAY:
            road = rng.choices(("public", "invite", "request", "added", "vouched"), (50, 35, 5, 7, 3))[0]
            who.events.append(Event(moment, chat, who.id, "joined", road))
            who.events += _daily(city, who, chat, _talk(rng) if chance is None else chance, moment)


def _moment(rng: random.Random, first: float = 0, last: float = DAYS - 1) -> int:
    return START + int(rng.uniform(first, last)) * DAY + int(rng.triangular(8, 23, 19) * HOUR)


def _resident(city: City, who: Person, _: int) -> None:
    home = _home(city, city.rng.randrange(len(city.chats)))
    if city.rng.random() < 0.7:
        for chat in home:
            who.events += _daily(city, who, chat, _talk(city.rng))
    else:
        _enter(city, who, home, (_moment(city.rng), HOUR if city.rng.random() < 0.6 else 5 * DAY))


def _mover(city: City, who: Person, _: int) -> None:
    for chat in _home(city, city.rng.randrange(len(city.chats))):
        who.events += _daily(city, who, chat, _talk(city.rng))
    _enter(city, who, _home(city, city.rng.randrange(len(city.chats))), (_moment(city.rng), 2 * DAY))


def _flat_hunter(city: City, who: Person, _: int) -> None:
    """Looks at three or four quarters within two weeks before moving."""
    chats = city.rng.sample(range(len(city.chats)), city.rng.choice((3, 3, 4)))
    _enter(city, who, chats, (_moment(city.rng, 0, DAYS - 15), 14 * DAY))


def _activist(city: City, who: Person, _: int) -> None:
    """In many chats all over the city, mostly since long; joins on, now and then several on one evening."""
    rng = city.rng
    chats = rng.sample(range(len(city.chats)), rng.randrange(8, 30))
    old = chats[: rng.randrange(5, 20)] if rng.random() < 0.8 else chats[:2]
    for chat in old:
        who.events += _daily(city, who, chat, rng.uniform(0.1, 0.5))
    at, fresh = START + int(rng.uniform(0, 10) * DAY), chats[len(old) :]
    while fresh and at < START + DAYS * DAY:
        many = rng.randrange(3, 6) if rng.random() < 0.05 else 1
        _enter_invited(city, who, fresh[:many], at)
        fresh, at = fresh[many:], at + int(rng.uniform(2, 10) * DAY)


def _enter_invited(city: City, who: Person, chats: list[int], at: int) -> None:
    rng = city.rng
    for chat in chats:
        at += rng.randrange(600, 2400)
        if at >= START + DAYS * DAY:
            return
        road = rng.choices(("invite", "added", "vouched", "public"), (35, 15, 30, 20))[0]
        who.events.append(Event(at, chat, who.id, "joined", road))
        if rng.random() < 0.6:
            who.events.append(Event(at + rng.randrange(300, 9000), chat, who.id, "wrote"))
        who.events += _daily(city, who, chat, rng.uniform(0.1, 0.4), at)


def _courier(city: City, who: Person, _: int) -> None:
    """Works in a zone of some kilometres and is in its chats; half of them began before."""
    rng = city.rng
    zone = city.near[rng.randrange(len(city.chats))][: rng.randrange(20, 80)]
    chats = rng.sample(zone, min(rng.randrange(4, 13), len(zone)))
    old = chats if rng.random() < 0.5 else chats[:1]
    for chat in old:
        who.events += _daily(city, who, chat, rng.uniform(0.05, 0.4))
    at = _moment(rng, 0, DAYS / 2)
    for chat in chats[len(old) :]:
        _enter(city, who, [chat], (at, 600), rng.uniform(0.1, 0.4) if rng.random() < 0.7 else 0.0)
        at += int(rng.uniform(1, 5) * DAY)


def _waves_of_neighbours(city: City) -> None:
    """A link goes round and neighbours come within minutes: a blackout, a new house."""
    rng = city.rng
    for _ in range(12):
        centre = rng.randrange(len(city.chats))
        chats = [centre, *rng.sample(city.near[centre][1:6], rng.randrange(3))]
        at = _moment(rng)
        for _ in range(rng.randrange(12, 50)):
            who = Person(len(city.people), "resident", _name(rng), _telegram_id(rng, "resident"))
            city.people.append(who)
            _enter(city, who, chats[: rng.randrange(1, len(chats) + 1)], (at, 900))


def _everywhere(city: City, who: Person, _: int) -> None:
    """Six to fifteen chats all over the map within an hour."""
    chats = city.rng.sample(range(len(city.chats)), city.rng.randrange(6, 16))
    _enter(city, who, chats, (_moment(city.rng), city.rng.randrange(600, 3600)), 0.0)


def _slowly(city: City, who: Person, _: int) -> None:
    """A chat every half day to two days, all over the map; a fifth says a word now and then."""
    rng, at = city.rng, _moment(city.rng, 0, DAYS / 3)
    chance = 0.05 if rng.random() < 0.2 else 0.0
    for chat in rng.sample(range(len(city.chats)), rng.randrange(10, 21)):
        _enter(city, who, [chat], (at, 600), chance)
        at += int(rng.uniform(0.5, 2) * DAY)


def _district(city: City, who: Person, _: int) -> None:
    """Seven to fourteen chats of one district within one to six hours."""
    zone = city.near[city.rng.randrange(len(city.chats))][:20]
    _enter(city, who, city.rng.sample(zone, city.rng.randrange(7, 15)), (_moment(city.rng),
           city.rng.randrange(1, 7) * HOUR), 0.0)  # fmt: skip


def _waves(city: City, who: Person, n: int) -> None:
    """Recruited in gangs of fifteen, who go to the same three to six chats within minutes each."""
    gang = random.Random(f"{city.shape.name}:{city.seed}:gang:{n // 15}")
    chats = gang.sample(range(len(city.chats)), gang.randrange(3, 7))
    at = _moment(gang)
    for chat in chats:
        _enter(city, who, [chat], (at, 480), 0.0)
        at += gang.randrange(300, 1200)


def _lookalike(city: City, who: Person, n: int) -> None:
    """One or two chats under the name of an admin, half of them with letters exchanged; then a word."""
    rng = city.rng
    full = [m for m, chat in enumerate(city.chats) if any(" " in name for name in chat.admins)]
    chat = rng.choice(full)
    name = rng.choice([name for name in city.chats[chat].admins if " " in name])
    who.name = name if n % 2 else "".join(LETTERS.get(c, c) if rng.random() < 0.7 else c for c in name)
    _enter(city, who, [chat, *city.near[chat][1 : rng.randrange(1, 3)]], (_moment(rng), HOUR), 0.2)


LIVES: dict[str, Callable[[City, Person, int], None]] = {
    "resident": _resident, "mover": _mover, "flat hunter": _flat_hunter, "activist": _activist,
    "courier": _courier, "everywhere": _everywhere, "slowly": _slowly, "district": _district,
    "waves": _waves, "lookalike": _lookalike,
}  # fmt: skip
