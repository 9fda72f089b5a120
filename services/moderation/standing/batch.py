"""One batch of observations: load the standings, add in order, pass on what asks for attention."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.moderation.domain.admission import Admissions
from services.moderation.domain.conditions import Rule
from services.moderation.domain.replay import Record
from services.moderation.domain.standing import (
    ADVISE,
    DEFAULT,
    Conclusion,
    Found,
    Judged,
    Profile,
    Seen,
    Standing,
    Weights,
    conclude,
    judge_all,
    judged_of,
    observe,
    own_case,
    pass_on,
    said_after_card,
)
from services.moderation.domain.standing import Signal as Weighed
from services.moderation.domain.standing.person import SHARED
from services.moderation.lists.ids import IdLists
from services.moderation.lists.shared import SharedLists, Use, person_in
from services.moderation.rules.plugins import Plugin
from services.moderation.spam.teacher import Teacher
from services.moderation.standing import ruled
from services.moderation.store import People
from services.moderation.store.records import Records
from services.moderation.store.shared import Ban, Shared
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

    def profile(self, standing: Standing, event: PersonObserved) -> Profile:
        """Everything that is known of the person of an observation."""
        return Profile(
            standing,
            int(event.observed_at.timestamp()),
            user_id=event.user_id,
            by_operator=event.person in self.listed,
            lists=self.lists.naming(event.user_id) if self.lists else 0,
            shared="notify" in self.shared_with(event).values() if self.shared else False,
            weights=self.weights,
            admissions=self.admissions,
        )

    @property
    def admissions(self) -> Admissions:
        """As they were when people were loaded last."""
        return self.people.admissions.latest.admissions

    def shared_with(self, event: PersonObserved) -> Mapping[str, Use]:
        """Lists of other operators that name the person."""
        if self.shared is None:
            return {}
        return self.shared.naming(event.user_id, int(event.observed_at.timestamp()))

    def share(self, event: PersonObserved, standing: Standing) -> list[Command]:
        """Known chats' bans of the person, or the end of one, for the lists that this deployment publishes;
        previews of the lists of others.
        """
        if self.shared is None or self.sharing is None or not self.admissions.is_known(event.chat):
            return []
        writes = self.sharing.would_touch(self.shared_with(event), event.person)
        for one in self.shared.subscribed:
            if one.publishes:
                person = person_in(one.key, event.user_id)
                if event.kind == "trusted":
                    writes += self.sharing.revoked(one.name, person, event.chat)
                writes += self.sharing.banned(one.name, _bans(standing, person, self.admissions))
        return writes


def _bans(standing: Standing, person: str, admissions: Admissions) -> list[Ban]:
    """Also those of before the chat was known; each is written as often as the person is seen."""
    return [
        Ban(person, key, one.evidence["banned"], one.ban_sources)
        for key, one in standing.chats.items()
        if "banned" in one.evidence and admissions.is_heard(key, one.evidence["banned"])
    ]


async def observe_all(registry: Registry, events: Sequence[PersonObserved]) -> Commit:
    """Each observation once, in order; a person's standing is written once for the batch.

    On the condition that the admissions by which it was judged are still those that hold.
    """
    known = await registry.people.load({event.person for event in events})
    unchanged = registry.people.admissions.unchanged()
    judged: list[PersonJudged] = []
    records: dict[bool, list[Record]] = {True: [], False: []}
    shared: list[Command] = []
    for event in events:
        profile = registry.profile(known[event.person], event)
        _take(registry, profile, event)
        shared += registry.share(event, profile.standing)
        if event.kind not in QUIET:
            here = conclude(profile.at(event.chat), registry.own)
            records[profile.admissions.is_known(event.chat)] += _record(registry, here, event)
            judged += _told(registry, profile, here, event)
    writes = [write for person, standing in known.items() for write in registry.people.save(person, standing)]
    writes += shared
    if registry.records is not None:
        writes += registry.records.add(records[True])
        writes += registry.records.add(records[False], guests=True)
    told = Commit.of(writes=writes, events=judged, expect=[unchanged])
    return told if registry.teacher is None else told + await registry.teacher.heard(events)


def _take(registry: Registry, profile: Profile, event: PersonObserved) -> None:
    """Add the observation to the standing; an admin's word rests on what a card has told them before."""
    seen = _seen(event)
    observe(profile.standing, seen, registry.weights, profile.admissions)
    presence = profile.standing.chats.get(event.chat)
    if presence is not None and event.kind in ("banned", "trusted"):
        own = event.kind == "banned" and presence.passed is not None and own_case(profile, event.chat)
        said_after_card(presence, event.kind, seen.at, own_case=own)


def _seen(event: PersonObserved) -> Seen:
    place = (event.lat, event.lon) if event.lat is not None and event.lon is not None else None
    at = int(event.observed_at.timestamp())
    return Seen(
        event.chat, event.chat_id, event.kind, event.reasons, at, place, event.road, event.look,
        event.precision,
    )  # fmt: skip


def _record(registry: Registry, here: Conclusion, event: PersonObserved) -> list[Record]:
    """What is known against the person here, if anything is; and what of it needs no single other voice."""
    presence = here.facts.here
    if presence is None or registry.records is None or not any(one.weight > 0 for one in here.signals):
        return []
    firm = here.weakest.signals if here.score >= ADVISE else here.signals
    return [
        Record(
            here.facts.now,
            event.person,
            event.chat_id,
            here.score,
            presence.told,
            _plain(here.signals),
            () if firm is here.signals else _plain(firm),
        )
    ]


def _plain(signals: Iterable[Weighed]) -> tuple[Found, ...]:
    return tuple((one.name, dict(one.detail)) for one in signals)


def _told(
    registry: Registry, profile: Profile, here: Conclusion, event: PersonObserved
) -> list[PersonJudged]:
    """What is passed on: one for a chat, whatever asks for it, so that its admins get one card."""
    word = event.kind == "banned"
    found = judge_all(profile, event.chat, registry.own, here=here, word=word)
    passed = {one.chat_id: _judged(registry, one, event) for one in found}
    presence = profile.standing.chats.get(event.chat)
    rules = ruled.fresh(registry.rules, here, presence) if presence is not None else ()
    if rules and presence is not None:
        if event.chat_id not in passed:
            one = judged_of(profile, here, presence)
            passed[event.chat_id] = _judged(registry, one, event)
            pass_on(profile, presence, here, one)
        asked = ruled.named(rules, here, profile)
        passed[event.chat_id] = passed[event.chat_id].model_copy(update=asked)
    return list(passed.values())


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
        firm=one.firm,
        own=one.own,
        before_firm=one.before_firm,
        before_own=one.before_own,
        sources=tuple(chat for chat in one.sources if chat != SHARED),
    )
