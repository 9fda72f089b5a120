"""When many join at once: whether the door is to be closed, for how long, and who came in the wave.

A wave is a number of joins within some minutes that a chat has set, and many times what is usual there, so
that a chat that grows fast by itself is left alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MINUTE = 60
DAY = 86_400
USUAL_TIMES = 6
"""A wave has this many times the joins that are usual in so many minutes."""
LET_IN = frozenset({"request", "vouched"})
"""Roads by which members or admins have let somebody in: no part of a wave."""
COMPANY_LEAST, COMPANY_WITHIN = 5, 15 * MINUTE
"""So many people within so many seconds came together, too few for a wave or not: no admin hears of it, but
who comes in company to one chat after another is no neighbour."""
ANSWERS = ("tell", "restrict", "requests")
"""What a chat can choose for a wave, each harder than the one before."""


class Join(NamedTuple):
    """`person` is a keyed hash; `at` unix seconds."""

    at: int
    person: str


class Terms(NamedTuple):
    """A chat's settings: how many joins within how many minutes are a wave (0: never), how many minutes
    without a wave's pace open the door again.
    """

    joins: int
    minutes: int
    quiet: int


class Door(NamedTuple):
    """`since` is when it was closed, 0 while it is open; it opens by itself at `until`.

    `came`: people in the wave.
    """

    since: int = 0
    until: int = 0
    came: int = 0
    did: str = "tell"
    """The hardest of `ANSWERS` that was given to this wave."""

    def closed(self, now: int) -> bool:
        return bool(self.since) and now < self.until


def wave(joins: Sequence[Join], usual: float, terms: Terms, now: int) -> tuple[Join, ...]:
    """The joins of a wave that is under way, oldest first; none when there is no wave.

    `usual`: joins a day in this chat before now.
    """
    if not terms.joins:
        return ()
    lately = sorted({one for one in joins if 0 <= now - one.at < terms.minutes * MINUTE})
    return tuple(lately) if len(lately) >= _least(terms.joins, usual, terms.minutes * MINUTE) else ()


def _least(chosen: int, usual: float, seconds: int) -> float:
    """How many must come within so many seconds: as many as chosen, and many times what is usual."""
    return max(chosen, USUAL_TIMES * usual * seconds / DAY)


def company(joins: Sequence[Join], fresh: Iterable[Join], usual: float) -> frozenset[Join]:
    """Those who came in company, as far as the `fresh` joins show it: they, and before them those with whom
    they complete it. `joins` are all of the last hour, `usual` as for `wave`.
    """
    return frozenset(one for join in fresh for one in _completed(joins, join, usual))


def _completed(joins: Sequence[Join], join: Join, usual: float) -> Iterator[Join]:
    lately = {one.person: one for one in joins if 0 <= join.at - one.at < COMPANY_WITHIN}
    least = _least(COMPANY_LEAST, usual, COMPANY_WITHIN)
    if len(lately) >= least:
        yield from lately.values() if len(lately) - 1 < least else (join,)


class Step(NamedTuple):
    """What follows from new joins: the door as it now is; whether it was closed just now; who came in."""

    door: Door
    closes: bool = False
    newcomers: tuple[Join, ...] = ()
    """People of the wave who were not yet known as such."""


def step(
    joins: Sequence[Join], known: frozenset[str], door: Door, terms: Terms, now: int, *, usual: float
) -> Step:
    """Close the door at a wave, keep it closed while people go on coming, and say who belongs to the wave.

    `known`: people of this wave who were already counted.
    """
    found, closed = wave(joins, usual, terms, now), door.closed(now)
    if not closed:
        return (
            Step(Door(now, now + terms.quiet * MINUTE, len(found)), closes=True, newcomers=found)
            if found
            else Step(door)
        )
    fresh = tuple(one for one in joins if one.at >= door.since or one in found)
    fresh = tuple(sorted({one for one in fresh if one.person not in known}))
    # Who trickles in while the door is closed belongs to the wave, but only a wave keeps it closed.
    until = now + terms.quiet * MINUTE if found else door.until
    counted = door._replace(until=until, came=door.came + len(fresh))
    return Step(counted, closes=False, newcomers=fresh)


def harder(did: str, wanted: str) -> bool:
    """Whether a wave is to be answered anew: the admins have chosen more than was done."""
    return ANSWERS.index(wanted) > ANSWERS.index(did)


@dataclass(frozen=True)
class Wave:
    """What the admins are told."""

    chat_id: int
    count: int
    minutes: int
    what: str
    """`told`, `dryrun`, `restricted`, `requests`; `basic` where nobody can be muted; `opened` at its end."""
    links: int = 0
    """Links of the bot that ask for a request, with `requests`."""
    waiting: int = 0
    """Who asked to come in meanwhile, with `opened`."""
    muted: bool = True
    """Whether newcomers cannot write, with `requests`: in a basic group nobody can be muted."""
