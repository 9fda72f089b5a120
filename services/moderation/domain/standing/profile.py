"""Everything that is known of a person, and what follows from it for each chat that may ask."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from services.moderation.domain.admission import EVERY_CHAT, Admissions
from services.moderation.domain.standing.person import SHARED, Presence, Standing
from services.moderation.domain.standing.signals import Facts
from services.moderation.domain.standing.view import Views, alone, without
from services.moderation.domain.standing.weights import DEFAULT, Weights

TEAMS_MOST = 16
"""Teams that are left out one by one: of somebody in more chats than these no single one decides."""
YOUNG_MOST = 6
"""Young teams that are left out two by two."""
WORDS_MOST = 4
"""Teams that have said something and are left out beside each that has only seen the person."""


@dataclass(frozen=True)
class Profile:
    """`by_operator`, `lists` and `shared` as in `Facts`."""

    standing: Standing
    now: int
    user_id: int = 0
    by_operator: bool = False
    lists: int = 0
    shared: bool = False
    weights: Weights = DEFAULT
    admissions: Admissions = field(default=EVERY_CHAT)

    @cached_property
    def _views(self) -> Views:
        return Views(self.standing, self.admissions)

    def at(self, chat: str) -> Facts:
        """The person as this chat may know them."""
        return self._facts(chat, self._views.of(chat), shared=self.shared and self.admissions.is_known(chat))

    def alone(self, chat: str) -> Facts:
        """The person as this chat would know them if there were no other."""
        return self._facts(chat, alone(self.standing, chat), shared=False)

    def _facts(self, chat: str, standing: Standing, *, shared: bool) -> Facts:
        return Facts(
            standing, chat, self.now, user_id=self.user_id, by_operator=self.by_operator, lists=self.lists,
            shared=shared, weights=self.weights, admissions=self.admissions,
        )  # fmt: skip

    def concerned(self, chat: str) -> Iterator[tuple[str, Presence]]:
        """Chats for which something may follow from what was seen in this one: itself first, and the other
        known ones when it is known. Only where the bot has met the person and they are.
        """
        known = self.admissions.is_known(chat)
        chats = self.standing.chats
        for key in (chat, *(one for one in chats if one != chat)) if known else (chat,):
            one = chats.get(key)
            if one is None or one.left or not one.was_here:
                continue
            if key == chat or self.admissions.is_known(key):
                yield key, one


class Unit(NamedTuple):
    """What is left out together. `single`: one voice and no more."""

    chats: frozenset[str]
    shared: bool = False
    single: bool = True

    def __add__(self, other: "Unit") -> "Unit":  # type: ignore[override]
        return Unit(self.chats | other.chats, self.shared or other.shared, single=False)


def left_out(facts: Facts) -> Iterator[tuple[Unit, Facts]]:
    """The same question without any single voice of others: each team's other chats, the lists of other
    operators; and two halves together, which are teams of less than a week.

    What was only seen in other chats is left out beside any one that has said something: what does not stand
    by itself because of a single chat in which somebody was seen, no single word shall make stand.
    """
    for unit in _units(facts):
        gone = unit.chats | ({SHARED} if unit.shared else set())
        kept = without(facts.standing, facts.chat, gone)
        yield unit, facts.seeing(kept, shared=facts.shared and not unit.shared)


def _units(facts: Facts) -> Iterable[Unit]:
    chats: dict[str, set[str]] = {}
    for key in facts.standing.chats:
        if key != facts.chat:
            chats.setdefault(facts.admissions.team(key), set()).add(key)
    order = sorted(chats, key=lambda team: (-_loudness(facts, chats[team]), team))[:TEAMS_MOST]
    units = {team: Unit(frozenset(chats[team])) for team in order}
    young = [team for team in order if facts.admissions.is_young(team, facts.now)][:YOUNG_MOST]
    said = [units[team] for team in order if _loudness(facts, chats[team]) >= WORD][:WORDS_MOST]
    said += [Unit(frozenset(), shared=True)] if facts.shared else []
    seen = [units[team] for team in order if _loudness(facts, chats[team]) < WORD]
    singles = [*units.values(), *([said[-1]] if facts.shared else [])]
    halves = [units[one] + units[other] for one, other in combinations(young, 2)]
    return [*singles, *halves, *(word + sight for word in said for sight in seen)]


WORD, BAN = 1_000, 10_000


def _loudness(facts: Facts, chats: Collection[str]) -> int:
    """How much a team's chats have said and seen, for the order in which teams are looked at."""
    found = [facts.standing.chats[chat] for chat in chats]
    words = sum(BAN if "banned" in one.evidence else WORD * bool(one.evidence) for one in found)
    return words + len(found)
