"""What each signal weighs, in log-odds, and the cap of its group.

The weights are set by judgement and were tuned on the simulated city of `bench/city.py`; they are not learnt
from real people. A weight depends on the figures of its signal alone, so that a recorded decision can be
weighed again under other weights (`dze replay`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

Kind = Literal["evidence", "shape", "trust"]
"""Something that was done; the shape of somebody's ways; what speaks for somebody."""


class Group(NamedTuple):
    """Signals of one group never outweigh `cap` together, whatever their number."""

    kind: Kind
    cap: float


GROUPS: Mapping[str, Group] = {
    "here": Group("evidence", 9.0),
    "lists": Group("evidence", 6.5),
    "elsewhere": Group("evidence", 2.0),
    "own": Group("evidence", 4.0),
    "map": Group("shape", 6.0),
    "cohort": Group("shape", 4.0),
    "ways": Group("shape", 1.5),
    "word": Group("trust", -6.0),
    "presence": Group("trust", -6.0),
    "door": Group("trust", -2.0),
}


class Weight(NamedTuple):
    """A fixed weight, or one that grows in steps with the figure `by` of the signal's detail."""

    group: str
    fixed: float = 0.0
    by: str = ""
    steps: tuple[tuple[float, float], ...] = ()
    """From which figure on, which weight; ascending."""
    formerly: str = ""
    """The figure by which it grew in records that lack `by`."""

    def of(self, detail: Mapping[str, float]) -> float:
        if not self.by:
            return self.fixed
        return self.at(float(detail.get(self.by, detail.get(self.formerly, 0))))

    def at(self, figure: float) -> float:
        """The weight that goes with a figure."""
        step = bisect_right([least for least, _ in self.steps], figure)
        return self.steps[step - 1][1] if step else 0.0

    def scaled(self, factor: float) -> "Weight":
        steps = tuple((least, round(weight * factor, 3)) for least, weight in self.steps)
        return self._replace(fixed=round(self.fixed * factor, 3), steps=steps)


def _steps(group: str, by: str, *steps: tuple[float, float]) -> Weight:
    return Weight(group, by=by, steps=steps)


def _voices(group: str, formerly: str, *steps: tuple[float, float]) -> Weight:
    """Grows with the number of teams that say so."""
    return Weight(group, by="teams", steps=steps, formerly=formerly)


EVIDENCE: dict[str, float] = {
    "new_message.invite": 4.5,
    "new_message.link": 4.5,
    "new_message.forward": 4.2,
    "first_message.invite": 4.0,
    "first_message.link": 3.2,
    "first_message.forward": 2.4,
    "spam.text": 3.4,
    "spam.repeated": 2.4,
    "lookalike.forged": 4.2,
    "lookalike.name": 3.2,
    "lookalike.short": 0.3,
    "lookalike.username": 3.6,
    "burst": 0.5,
    "banned": 3.2,
}
"""Reasons given by a chat. Who was seen to join days ago (`new`) and whose first message is a link is a
stranger; who was not seen to join (`first`) may have been there for years and only never written. `burst`:
came with a wave of others; alone it says little, neighbours come in waves too."""

_TABLE: dict[str, Weight] = {
    **{code: Weight("here", weight) for code, weight in EVIDENCE.items()},
    # Somebody who was here before us and bears an admin's name is a namesake more often than not.
    "lookalike.name": _steps("here", "came", (0, 2.6), (1, 3.8)),
    "lookalike.username": _steps("here", "came", (0, 3.2), (1, 3.6)),
    # One team's word is advice only: a seized admin must not be able to empty every other chat.
    "listed": _voices("lists", "chats", (1, 3.2), (2, 5.0)),
    "listed.operator": Weight("lists", 6.0),
    "listed.file": _steps("lists", "lists", (1, 3.4), (2, 5.0)),
    "listed.shared": Weight("lists", 3.2),
    "elsewhere": _steps("elsewhere", "weight", *((n / 10, n / 10) for n in range(1, 21))),
    "joins.hour": _steps("map", "chats", (3, 1.2), (4, 1.5), (5, 2.2), (6, 2.6), (7, 3.2), (8, 4.0)),
    "joins.day": _steps("map", "chats", (4, 0.7), (5, 1.0), (6, 1.9), (7, 2.6), (8, 3.0), (12, 4.0)),
    # Around one home a new neighbour joins many at once too.
    "joins.hour.near": _steps("map", "chats", (4, 0.8), (5, 1.4), (6, 1.8), (7, 2.8), (8, 3.4), (10, 4.0)),
    "joins.day.near": _steps("map", "chats", (6, 1.2), (7, 2.4), (8, 2.9), (12, 4.0)),
    "chats.far_apart": _steps("map", "places", (3, 1.4), (4, 2.4), (5, 3.0), (6, 4.0)),
    "chats.many": _steps(
        "map", "chats", (5, 0.5), (6, 0.9), (7, 1.2), (8, 1.5), (9, 1.7), (12, 2.0), (16, 2.5)
    ),
    "courtyards.day": _steps("map", "places", (5, 0.8), (6, 1.6)),
    "burst.several": _steps("cohort", "again", (2, 1.9), (3, 2.3)),
    "silent.everywhere": _steps("ways", "chats", (3, 0.3), (5, 0.6), (9, 0.9)),
    "names.changed": _steps("ways", "times", (2, 0.5), (3, 1.0), (4, 1.4)),
    "account.young": Weight("ways", 0.2),
    "trusted.here": Weight("word", -6.0),
    "trusted.elsewhere": _voices("word", "chats", (1, -1.5), (2, -3.0)),
    # Less than it could be: whoever gets one chat of their own listed would be above suspicion.
    "leads.elsewhere": _voices("word", "chats", (1, -2.5), (2, -3.5), (3, -4.5)),
    "present.long": _steps("presence", "days", (5, -1.5), (10, -2.0)),
    "present.even": _voices("presence", "chats", (2, -2.2), (3, -3.4), (4, -4.2), (6, -5.2), (10, -6.0)),
    "account.old": _steps("presence", "years", (5, -0.3), (8, -0.5)),
    "vouched": _voices("door", "chats", (1, -0.8), (2, -1.4), (4, -2.0)),
    "vouched.members": _voices("door", "members", (1, -0.8), (2, -1.4), (3, -2.0)),
    "entrance": Weight("door", -0.4),
    "approved": Weight("door", -0.7),
    "answered": Weight("door", -1.0),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """All of it; `prior` is the score of somebody of whom nothing is known."""

    prior: float = -3.0
    table: Mapping[str, Weight] = field(default_factory=lambda: _TABLE)
    evidence: frozenset[str] = frozenset(EVIDENCE)

    def group(self, name: str) -> str:
        return self.table[name].group if name in self.table else "own"

    def kind(self, name: str) -> Kind:
        return GROUPS[self.group(name)].kind

    def changed(self, name: str, value: str) -> "Weights":
        """With one weight set (`2.5`) or scaled (`x0.5`). Raises ValueError with a line for people."""
        found = re.fullmatch(r"(x?)(-?\d+(?:\.\d+)?)", value.strip())
        if found is None:
            raise ValueError(f"{name}: {value!r} is neither a weight such as 2.5 nor a factor such as x0.5")
        scale, number = bool(found[1]), float(found[2])
        if name == "prior" and not scale:
            return replace(self, prior=number)
        if name not in self.table:
            raise ValueError(f"{name} is no signal; there are: {', '.join(sorted(self.table))}")
        old = self.table[name]
        if not scale and old.by:
            raise ValueError(f"{name} grows with its figures: give a factor such as x0.5")
        new = old.scaled(number) if scale else old._replace(fixed=number)
        return replace(self, table={**self.table, name: new})


DEFAULT = Weights()


class Signal(NamedTuple):
    """`name` is the code of its reason; `detail` holds the figures for the sentence that explains it."""

    name: str
    weight: float
    detail: Mapping[str, float] = {}


ELSEWHERE_TRUST = ("trusted.elsewhere", "leads.elsewhere", "vouched", "vouched.members")
"""What other chats say for a person."""
ONE_VOICE, TWO_VOICES = -2.5, -4.0
"""All that one team elsewhere, or two, say for a person weighs no more than this."""
MANY = 3
"""So many teams' word has the cap of its group alone."""
ROUNDING = 0.01
"""So that weights that are rounded still come to what they shall come to."""


def weigh(found: Iterable[tuple[str, Mapping[str, float]]], weights: Weights) -> tuple[Signal, ...]:
    """Give each signal its weight and each group its cap; what weighs nothing is left out.

    What one or two teams elsewhere say for a person has a cap of its own; a single one outweighs nothing that
    would make a card by itself.
    """
    groups: dict[str, list[Signal]] = {}
    for name, detail in found:
        known = weights.table.get(name)
        weight = known.of(detail) if known else float(detail.get("weight", 0.0))
        if weight:
            groups.setdefault(weights.group(name), []).append(Signal(name, weight, detail))
    weighed = [signal for group, ones in groups.items() for signal in _capped(ones, GROUPS[group].cap)]
    return tuple(_few_voices(weighed, weights))


def _few_voices(found: list[Signal], weights: Weights) -> list[Signal]:
    """Nothing is changed where three teams elsewhere speak for the person, or in records that do not say."""
    theirs = {one.name: _of_others(one, weights) for one in found if one.name in ELSEWHERE_TRUST}
    voices = max((one.detail.get("voices", MANY) for one in found if one.name in theirs), default=MANY)
    if voices >= MANY or not any(theirs.values()):
        return found
    total, rest = sum(theirs.values()), score(found, weights) - sum(theirs.values())
    most = TWO_VOICES if voices > 1 else ONE_VOICE
    if voices <= 1 and rest >= 0 <= _clear(found, theirs, weights):
        most = max(ONE_VOICE, min(ROUNDING - rest, 0.0))
    if total >= most:
        return found
    share = 1 - most / total
    return [one._replace(weight=round(one.weight - share * theirs.get(one.name, 0.0), 3)) for one in found]


def _of_others(signal: Signal, weights: Weights) -> float:
    """How much of a signal's weight other chats have given; `own` is this chat's part of the figure."""
    own = weights.table[signal.name].at(float(signal.detail.get("own", 0)))
    return min(signal.weight - max(own, signal.weight), 0.0)


def _clear(found: Iterable[Signal], theirs: Iterable[str], weights: Weights) -> float:
    """The score by what the chat itself has seen and says alone."""
    own = weights.prior
    for one in found:
        group = weights.group(one.name)
        if group == "here" or (GROUPS[group].kind == "trust" and one.name not in theirs):
            own += one.weight
    return own


def _capped(found: list[Signal], cap: float) -> list[Signal]:
    total = sum(signal.weight for signal in found)
    if abs(total) <= abs(cap):
        return found
    factor = abs(cap / total)
    return [signal._replace(weight=round(signal.weight * factor, 3)) for signal in found]


def score(found: Iterable[Signal], weights: Weights = DEFAULT) -> float:
    """The log-odds that the person should not be here."""
    return round(weights.prior + sum(signal.weight for signal in found), 3)
