"""Who should not be in the simulated city's chats: infiltrators, by their habits."""

import random
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from bench.city_map import DAY, DAYS, HOUR, City, Person, Shape, lay_out, moment, newcomer
from bench.city_people import enter, populate

HABITS = ("everywhere", "slowly", "district", "waves", "lookalike")
"""The habits that the aim speaks of."""
BEYOND = ("patient",)
"""Shown, and in no total: nothing here finds them."""
YOUNG = 0.8
GANGS = (12, 6, 18, 24)
"""How many belong to each gang, over and over."""
LETTERS = {"а": "a", "о": "o", "е": "e", "с": "c", "р": "p", "і": "i", "у": "y", "х": "x"}


def build(shape: Shape, seed: int) -> City:
    """A city with everybody in it."""
    city = lay_out(shape, seed)
    populate(city)
    for habit in (*HABITS, *BEYOND):
        for n in range(shape.each):
            LIVES[habit](city, newcomer(city, habit, young=YOUNG), n)
    return city


def _anywhere(city: City, least: int, most: int) -> list[int]:
    return city.rng.sample(range(len(city.chats)), min(city.rng.randrange(least, most), len(city.chats)))


def _everywhere(city: City, who: Person, _: int) -> None:
    """Six to fifteen chats all over the map within an hour."""
    enter(city, who, _anywhere(city, 6, 16), (moment(city.rng), city.rng.randrange(600, 3600)), 0.0)


def _slowly(city: City, who: Person, _: int) -> None:
    """A chat every half day to two and a half, all over the map; a fifth says a word now and then."""
    at, chance = moment(city.rng, 0, DAYS / 3), 0.05 if city.rng.random() < 0.2 else 0.0
    for chat in _anywhere(city, 10, 21):
        enter(city, who, [chat], (at, 600), chance)
        at += int(city.rng.uniform(0.5, 2.5) * DAY)


def _district(city: City, who: Person, _: int) -> None:
    """Seven to fourteen chats of one district within one to six hours."""
    zone, rng = city.near[city.rng.randrange(len(city.chats))][:20], city.rng
    enter(city, who, rng.sample(zone, rng.randrange(7, 15)), (moment(rng), rng.randrange(1, 7) * HOUR), 0.0)


def _waves(city: City, who: Person, n: int) -> None:
    """Recruited in gangs, who go to the same three to six chats, to each within five to fifteen minutes."""
    gang = random.Random(f"{city.shape.name}:{city.seed}:gang:{_gang(n)}")
    chats, at = gang.sample(range(len(city.chats)), gang.randrange(3, 7)), moment(gang)
    within = gang.choice((300, 480, 900))
    for chat in chats:
        enter(city, who, [chat], (at, within), 0.0)
        at += gang.randrange(300, 1200)


def _gang(n: int) -> int:
    """The number of the gang to which the `n`th of them belongs."""
    whole, rest = divmod(n, sum(GANGS))
    return whole * len(GANGS) + bisect_right(list(accumulate(GANGS)), rest)


def _lookalike(city: City, who: Person, n: int) -> None:
    """One or two chats under the name of an admin, half of them with letters exchanged; then a word."""
    rng = city.rng
    full = [m for m, chat in enumerate(city.chats) if any(" " in name for name in chat.admins)]
    chat = rng.choice(full)
    name = rng.choice([name for name in city.chats[chat].admins if " " in name])
    who.name = name if n % 2 else "".join(LETTERS.get(c, c) if rng.random() < 0.7 else c for c in name)
    enter(city, who, [chat, *city.near[chat][1 : rng.randrange(1, 3)]], (moment(rng), HOUR), 0.2)


def _patient(city: City, who: Person, _: int) -> None:
    """A chat a week, with a friendly word: whoever has read what is written here."""
    at = moment(city.rng, 0, 10)
    for chat in _anywhere(city, 5, 7):
        enter(city, who, [chat], (at, 600), 0.3)
        at += int(city.rng.uniform(5, 9) * DAY)


LIVES: dict[str, Callable[[City, Person, int], None]] = {
    "everywhere": _everywhere, "slowly": _slowly, "district": _district, "waves": _waves,
    "lookalike": _lookalike, "patient": _patient,
}  # fmt: skip
