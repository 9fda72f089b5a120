"""Who lives in the simulated city and may be in its chats: the innocent.

They are as many-sided as we could think of, because each habit left out is one that would be accused unseen.
"""

from collections.abc import Callable, Iterator

from bench.city_map import DAY, DAYS, HOUR, START, City, Event, Person, moment, newcomer

HOME = ("resident", "mover", "new neighbour", "flat hunter")
"""The aim allows 0.1 % of them to be accused."""
BUSY = ("activist", "volunteer", "admin", "courier")
"""And 1 % of these."""
GROUPS = (*HOME, *BUSY)
ROADS = ("public", "invite", "request", "added", "vouched")


def populate(city: City) -> None:
    shape = city.shape
    counts = (
        shape.residents, shape.residents // 25, shape.residents // 50, shape.residents // 250,
        shape.many, shape.many * 2 // 5, shape.many // 5, shape.many * 3 // 5,
    )  # fmt: skip
    for group, count in zip(GROUPS, counts, strict=True):
        for _ in range(count):
            LIVES[group](city, newcomer(city, group))
    _waves_of_neighbours(city)
    _calls(city)


def daily(city: City, who: Person, chat: int, chance: float, since: int = START) -> Iterator[Event]:
    """The first message of each day on which something is written."""
    day = (since - START) // DAY
    while chance > 0:
        day += 1 + int(city.rng.expovariate(chance))
        at = START + day * DAY + city.rng.randrange(7 * HOUR, 22 * HOUR)
        if at >= START + DAYS * DAY:
            return
        yield Event(at, chat, who.id, "wrote")


def enter(
    city: City, who: Person, chats: list[int], span: tuple[int, int], chance: float | None = None
) -> None:
    """Join these chats within `span` (from when, how long), and go on writing there now and then."""
    rng, (at, within) = city.rng, span
    moments = sorted(at + rng.randrange(within) for _ in chats)
    for chat, when in zip(chats, moments, strict=True):
        if when < START + DAYS * DAY:
            road = rng.choices(ROADS, (50, 35, 5, 7, 3))[0]
            who.events.append(Event(when, chat, who.id, "joined", road))
            who.events += daily(city, who, chat, _talk(city) if chance is None else chance, when)


def _invited(city: City, who: Person, chats: list[int], at: int) -> None:
    """One after another, mostly brought in or by a link from somebody inside; then a word."""
    rng = city.rng
    for chat in chats:
        at += rng.randrange(600, 2400)
        if at >= START + DAYS * DAY:
            return
        road = rng.choices(("invite", "added", "vouched", "public"), (35, 15, 30, 20))[0]
        who.events.append(Event(at, chat, who.id, "joined", road))
        if rng.random() < 0.6:
            who.events.append(Event(at + rng.randrange(300, 9000), chat, who.id, "wrote"))
        who.events += daily(city, who, chat, rng.uniform(0.1, 0.4), at)


def _leave(who: Person, chat: int, at: int) -> None:
    """Gone from then on."""
    who.events = [e for e in who.events if e.chat != chat or e.at < at]
    if at < START + DAYS * DAY and any(e.chat == chat for e in who.events):
        who.events.append(Event(at, chat, who.id, "left"))


def _talk(city: City) -> float:
    return city.rng.choices((0.0, 0.03, 0.3), (60, 30, 10))[0]


def _somewhere(city: City) -> int:
    return city.rng.randrange(len(city.chats))


def _home(city: City, centre: int, most: int = 3) -> list[int]:
    """One to three chats near home."""
    count = city.rng.choices(range(1, most + 1), (55, 30, 15)[:most])[0]
    return [centre, *city.rng.sample(city.near[centre][1:8], count - 1)]


def _resident(city: City, who: Person) -> None:
    rng, home = city.rng, _home(city, _somewhere(city))
    if rng.random() < 0.7:
        for chat in home:
            who.events += daily(city, who, chat, _talk(city))
    else:
        enter(city, who, home, (moment(rng), HOUR if rng.random() < 0.6 else 5 * DAY))
    if rng.random() < 0.08:  # where the parents live, or the work is
        enter(city, who, _home(city, _somewhere(city), 2), (moment(rng), 2 * HOUR))
    if rng.random() < 0.03:  # the wrong chat
        wrong, at = _somewhere(city), moment(rng)
        enter(city, who, [wrong], (at, 600), 0.0)
        _leave(who, wrong, at + rng.randrange(900, DAY))


def _mover(city: City, who: Person) -> None:
    for chat in _home(city, _somewhere(city)):
        who.events += daily(city, who, chat, _talk(city))
    enter(city, who, _home(city, _somewhere(city)), (moment(city.rng), 2 * DAY))


def _new_neighbour(city: City, who: Person) -> None:
    """Takes everything that the map shows around the new home, on one evening."""
    rng, around = city.rng, city.near[_somewhere(city)]
    count = rng.choices((3, 4, 5, 6), (50, 30, 15, 5))[0]
    enter(city, who, rng.sample(around[:10], count), (moment(rng), rng.randrange(1200, 3 * HOUR)))


def _flat_hunter(city: City, who: Person) -> None:
    """Looks at three or four quarters within two weeks, asks in half of them, stays in one."""
    rng, at = city.rng, moment(city.rng, 0, DAYS - 15)
    chats = rng.sample(range(len(city.chats)), rng.choice((3, 3, 4)))
    for chat in chats:
        enter(city, who, [chat], (at, 600), 0.0)
        if rng.random() < 0.5:
            who.events.append(Event(at + rng.randrange(700, 8000), chat, who.id, "wrote"))
        at += int(rng.uniform(0.3, 5) * DAY)
    for chat in chats[1:]:
        if rng.random() < 0.5:
            _leave(who, chat, at + int(rng.uniform(1, 10) * DAY))


def _activist(city: City, who: Person) -> None:
    """In many chats all over the city, mostly since long; joins on, now and then several on one evening."""
    rng = city.rng
    chats = rng.sample(range(len(city.chats)), rng.randrange(8, 30))
    old = chats[: rng.randrange(5, 20)] if rng.random() < 0.8 else chats[:2]
    for chat in old:
        who.events += daily(city, who, chat, rng.uniform(0.1, 0.5))
    at, fresh = START + int(rng.uniform(0, 10) * DAY), chats[len(old) :]
    while fresh and at < START + DAYS * DAY:
        many = rng.randrange(3, 6) if rng.random() < 0.05 else 1
        _invited(city, who, fresh[:many], at)
        fresh, at = fresh[many:], at + int(rng.uniform(2, 10) * DAY)


def _volunteer(city: City, who: Person) -> None:
    """Serves one end of the city: in its chats, old and new, several on one evening now and then."""
    rng = city.rng
    zone = city.near[_somewhere(city)][:60]
    chats = rng.sample(zone, min(rng.randrange(8, 25), len(zone)))
    old = chats[: rng.randrange(3, 8)]
    for chat in old:
        who.events += daily(city, who, chat, rng.uniform(0.1, 0.5))
    at, fresh = START + int(rng.uniform(0, 15) * DAY), chats[len(old) :]
    while fresh and at < START + DAYS * DAY:
        many = rng.randrange(2, 5) if rng.random() < 0.15 else 1
        _invited(city, who, fresh[:many], at)
        fresh, at = fresh[many:], at + int(rng.uniform(1, 6) * DAY)


def _admin(city: City, who: Person) -> None:
    """Leads some chats; goes to see how others do it, a fifth of them in many on one evening."""
    rng = city.rng
    chats = rng.sample(range(len(city.chats)), 12)
    own, others = chats[: rng.randrange(2, 6)], chats[6:]
    for chat in own:
        who.events += [
            Event(one.at, chat, who.id, "leads") for one in daily(city, who, chat, rng.uniform(0.3, 0.9))
        ]
    at = moment(rng, 7)
    if rng.random() < 0.2:
        _invited(city, who, others, at)
        return
    for chat in others:
        enter(city, who, [chat], (at, 600))
        at += int(rng.uniform(2, 8) * DAY)


def _courier(city: City, who: Person) -> None:
    """Works in a zone of some kilometres and is in its chats; half of them began before."""
    rng = city.rng
    zone = city.near[_somewhere(city)][: rng.randrange(20, 80)]
    chats = rng.sample(zone, min(rng.randrange(4, 13), len(zone)))
    old = chats if rng.random() < 0.5 else chats[:1]
    for chat in old:
        who.events += daily(city, who, chat, rng.uniform(0.05, 0.4))
    at, fresh = moment(rng, 0, DAYS / 2), chats[len(old) :]
    first = rng.randrange(2, 5) if rng.random() < 0.2 else 1
    enter(city, who, fresh[:first], (at, HOUR), rng.uniform(0.1, 0.4))
    for chat in fresh[first:]:
        at += int(rng.uniform(1, 5) * DAY)
        enter(city, who, [chat], (at, 600), rng.uniform(0.1, 0.4) if rng.random() < 0.7 else 0.0)


def _waves_of_neighbours(city: City) -> None:
    """A link goes round and neighbours come within minutes: a blackout, a new house."""
    rng = city.rng
    for _ in range(12):
        centre = _somewhere(city)
        chats = [centre, *rng.sample(city.near[centre][1:6], rng.randrange(3))]
        at = moment(rng)
        for _ in range(rng.randrange(12, 50)):
            who = newcomer(city, "resident")
            enter(city, who, chats[: rng.randrange(1, len(chats) + 1)], (at, 900))


def _calls(city: City) -> None:
    """A call goes round among activists, and a dozen of them come to the same chats on one evening."""
    rng, activists = city.rng, [one for one in city.people if one.group == "activist"]
    for _ in range(3):
        chats, at = rng.sample(range(len(city.chats)), rng.randrange(2, 5)), moment(rng)
        called = rng.sample(activists, min(rng.randrange(8, 20), len(activists)))
        for chat in chats:
            for who in called:
                when = at + rng.randrange(900)
                road = rng.choices(("invite", "added", "vouched", "public"), (50, 10, 20, 20))[0]
                if all(one.chat != chat for one in who.events):
                    who.events.append(Event(when, chat, who.id, "joined", road))
                    who.events += daily(city, who, chat, rng.uniform(0.1, 0.4), when)
            at += rng.randrange(300, 1800)


LIVES: dict[str, Callable[[City, Person], None]] = {
    "resident": _resident, "mover": _mover, "new neighbour": _new_neighbour, "flat hunter": _flat_hunter,
    "activist": _activist, "volunteer": _volunteer, "admin": _admin, "courier": _courier,
}  # fmt: skip
