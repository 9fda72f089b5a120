"""How well suspicion does in a simulated city: `python -m bench.city`, or `--quick`, `--tune`, `--trails`.

Runs the real, pure code of moderation (likeness to admins, waves of joins, standing) over the events of
cities of several shapes. The weights were tuned on the seeds in `TUNED`; what is published comes from seeds
that were never run before the weights were final.
`--write` puts table and picture into `docs/`, `--trails` shows what `city_trails.BEYOND` was read off.
"""

import sys
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bench import city_trails as trails
from bench.city_habits import BEYOND, HABITS, build
from bench.city_hostile import Harm, broken, heard
from bench.city_hostile import harms as harms_in
from bench.city_hostile import table as hostile_table
from bench.city_map import HOUR, RING, RIVER, SMALL, TOWNS, UNMAPPED, City, Event, Shape
from bench.city_people import GROUPS
from bench.city_report import Result, over_time, picture, table, totals
from services.moderation.domain import raids
from services.moderation.domain.lookalike import add, likeness
from services.moderation.domain.raids import LET_IN, Door, Join, Terms
from services.moderation.domain.standing import Profile, Seen, Standing, judge_all, observe
from services.moderation.domain.state import Admins, ChatState
from services.moderation.domain.update import Person

Cities = tuple[tuple[Shape, int], ...]
TUNED: Cities = (
    *((RING, seed) for seed in (1001, 1004, 1031, 1034, 1037)),
    *((RIVER, seed) for seed in (1002, 1005, 1032, 1035)),
    *((TOWNS, seed) for seed in (1003, 1006, 1033, 1036, 1038)),
    *((SMALL, seed) for seed in (*range(1011, 1017), *range(1051, 1059))),
    *((UNMAPPED, seed) for seed in (1021, 1039, 1040)),
)
HELD_OUT: Cities = ((RING, 211), (RING, 212), (RIVER, 311), (RIVER, 312), (TOWNS, 411), (TOWNS, 412))
SMALL_ONES: Cities = tuple((SMALL, seed) for seed in range(511, 521))
WITHOUT_MAP: Cities = ((UNMAPPED, 611), (UNMAPPED, 612))
TERMS, USUAL = Terms(joins=10, minutes=10, quiet=30), 2.0
DOCS = Path(__file__).resolve().parent.parent / "docs"


@dataclass
class Watch:
    """The stages of moderation in one city: chats that notice, people who are known."""

    city: City
    standings: dict[int, Standing] = field(default_factory=lambda: defaultdict(Standing))
    joins: dict[int, deque[Join]] = field(default_factory=lambda: defaultdict(deque))
    doors: dict[int, Door] = field(default_factory=lambda: defaultdict(Door))
    waves: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    advised: dict[int, int] = field(default_factory=dict)
    """Who was advised on, and when first."""
    reasons: dict[int, tuple[str, ...]] = field(default_factory=dict)
    seen: dict[int, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    """Everything that the stage of people has got, by person."""

    def __post_init__(self) -> None:
        self.admissions = heard(self.city)
        self.states = [_state(chat.id, chat.admins) for chat in self.city.chats]
        self.likeness = lru_cache(maxsize=None)(self._likeness)

    def _likeness(self, chat: int, who: int) -> tuple[str, ...]:
        person = self.city.people[who]
        return likeness(self.states[chat], Person(who, person.name), str)

    def take(self, event: Event) -> None:
        if event.kind == "leads":  # who is an admin of the chat looks like one, of course
            self.see(event, "noted", ("leads",))
            return
        self.see(event, event.kind, self.likeness(event.chat, event.who))
        if event.kind == "joined" and event.road not in LET_IN:
            self.door(event)

    def see(self, event: Event, kind: str, reasons: tuple[str, ...]) -> None:
        chat, standing = self.city.chats[event.chat], self.standings[event.who]
        place = chat.place if chat.mapped else None
        level = chat.level if chat.mapped else ""
        seen = Seen(chat.key, chat.id, kind, reasons, event.at, place, event.road, level=level)
        self.seen[event.who].append(seen)
        observe(standing, seen, admissions=self.admissions)
        if event.kind == "left" or "leads" in reasons:
            return
        person = self.city.people[event.who]
        profile = Profile(standing, event.at, user_id=person.telegram_id, admissions=self.admissions)
        found = judge_all(profile, chat.key)
        if found and event.who not in self.advised:
            self.advised[event.who] = event.at
            self.reasons[event.who] = tuple(one.name for one in found[0].signals)

    def door(self, event: Event) -> None:
        joins, now, join = self.joins[event.chat], event.at, Join(event.at, str(event.who))
        joins.append(join)
        while joins and now - joins[0].at > HOUR:
            joins.popleft()
        done = raids.step(
            joins, frozenset(self.waves[event.chat]), self.doors[event.chat], TERMS, now, usual=USUAL
        )
        for one in raids.company(joins, (join,), USUAL):
            self.see(Event(now, event.chat, int(one.person), ""), "noted", ("company",))
        if done.closes:
            self.waves[event.chat].clear()
        self.doors[event.chat] = done.door
        for one in done.newcomers:
            self.waves[event.chat].add(one.person)
            self.see(Event(now, event.chat, int(one.person), ""), "noted", ("burst",))


def _state(chat_id: int, names: tuple[str, ...]) -> ChatState:
    admins = Admins(0, set())
    for n, name in enumerate(names):
        add(admins, Person(-n - 1, name), str, str)
    return ChatState(chat_id, str(chat_id), admins=admins)


def shows(city: City, group: str, events: Sequence[Event]) -> tuple[int, int]:
    """Since when somebody's joins are odd, and since when no innocent's are like that.

    A look-alike shows with the first appearance. Who comes in waves shows by the company, not by the trail,
    so that the earlier moment counts; so it does where a trail never gets beyond the innocent's.
    """
    first = events[0].at
    if group == "lookalike":
        return first, first
    odd = trails.since(city, events, trails.ODD) or first
    beyond = None if group == "waves" else trails.since(city, events, trails.BEYOND)
    return odd, beyond or odd


def run(shape: Shape, seed: int, *, verbose: bool = False, harms: list[Harm] | None = None) -> list[Result]:
    """`harms` takes what hostile teams do there, where that is asked for."""
    city = build(shape, seed)
    events, watch, began = city.events(), Watch(city), time.process_time()
    for event in events:
        watch.take(event)
    took = (time.process_time() - began) / len(events) * 1e6
    results = [_result(city, watch, group) for group in (*GROUPS, *HABITS, *BEYOND)]
    print(
        f"{shape.name} {seed}: {len(city.people)} people, {len(events)} events, {took:.0f} microseconds each"
    )
    if verbose:
        _explain(city, watch)
    if harms is not None:
        harms += harms_in(city, watch.seen, watch.admissions)
    return results


def _result(city: City, watch: Watch, group: str) -> Result:
    found = Result(city.shape.name, city.seed, group)
    for person in city.people:
        if person.group != group or not person.events:
            continue
        person.events.sort(key=lambda event: event.at)
        beyond = trails.reached(trails.most(city, person.events), trails.BEYOND)
        first = person.events[0].at
        found.add(watch.advised.get(person.id), (first, *shows(city, group, person.events)), beyond=beyond)
    return found


def _explain(city: City, watch: Watch) -> None:
    for group in GROUPS:
        why: dict[tuple[str, ...], int] = defaultdict(int)
        for who, reasons in watch.reasons.items():
            if city.people[who].group == group:
                why[reasons] += 1
        for reasons, count in sorted(why.items(), key=lambda item: -item[1])[:6]:
            print(f"    {group}: {count} x {', '.join(reasons)}")


def _trails(cities: Cities) -> None:
    """What share of each group ever reaches each figure."""
    for shape, seed in cities:
        city = build(shape, seed)
        for group in (*GROUPS, *HABITS):
            people = [one for one in city.people if one.group == group and one.events]
            found = [trails.most(city, sorted(one.events, key=lambda e: e.at)) for one in people]
            for name, least in (("hour", 3), ("day", 4), ("month", 6), ("places", 3)):
                shares = [
                    f"{n}: {100 * sum(getattr(t, name) >= n for t in found) / len(found):.2f} %"
                    for n in range(least, least + 8)
                ]
                print(f"{shape.name} {seed} {group}, {name}: {', '.join(shares)}")


def _run(cities: Cities, *, verbose: bool = False, harms: list[Harm] | None = None) -> list[Result]:
    return [one for shape, seed in cities for one in run(shape, seed, verbose=verbose, harms=harms)]


def _hostile(harms: list[Harm]) -> str:
    """The table, and what did not hold of what is promised."""
    bad = broken(harms)
    return "\n".join([hostile_table(harms), *(f"\nPROMISE BROKEN: {one}" for one in bad)])


def main() -> None:
    if "--trails" in sys.argv:
        return _trails(TUNED)
    harms: list[Harm] = []
    if "--quick" in sys.argv or "--tune" in sys.argv:
        results = _run(TUNED[4:6] if "--quick" in sys.argv else TUNED, verbose=True, harms=harms)
        print(table(results), totals(results), over_time(results), _hostile(harms), sep="\n\n")
        return None
    results = _run(HELD_OUT, harms=harms)
    small, bare = _run(SMALL_ONES), _run(WITHOUT_MAP)
    text = "\n\n".join(
        (
            table(results),
            totals(results, more=(("ten small towns", small), ("two cities without a map", bare))),
            over_time(results),
            _hostile(harms),
        )
    )
    print(text, table(small), table(bare), sep="\n\n")
    if "--write" in sys.argv:
        _write(text, results)
    return None


def _write(text: str, results: list[Result]) -> None:
    page = DOCS / "standing.md"
    before, _, rest = page.read_text(encoding="utf-8").partition("<!-- city -->\n")
    _, _, after = rest.partition("<!-- /city -->")
    page.write_text(f"{before}<!-- city -->\n{text}\n<!-- /city -->{after}", encoding="utf-8")
    (DOCS / "images" / "city.svg").write_text(picture(results), encoding="utf-8")


if __name__ == "__main__":
    main()
