"""One batch of observations: load the standings, add in order, pass on what asks for attention."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from services.moderation.domain.conditions import ACTIONS, RULES_APART, Rule, matching
from services.moderation.domain.replay import Record
from services.moderation.domain.standing import (
    DEFAULT,
    Facts,
    Judged,
    Seen,
    Standing,
    Weights,
    judge_all,
    observe,
    of,
    score,
)
from services.moderation.domain.standing import Signal as Weighed
from services.moderation.lists.ids import IdLists
from services.moderation.lists.shared import SharedLists, Use, person_in
from services.moderation.rules.plugins import Plugin
from services.moderation.spam.teacher import Teacher
from services.moderation.store import People
from services.moderation.store.names import DAY
from services.moderation.store.records import Records
from services.moderation.store.shared import Shared
from shared.bus.commit import Command, Commit
from shared.clock import Clock
from shared.contracts.telegram import PersonJudged, PersonObserved, Signal
from shared.keys import Keys

QUIET = frozenset({"left", "trusted", "asked"})
"""Kinds of observation after which nobody is told of anything."""


@dataclass
class Registry:
    """Given to the handler under the name `registry`. `listed`: keyed people on the operator's list."""

    people: People
    keys: Keys
    listed: Collection[str] = ()
    lists: IdLists | None = None
    records: Records | None = None
    shared: SharedLists | None = None
    sharing: Shared | None = None
    rules: tuple[Rule, ...] = ()
    own: tuple[Plugin, ...] = ()
    teacher: Teacher | None = None
    weights: Weights = DEFAULT
    now: Clock = field(kw_only=True)
    says: dict[str, dict[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.says = {plugin.name: dict(plugin.says) for plugin in self.own}

    def facts(self, standing: Standing, event: PersonObserved) -> Facts:
        return Facts(
            standing,
            event.chat,
            int(event.observed_at.timestamp()),
            user_id=event.user_id,
            by_operator=event.person in self.listed,
            lists=self.lists.naming(event.user_id) if self.lists else 0,
            shared="notify" in self.shared_with(event).values() if self.shared else False,
            weights=self.weights,
        )

    def shared_with(self, event: PersonObserved) -> Mapping[str, Use]:
        """Lists of other operators that name the person."""
        if self.shared is None:
            return {}
        return self.shared.naming(event.user_id, int(event.observed_at.timestamp()))

    def share(self, event: PersonObserved) -> list[Command]:
        """An admin's ban, or the end of one, for the lists that this deployment publishes; previews."""
        if self.shared is None or self.sharing is None:
            return []
        writes = self.sharing.would_touch(self.shared_with(event), event.person)
        for one in self.shared.subscribed if event.kind in ("banned", "trusted") else ():
            if not one.publishes:
                continue
            person = person_in(one.key, event.user_id)
            until = int(event.observed_at.timestamp()) + one.publishes * DAY
            banned = event.kind == "banned"
            writes += (
                self.sharing.banned(one.name, person, until)
                if banned
                else self.sharing.revoked(one.name, person)
            )
        return writes


async def observe_all(registry: Registry, events: Sequence[PersonObserved]) -> Commit:
    """Each observation once, in order; a person's standing is written once for the batch."""
    known = await registry.people.load({event.person for event in events})
    judged: list[PersonJudged] = []
    records: list[Record] = []
    shared: list[Command] = []
    for event in events:
        standing = known[event.person]
        observe(standing, _seen(event), registry.weights)
        shared += registry.share(event)
        if event.kind not in QUIET:
            facts = registry.facts(standing, event)
            found = of(facts, registry.own)
            records += _record(registry, facts, event, found)
            judged += _told(registry, facts, event, found)
    writes = [write for person, standing in known.items() for write in registry.people.save(person, standing)]
    writes += shared
    if registry.records is not None:
        writes += registry.records.add(records)
    told = Commit.of(writes=writes, events=judged)
    return told if registry.teacher is None else told + await registry.teacher.heard(events)


def _seen(event: PersonObserved) -> Seen:
    place = (event.lat, event.lon) if event.lat is not None and event.lon is not None else None
    at = int(event.observed_at.timestamp())
    return Seen(
        event.chat, event.chat_id, event.kind, event.reasons, at, place, event.road, event.look,
        event.precision,
    )  # fmt: skip


def _record(
    registry: Registry, facts: Facts, event: PersonObserved, found: tuple[Weighed, ...]
) -> list[Record]:
    """What is known against the person here, if anything is."""
    here = facts.here
    if here is None or registry.records is None or not any(one.weight > 0 for one in found):
        return []
    total = score(found, facts.weights)
    signals = tuple((one.name, dict(one.detail)) for one in found)
    return [Record(facts.now, event.person, event.chat_id, total, here.told, signals)]


def _told(
    registry: Registry, facts: Facts, event: PersonObserved, found: tuple[Weighed, ...]
) -> list[PersonJudged]:
    """What is passed on: one for a chat, whatever asks for it, so that its admins get one card."""
    passed = {one.chat_id: _judged(registry, one, event) for one in judge_all(facts, registry.own, found)}
    rules = _fresh(registry, facts, found)
    if rules and facts.here is not None:
        chat_id = event.chat_id
        one = Judged(chat_id, score(found, facts.weights), found, facts.here.told)
        named = {
            "rule": RULES_APART.join(rule.name for rule in rules),
            "action": max((rule.action for rule in rules), key=ACTIONS.index),
        }
        passed[chat_id] = (passed.get(chat_id) or _judged(registry, one, event)).model_copy(update=named)
    return list(passed.values())


def _fresh(registry: Registry, facts: Facts, found: tuple[Weighed, ...]) -> tuple[Rule, ...]:
    """Rules that hold where something was just seen; each is told once in each chat."""
    here = facts.here
    if not registry.rules or here is None or here.left:
        return ()
    held = matching(registry.rules, facts, found, score(found, facts.weights))
    fresh = tuple(one for one in held if one.name not in here.rules)
    here.rules += tuple(rule.name for rule in fresh)
    return fresh


def _judged(registry: Registry, one: Judged, event: PersonObserved) -> PersonJudged:
    return PersonJudged(
        person=event.person,
        chat_id=one.chat_id,
        user_id=event.user_id,
        score=one.score,
        signals=tuple(
            Signal(
                name=s.name,
                weight=s.weight,
                detail=dict(s.detail),
                kind=registry.weights.kind(s.name),
                says=registry.says.get(s.name, {}),
            )
            for s in one.signals
        ),
        before=one.before,
        judged_at=registry.now(),
    )
