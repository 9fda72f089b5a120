"""Hostile teams in the simulated city: strangers' groups, and known chats whose admins have gone bad.

What was seen of each person is known from the run of the city; those of whom the hostile ones speak live
through it again with that added. The admins of all other chats believe every second card and press "remove",
and every chat has chosen that the bot acts by itself from 50 per cent on: the worst for the innocent.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bench.city_map import DAY, DAYS, HOUR, START, City, Person
from bench.city_people import BUSY, GROUPS
from services.moderation.decide.judged import wanted
from services.moderation.domain.admission import Admission, Admissions
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.standing import (
    Judged,
    Profile,
    Seen,
    Standing,
    judge_all,
    observe,
    own_case,
    said_after_card,
)
from shared.contracts.telegram import PersonJudged

ACTS = ChatSettings({"suspicious": "remove", "suspicious.threshold": "50"})
BELIEVED = 0.5
"""Of the cards elsewhere so many are answered with "remove", within some hours."""
AT_HOME, ABOUT, BAD = 100, 50, 60
"""People at home, busy people, and infiltrators of one city of whom the hostile ones speak, at most."""
DONE_INSIDE = frozenset({"joined", "wrote", "requested"})
"""What somebody who was removed does not do any more; admins can still say what they like of them."""
TRUST_DAYS = 5
"""As `trust.days` usually is."""


@dataclass(frozen=True)
class Attack:
    """`guests` strangers' groups, and which chats of the city are captured."""

    name: str
    guests: int = 0
    captured: frozenset[str] = frozenset()

    @property
    def chats(self) -> tuple[str, ...]:
        return (*sorted(self.captured), *(f"guest {n}" for n in range(self.guests)))


@dataclass
class Harm:
    """People, among those whom the hostile ones have spoken of."""

    name: str
    innocents: int = 0
    advised: int = 0
    removed: int = 0
    infiltrators: int = 0
    shielded: int = 0


@dataclass
class Life:
    """What became of one person: chats whose admins were told, and chats from which the bot removed them."""

    advised: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)


def heard(city: City) -> Admissions:
    """All chats are known since long, with admins of their own; who leads several makes them one team."""
    admins = {chat.key: {f"{chat.key}:{n}" for n in range(len(chat.admins))} for chat in city.chats}
    for person in city.people:
        for event in person.events:
            if event.kind == "leads":
                admins[city.chats[event.chat].key].add(f"person {person.id}")
    known = {chat.key: Admission("known") for chat in city.chats}
    return Admissions(known, {chat: frozenset(people) for chat, people in admins.items()})


def attacks(city: City, admissions: Admissions) -> list[Attack]:
    """From one group of a stranger to twenty; one captured chat, one captured team of several, two chats."""
    rng = random.Random(f"{city.shape.name}:{city.seed}:hostile")
    teams: dict[str, list[str]] = {}
    for chat in city.chats:
        teams.setdefault(admissions.team(chat.key), []).append(chat.key)
    single = rng.sample(sorted(team for team, chats in teams.items() if len(chats) == 1), 2)
    largest = max(teams.values(), key=lambda chats: (len(chats), chats))
    return [
        *(Attack(f"{n} groups of strangers", guests=n) for n in (1, 5, 20)),
        Attack("one captured chat", captured=frozenset(single[:1])),
        Attack(f"one captured team of {len(largest)} chats", captured=frozenset(largest)),
        Attack("two captured chats", captured=frozenset(single)),
    ]


def targets(city: City) -> tuple[list[Person], list[Person]]:
    """The innocent and the infiltrators of whom the hostile ones speak."""
    rng = random.Random(f"{city.shape.name}:{city.seed}:targets")
    there = [one for one in city.people if one.events]
    home = [one for one in there if one.group in GROUPS and one.group not in BUSY]
    busy = [one for one in there if one.group in BUSY]
    bad = [one for one in there if one.group not in GROUPS]
    some = [rng.sample(p, min(n, len(p))) for p, n in ((home, AT_HOME), (busy, ABOUT), (bad, BAD))]
    return some[0] + some[1], some[2]


def harms(city: City, seen: Mapping[int, Sequence[Seen]], admissions: Admissions) -> list[Harm]:
    """`seen`: what was seen of each person in the city without anybody hostile."""
    innocents, infiltrators = targets(city)
    before = {one.id: live(one, seen[one.id], admissions) for one in (*innocents, *infiltrators)}
    results = []
    for attack in attacks(city, admissions):
        found, own = Harm(attack.name, len(innocents), infiltrators=len(infiltrators)), set(attack.chats)
        for person in innocents:
            was = before[person.id]
            after = live(person, [*seen[person.id], *accusations(person, attack)], admissions)
            found.advised += bool(after.advised - own) and not was.advised - own
            found.removed += bool(after.removed - own) and not was.removed - own
        for person in infiltrators:
            after = live(person, [*seen[person.id], *trust(attack)], admissions)
            found.shielded += bool(before[person.id].advised - own) and not after.advised - own
        results.append(found)
    return results


def accusations(person: Person, attack: Attack) -> Iterator[Seen]:
    """Added to the hostile chats together with others, reported there for everything there is, and banned."""
    at = _moment(person, attack)
    for n, chat in enumerate(attack.chats):
        then = at + 60 * n
        yield Seen(chat, _id(chat), "joined", (), then, road="added")
        yield Seen(chat, _id(chat), "noted", ("burst", "company"), then + 10)
        yield Seen(
            chat, _id(chat), "noted", ("spam.text", "lookalike.forged", "new_message.invite"), then + 20
        )
        yield Seen(chat, _id(chat), "banned", ("admin.ban",), then + 30)


def trust(attack: Attack) -> Iterator[Seen]:
    """An admin there from the first day on, trusted, brought in and vouched for by eight members."""
    for n, chat in enumerate(attack.chats):
        then = START + 60 * n
        yield Seen(chat, _id(chat), "joined", (), then, road="vouched")
        yield Seen(chat, _id(chat), "trusted", ("admin.trust",), then + 1)
        for k in range(8):
            yield Seen(chat, _id(chat), "noted", ("vouched",), then + 2 + k)
        for day in range(0, DAYS, 5):
            yield Seen(chat, _id(chat), "noted", ("leads",), then + 20 + day * DAY)


def _moment(person: Person, attack: Attack) -> int:
    rng = random.Random(f"{attack.name}:{person.id}")
    return START + int(rng.uniform(5, DAYS - 10) * DAY)


def _id(chat: str) -> int:
    return -(10**6) - sum(chat.encode()) if chat.startswith("guest") else -1000 - int(chat[1:])


def live(person: Person, seen: Iterable[Seen], admissions: Admissions) -> Life:
    """Everything that is seen of a person, in order, with what admins and the bot make of it."""
    standing, life = Standing(), Life()
    waiting = sorted(seen, key=lambda one: (one.at, one.chat, one.kind))
    while waiting:
        one = waiting.pop(0)
        if one.chat in life.removed and one.kind in DONE_INSIDE:
            continue
        observe(standing, one, admissions=admissions)
        profile = Profile(standing, one.at, user_id=person.telegram_id, admissions=admissions)
        if one.kind in ("banned", "trusted"):
            own = one.kind == "banned" and own_case(profile, one.chat)
            said_after_card(standing.chats[one.chat], one.kind, one.at, own_case=own)
        if one.kind in ("left", "trusted") or "leads" in one.reasons:
            continue
        for judged in judge_all(profile, one.chat, word=one.kind == "banned"):
            life.advised.add(judged.chat)
            follows = _follows(person, profile, judged)
            if follows is not None:
                life.removed |= {judged.chat} if follows.kind == "left" else set()
                waiting = sorted([*waiting, follows], key=lambda next_: (next_.at, next_.chat, next_.kind))
    return life


def _follows(person: Person, profile: Profile, judged: Judged) -> Seen | None:
    """The bot removes, or else an admin may."""
    here = profile.standing.chats[judged.chat]
    known = here.days >= TRUST_DAYS or any(one.name == "present.long" for one in judged.signals)
    if wanted(ACTS, _event(judged), known=known) == "remove":
        return Seen(judged.chat, judged.chat_id, "left", (), profile.now + 1)
    rng = random.Random(f"{person.id}:{judged.chat}")
    if rng.random() >= BELIEVED:
        return None
    return Seen(
        judged.chat, judged.chat_id, "banned", ("admin.remove",), profile.now + rng.randrange(60, 6 * HOUR)
    )


def _event(judged: Judged) -> PersonJudged:
    return PersonJudged(
        person="a" * 13,
        chat_id=judged.chat_id,
        user_id=1,
        signals=(),
        judged_at=datetime.fromtimestamp(START, UTC),
        score=judged.score,
        firm=judged.firm,
        own=judged.own,
        before=judged.before,
        before_firm=judged.before_firm,
        before_own=judged.before_own,
    )


def table(results: Iterable[Harm]) -> str:
    """Markdown, all cities together."""
    totals: dict[str, Harm] = {}
    for one in results:
        name = "one captured team of several chats" if "captured team" in one.name else one.name
        total = totals.setdefault(name, Harm(name))
        total.innocents += one.innocents
        total.advised += one.advised
        total.removed += one.removed
        total.infiltrators += one.infiltrators
        total.shielded += one.shielded
    head = ("who is hostile", "innocents they speak of", "advised on elsewhere", "removed elsewhere")
    rows = [("| " + " | ".join((*head, "infiltrators they trust", "shielded")) + " |"), "| --- " * 6 + "|"]
    for one in totals.values():
        figures = (one.innocents, one.advised, one.removed, one.infiltrators, one.shielded)
        rows.append(f"| {one.name} | " + " | ".join(map(str, figures)) + " |")
    return "\n".join(rows)


def broken(results: Iterable[Harm]) -> list[str]:
    """What is promised and did not hold: strangers' groups do nothing, one captured team removes nobody."""
    found = []
    for one in results:
        if "strangers" in one.name and (one.advised or one.removed or one.shielded):
            found.append(
                f"{one.name}: {one.advised} advised on, {one.removed} removed, {one.shielded} shielded"
            )
        if one.name.startswith("one captured") and one.removed:
            found.append(f"{one.name}: {one.removed} removed")
    return found
