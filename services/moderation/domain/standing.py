"""What is known of one person over all chats, and what it amounts to in each of them.

Signals are pure functions with weights in log-odds; the groups have caps, so that many small reasons of one
sort never outweigh everything. The weights are a first set by judgement, not learnt. A score is about one
chat: what happened there counts in full, elsewhere in part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from shared.geo import metres

HOUR = 3600
DAY = 24 * HOUR
FORGET = 30 * DAY
"""Seconds after which a chat in which nothing was seen of a person is forgotten."""
REMEMBER = 365 * DAY
"""The same for a chat whose admins have banned the person: the deployment's block list."""
CHATS_MOST = 200
"""Chats kept of one person; the newest stay."""

PRIOR = -3.0
ADVISE = 0.0
"""From this score on the admins are told: as likely as not."""
REMOVE = 1.0
"""From this score on the bot acts by itself, where a chat has chosen so: about three in four."""

FAR = 2_000.0
"""Metres: two chats nearer than this are one neighbourhood."""
SPREAD = {3: 1.5, 4: 2.5, 5: 3.2, 6: 4.0}
JOINS_IN_HOUR = {3: 1.2, 4: 2.0, 5: 2.6, 6: 3.0, 7: 3.5, 8: 4.0}
SHAPE_CAP = 6.0
TRUST_CAP = -6.0
ELSEWHERE_SHARE, ELSEWHERE_CAP = 0.4, 2.0

EVIDENCE: dict[str, float] = {
    "new_message.invite": 4.5,
    "new_message.link": 4.5,
    "new_message.forward": 4.2,
    "first_message.invite": 4.0,
    "first_message.link": 3.2,
    "first_message.forward": 2.4,
    "lookalike.forged": 4.2,
    "lookalike.name": 3.2,
    "lookalike.short": 1.5,
    "lookalike.username": 3.6,
    "banned": 3.2,
}
"""Reasons given by a chat. Who was seen to join days ago (`new`) and whose first message is a link is a
stranger; who was not seen to join (`first`) may have been there for years and only never written."""
LISTED, LISTED_TWICE, LISTED_BY_OPERATOR = 3.2, 5.0, 6.0
"""Banned by the admins of one other chat, of several, or on the operator's list. One chat's word is advice
only: a seized admin must not be able to empty every other chat."""
PRESENT_LONG = 14 * DAY


class Signal(NamedTuple):
    """`name` is the code of its reason; `detail` holds numbers for the sentence that explains it."""

    name: str
    weight: float
    detail: Mapping[str, float] = {}


@dataclass(slots=True)
class Presence:
    """A person in one chat. Times are unix seconds, `joined` 0 when the join was not seen."""

    chat_id: int
    joined: int = 0
    seen: int = 0
    days: int = 0
    """Days on which something was written."""
    left: bool = False
    place: tuple[float, float] | None = None
    evidence: dict[str, int] = field(default_factory=dict)
    """Reason and when it was given."""
    trusted: bool = False
    """An admin here has taken the person's side."""
    told: float | None = None
    """The highest score that was passed on."""


@dataclass(slots=True)
class Standing:
    """One person, under a keyed hash; `chats` by the chats' keyed hashes."""

    chats: dict[str, Presence] = field(default_factory=dict)
    joins: list[tuple[int, str]] = field(default_factory=list)
    """When and which chat, for the last day."""

    @property
    def banned(self) -> set[str]:
        """Chats whose admins have banned the person."""
        return {key for key, presence in self.chats.items() if "banned" in presence.evidence}

    def of(self, chat: str, chat_id: int) -> Presence:
        return self.chats.setdefault(chat, Presence(chat_id))


class Seen(NamedTuple):
    """One observation, as the stage of people gets it."""

    chat: str
    chat_id: int
    kind: str
    reasons: tuple[str, ...]
    at: int
    place: tuple[float, float] | None = None


def observe(standing: Standing, seen: Seen) -> None:
    """Add an observation; safe to repeat."""
    presence = standing.of(seen.chat, seen.chat_id)
    presence.chat_id = seen.chat_id
    presence.place = seen.place or presence.place
    if seen.kind == "wrote" and seen.at // DAY != presence.seen // DAY:
        presence.days += 1
    presence.seen = max(presence.seen, seen.at)
    if presence.left and seen.kind == "joined":
        presence.told = None  # who comes back is told of again
    presence.left = seen.kind in ("left", "banned")
    if seen.kind == "trusted":
        presence.trusted = True
        presence.evidence.clear()
    elif seen.kind == "banned":
        presence.trusted = False
    if seen.kind == "joined":
        presence.joined = seen.at
        if (seen.at, seen.chat) not in standing.joins:
            standing.joins.append((seen.at, seen.chat))
    for reason in (*seen.reasons, *(("banned",) if seen.kind == "banned" else ())):
        if reason in EVIDENCE:
            presence.evidence[reason] = seen.at
    _forget(standing, seen.at)


def _forget(standing: Standing, now: int) -> None:
    standing.joins = [join for join in standing.joins if now - join[0] < DAY][-CHATS_MOST:]
    banned = standing.banned
    kept = [
        (key, one)
        for key, one in standing.chats.items()
        if now - one.seen < (REMEMBER if key in banned else FORGET)
    ]
    kept.sort(key=lambda item: item[1].seen)
    standing.chats = dict(kept[-CHATS_MOST:])


def signals(standing: Standing, chat: str, now: int, *, listed: bool = False) -> tuple[Signal, ...]:
    """All reasons for and against a person in one chat, each group within its cap.

    `listed`: on the operator's list.
    """
    here = standing.chats.get(chat)
    shape = _capped([*_spread(standing), *_many(standing), *_joins(standing, now)], SHAPE_CAP)
    evidence = [Signal(code, EVIDENCE[code]) for code in (here.evidence if here else ()) if code in EVIDENCE]
    trust = _capped(list(_trust(standing, here, now)), TRUST_CAP)
    return (*evidence, *_listed(standing, chat, listed), *_elsewhere(standing, chat), *shape, *trust)


def score(found: Iterable[Signal]) -> float:
    """The log-odds that the person should not be here."""
    return round(PRIOR + sum(signal.weight for signal in found), 3)


def _capped(found: list[Signal], cap: float) -> list[Signal]:
    total = sum(signal.weight for signal in found)
    if not found or abs(total) <= abs(cap):
        return found
    return [signal._replace(weight=round(signal.weight * cap / total, 3)) for signal in found]


def _spread(standing: Standing) -> Iterable[Signal]:
    """How many neighbourhoods far from each other: places picked greedily, none within `FAR` of another."""
    apart: list[tuple[float, float]] = []
    for presence in standing.chats.values():
        place = presence.place
        if place is not None and all(metres(*place, *other) >= FAR for other in apart):
            apart.append(place)
    weight = SPREAD.get(min(len(apart), max(SPREAD)))
    if weight is not None:
        widest = max(metres(*a, *b) for a in apart for b in apart)
        yield Signal("chats.far_apart", weight, {"places": len(apart), "kilometres": round(widest / 1000, 1)})


def _many(standing: Standing) -> Iterable[Signal]:
    inside = sum(not presence.left for presence in standing.chats.values())
    if inside > 4:
        yield Signal("chats.many", min(0.3 * (inside - 4), 1.5), {"chats": inside})


def _joins(standing: Standing, now: int) -> Iterable[Signal]:
    """Different chats joined within the hour before `now`."""
    chats = {chat for at, chat in standing.joins if 0 <= now - at < HOUR}
    weight = JOINS_IN_HOUR.get(min(len(chats), max(JOINS_IN_HOUR)))
    if weight is not None:
        yield Signal("joins.hour", weight, {"chats": len(chats)})


def _listed(standing: Standing, chat: str, by_operator: bool) -> Iterable[Signal]:
    if by_operator:
        yield Signal("listed.operator", LISTED_BY_OPERATOR)
    others = len(standing.banned - {chat})
    if others:
        yield Signal("listed", LISTED if others == 1 else LISTED_TWICE, {"chats": others})


def _elsewhere(standing: Standing, chat: str) -> Iterable[Signal]:
    """What other chats have against the person, at a part of its weight."""
    others = [
        max(EVIDENCE[code] for code in presence.evidence if code in EVIDENCE)
        for key, presence in standing.chats.items()
        if key != chat and presence.evidence and "banned" not in presence.evidence
    ]
    if others:
        weight = min(sum(others) * ELSEWHERE_SHARE, ELSEWHERE_CAP)
        yield Signal("elsewhere", round(weight, 3), {"chats": len(others)})


def _trust(standing: Standing, here: Presence | None, now: int) -> Iterable[Signal]:
    if here is not None and here.trusted:
        yield Signal("trusted.here", -6.0)
    elsewhere = sum(presence.trusted for presence in standing.chats.values() if presence is not here)
    if elsewhere:
        yield Signal("trusted.elsewhere", -1.5 * min(elsewhere, 2), {"chats": elsewhere})
    if here is not None and here.days >= 5 and here.joined and now - here.joined >= PRESENT_LONG:
        yield Signal("present.long", -1.5, {"days": here.days})


class Judged(NamedTuple):
    """The standing asks for attention in one chat."""

    chat_id: int
    score: float
    signals: tuple[Signal, ...]


def judge(standing: Standing, chat: str, now: int, *, listed: bool = False) -> list[Judged]:
    """Chats to be told: the one in which something was just seen, and the others when it got clearly worse.

    A chat is told once for each level that is reached (advise, remove), so nobody is told twice of the same.
    """
    judged = []
    for key, presence in standing.chats.items():
        if presence.left:
            continue
        found = signals(standing, key, now, listed=listed)
        total = score(found)
        if _level(total) > _level(presence.told):
            presence.told = total
            judged.append(Judged(presence.chat_id, total, found))
    judged.sort(key=lambda one: one.chat_id != _chat_id(standing, chat))
    return judged


def _chat_id(standing: Standing, chat: str) -> int:
    return standing.chats[chat].chat_id if chat in standing.chats else 0


def _level(total: float | None) -> int:
    if total is None or total < ADVISE:
        return 0
    return 2 if total >= REMOVE else 1
