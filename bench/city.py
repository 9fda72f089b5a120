"""How well suspicion does in a simulated city: `python -m bench.city [--write] [--seeds N]`.

Runs the real, pure code of moderation (likeness to admins, waves of joins, standing) over the events of
cities of three shapes. The weights were tuned on the seeds in `TUNED`; what is published comes from seeds
that were never run while they were tuned, and a shape that was never tuned on (towns).
`--write` puts table and picture into `docs/`.
"""

import sys
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bench.city_people import DAY, GROUPS, HABITS, HOUR, RING, RIVER, TOWNS, City, Event, Shape, build
from bench.city_report import Result, picture, table
from services.moderation.domain import raids
from services.moderation.domain.lookalike import add, likeness
from services.moderation.domain.raids import Door, Join, Terms
from services.moderation.domain.standing import Facts, Seen, Standing, judge_all, observe
from services.moderation.domain.state import Admins, ChatState
from services.moderation.domain.update import Person

TUNED = ((RING, 1), (RIVER, 202), (RING, 2), (RING, 3))
HELD_OUT = ((RING, 121), (RING, 122), (RIVER, 221), (RIVER, 222), (TOWNS, 321), (TOWNS, 322))
TERMS = Terms(joins=10, minutes=10, quiet=30)
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

    def __post_init__(self) -> None:
        self.states = [_state(chat.id, chat.admins) for chat in self.city.chats]
        self.likeness = lru_cache(maxsize=None)(self._likeness)

    def _likeness(self, chat: int, who: int) -> tuple[str, ...]:
        person = self.city.people[who]
        return likeness(self.states[chat], Person(who, person.name), str)

    def take(self, event: Event) -> None:
        self.see(event, event.kind, self.likeness(event.chat, event.who))
        if event.kind == "joined":
            self.door(event)

    def see(self, event: Event, kind: str, reasons: tuple[str, ...]) -> None:
        chat, standing = self.city.chats[event.chat], self.standings[event.who]
        place = chat.place if chat.mapped else None
        observe(standing, Seen(chat.key, chat.id, kind, reasons, event.at, place, event.road))
        facts = Facts(standing, chat.key, event.at, self.city.people[event.who].telegram_id)
        found = judge_all(facts)
        if found and event.who not in self.advised:
            self.advised[event.who] = event.at
            self.reasons[event.who] = tuple(one.name for one in found[0].signals)

    def door(self, event: Event) -> None:
        joins, now = self.joins[event.chat], event.at
        joins.append(Join(now, str(event.who)))
        while joins and now - joins[0].at > HOUR:
            joins.popleft()
        done = raids.step(
            joins, frozenset(self.waves[event.chat]), self.doors[event.chat], TERMS, now, usual=2.0
        )
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


def shows(city: City, events: list[Event]) -> int:
    """When somebody first does what hardly a neighbour does, whatever the weights say: the fourth chat, or
    the third neighbourhood, joined within thirty days; for look-alikes the first appearance.
    """
    joined = [event for event in events if event.kind == "joined"]
    for n, event in enumerate(joined):
        lately = [one for one in joined[: n + 1] if event.at - one.at < 30 * DAY]
        apart: list[tuple[float, float]] = []
        for one in lately:
            x, y = city.chats[one.chat].place[0] * 111.2, city.chats[one.chat].place[1] * 65.5
            if all((x - a) ** 2 + (y - b) ** 2 >= 4 for a, b in apart):
                apart.append((x, y))
        if len(lately) >= 4 or len(apart) >= 3:
            return event.at
    return events[0].at if events else 0


def run(shape: Shape, seed: int, *, verbose: bool = False) -> list[Result]:
    city = build(shape, seed)
    events, watch, began = city.events(), Watch(city), time.perf_counter()
    for event in events:
        watch.take(event)
    took = (time.perf_counter() - began) / len(events) * 1e6
    results = []
    for group in (*GROUPS, *HABITS):
        found = Result(shape.name, seed, group)
        for person in city.people:
            if person.group != group or not person.events:
                continue
            person.events.sort(key=lambda event: event.at)
            first = person.events[0].at
            seen = first if group == "lookalike" else shows(city, person.events)
            found.add(watch.advised.get(person.id), first, seen)
        results.append(found)
    print(
        f"{shape.name} {seed}: {len(city.people)} people, {len(events)} events, {took:.0f} microseconds each"
    )
    if verbose:
        _explain(city, watch)
    return results


def _explain(city: City, watch: Watch) -> None:
    for group in GROUPS:
        why: dict[tuple[str, ...], int] = defaultdict(int)
        for who, reasons in watch.reasons.items():
            if city.people[who].group == group:
                why[reasons] += 1
        for reasons, count in sorted(why.items(), key=lambda item: -item[1])[:6]:
            print(f"    {group}: {count} x {', '.join(reasons)}")


def main() -> None:
    cities = TUNED[:2] if "--quick" in sys.argv else TUNED if "--tune" in sys.argv else HELD_OUT
    results = [
        one
        for shape, seed in cities
        for one in run(shape, seed, verbose="--tune" in sys.argv or "--quick" in sys.argv)
    ]
    text = table(results)
    print(text)
    if "--write" in sys.argv:
        page = DOCS / "standing.md"
        before, _, rest = page.read_text(encoding="utf-8").partition("<!-- city -->\n")
        _, _, after = rest.partition("<!-- /city -->")
        page.write_text(f"{before}<!-- city -->\n{text}\n<!-- /city -->{after}", encoding="utf-8")
        (DOCS / "images" / "city.svg").write_text(picture(results), encoding="utf-8")


if __name__ == "__main__":
    main()
