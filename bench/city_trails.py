"""When somebody's trail begins to show, whatever the weights say.

The aim allows one resident in a thousand to be accused. So nobody can be advised on by a trail of joins that
more residents than that leave as well; from the first join beyond it the trail shows. `BEYOND` was read off
the innocent of the cities on which the weights were tuned (`python -m bench.city --trails`): of the people
at home fewer than one in a thousand, of the busy in one part of the city fewer than one in a hundred, ever
reach any of these figures. It looks at nobody else, and at no weight.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.city_map import DAY, HOUR, City, Event


class Trail(NamedTuple):
    """Of one person at one moment: chats joined within an hour, a day, thirty days; neighbourhoods two
    kilometres apart joined within thirty days.
    """

    hour: int
    day: int
    month: int
    places: int


APART = 2.0
ODD = Trail(99, 99, 4, 3)
"""The fourth chat or the third neighbourhood within thirty days: flat hunters and movers do that too."""
BEYOND = Trail(6, 7, 12, 5)


def trails(city: City, events: Sequence[Event]) -> Iterator[tuple[int, Trail]]:
    """After each join of one person; `events` by time."""
    joined = [event for event in events if event.kind == "joined"]
    for n, event in enumerate(joined):
        lately = [one for one in joined[: n + 1] if event.at - one.at < 30 * DAY]
        hour, day, month = (
            len({o.chat for o in lately if event.at - o.at < span}) for span in (HOUR, DAY, 30 * DAY)
        )
        yield event.at, Trail(hour, day, month, _neighbourhoods(city, lately))


def _neighbourhoods(city: City, joined: Sequence[Event]) -> int:
    apart: list[int] = []
    for one in joined:
        if all(city.kilometres(one.chat, other) >= APART for other in apart):
            apart.append(one.chat)
    return len(apart)


def reached(trail: Trail, least: Trail) -> bool:
    return any(count >= most for count, most in zip(trail, least, strict=True))


def since(city: City, events: Sequence[Event], least: Trail) -> int | None:
    """The first moment at which the trail reaches any of these figures."""
    return next((at for at, trail in trails(city, events) if reached(trail, least)), None)


def most(city: City, events: Sequence[Event]) -> Trail:
    """The highest figures that one person ever reaches."""
    found = [trail for _, trail in trails(city, events)] or [Trail(0, 0, 0, 0)]
    return Trail(*(max(column) for column in zip(*found, strict=True)))
