"""The operator's own rules: conditions over signals and facts of a person in a chat, with an action.

A rule's word comes beside the score. It acts only where a chat's admins have chosen that the bot acts
(`suspicious` `remove`) and left dry run; elsewhere it is advice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.moderation.domain.standing import Conclusion, Facts, Signal
from services.moderation.domain.standing.signals import trusts

Action = Literal["advise", "restrict", "remove"]
ACTIONS: tuple[Action, ...] = ("advise", "restrict", "remove")
"""Each harder than the one before."""
RULES_APART = ", "
"""Between the names of rules that hold at once."""
FACTS = ("score", "chats", "days", "hours_inside", "places", "trusted", "road")
"""Facts beside the signals: the score; chats joined within thirty days; days on which something was written
here; hours since the join that was seen; neighbourhoods joined; teams of chats whose admins trust the person;
and how they came in.
"""
ROADS = ("public", "invite", "request", "added", "vouched", "folder", "entrance", "")
"""How somebody came in, see `Presence.road`; empty when unknown."""

Known = Mapping[str, float | str | None]


@dataclass(frozen=True, slots=True)
class Signals:
    """Holds when the signal is there, with at least this weight if one is given."""

    name: str
    least: float | None = None

    def holds(self, known: Known, weights: Mapping[str, float]) -> bool:
        del known
        weight = weights.get(self.name)
        return weight is not None and (self.least is None or weight >= self.least)


@dataclass(frozen=True, slots=True)
class Fact:
    """Holds when the fact is known and lies within the bounds, or is exactly `equals`."""

    name: str
    least: float | None = None
    most: float | None = None
    equals: str | None = None

    def holds(self, known: Known, weights: Mapping[str, float]) -> bool:
        del weights
        value = known.get(self.name)
        if isinstance(value, str) or value is None:
            return value is not None and value == self.equals
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class Every:
    """`all`, `any`, or `not` (none of them)."""

    how: Literal["all", "any", "not"]
    parts: tuple["Condition", ...]

    def holds(self, known: Known, weights: Mapping[str, float]) -> bool:
        found = (part.holds(known, weights) for part in self.parts)
        if self.how == "all":
            return all(found)
        return any(found) if self.how == "any" else not any(found)


Condition = Signals | Fact | Every


@dataclass(frozen=True, slots=True)
class Rule:
    """`chats` are ids; none: all chats of the deployment."""

    name: str
    when: Condition
    action: Action
    chats: frozenset[int] = frozenset()

    def concerns(self, chat_id: int) -> bool:
        return not self.chats or chat_id in self.chats


def known_of(facts: Facts, found: tuple[Signal, ...], score: float) -> Known:
    """The facts of a person in one chat."""
    here = facts.here
    places = next((one.detail.get("places") for one in found if one.name == "chats.far_apart"), 0.0)
    inside = (facts.now - here.joined) / 3600 if here and here.joined else None
    return {
        "score": score,
        "chats": len(facts.lately()),
        "days": here.days if here else 0,
        "hours_inside": inside,
        "places": places,
        "trusted": int(here is not None and here.trusted) + facts.voices(trusts(facts.standing)),
        "road": here.road if here else "",
    }


def matching(
    rules: tuple[Rule, ...], facts: Facts, found: tuple[Signal, ...], score: float
) -> tuple[Rule, ...]:
    """The rules that hold for a person in the chat of `facts`, in the order of the file."""
    here = facts.here
    concerned = [rule for rule in rules if here is not None and rule.concerns(here.chat_id)]
    if not concerned:
        return ()
    known, weights = known_of(facts, found, score), {one.name: one.weight for one in found}
    return tuple(rule for rule in concerned if rule.when.holds(known, weights))


def hardest(rules: tuple[Rule, ...], one: Conclusion) -> Action | None:
    """The hardest that the rules which hold ask for; None when none holds."""
    held = matching(rules, one.facts, one.signals, one.score)
    return max((rule.action for rule in held), key=ACTIONS.index, default=None)


def agreed(rules: tuple[Rule, ...], cases: Iterable[Conclusion]) -> Action:
    """What they ask for in every case: the softest of the hardest."""
    return min((hardest(rules, one) or ACTIONS[0] for one in cases), key=ACTIONS.index, default=ACTIONS[0])
