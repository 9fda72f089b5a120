"""One batch of observations: load the standings, add in order, pass on what asks for attention."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.moderation.domain.standing import Judged, Seen, judge, observe
from services.moderation.store import People
from shared import clock
from shared.bus.commit import Commit
from shared.contracts.telegram import PersonJudged, PersonObserved, Signal
from shared.keys import Keys


@dataclass
class Registry:
    """Given to the handler under the name `registry`. `listed`: keyed people on the operator's list."""

    people: People
    keys: Keys
    listed: Collection[str] = ()
    now: Callable[[], datetime] = clock.now


async def observe_all(registry: Registry, events: Sequence[PersonObserved]) -> Commit:
    """Each observation once, in order; a person's standing is written once for the batch."""
    known = await registry.people.load({event.person for event in events})
    judged: list[PersonJudged] = []
    for event in events:
        standing = known[event.person]
        observe(standing, _seen(event))
        if event.kind not in ("left", "trusted"):
            at = int(event.observed_at.timestamp())
            found = judge(standing, event.chat, at, listed=event.person in registry.listed)
            judged += [_judged(one, event, registry.now()) for one in found]
    writes = [write for person, standing in known.items() for write in registry.people.save(person, standing)]
    return Commit.of(writes=writes, events=judged)


def _seen(event: PersonObserved) -> Seen:
    place = (event.lat, event.lon) if event.lat is not None and event.lon is not None else None
    return Seen(
        event.chat, event.chat_id, event.kind, event.reasons, int(event.observed_at.timestamp()), place
    )


def _judged(one: Judged, event: PersonObserved, moment: datetime) -> PersonJudged:
    return PersonJudged(
        person=event.person,
        chat_id=one.chat_id,
        user_id=event.user_id,
        score=one.score,
        signals=tuple(Signal(name=s.name, weight=s.weight, detail=dict(s.detail)) for s in one.signals),
        judged_at=moment,
    )
