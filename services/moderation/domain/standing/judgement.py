"""What a person's standing amounts to in each chat, and which chats are to be told."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import exp, log
from typing import NamedTuple

from services.moderation.domain.standing.person import SHARED, Passed, Presence, Standing
from services.moderation.domain.standing.profile import Profile, Unit, left_out
from services.moderation.domain.standing.signals import OF_CHAT, OF_PERSON, Facts, Find, Found
from services.moderation.domain.standing.sources import SOURCES_MOST, is_void, rests_on
from services.moderation.domain.standing.weights import Signal, score, weigh

PER_CENT = (50, 70, 80, 90, 95, 99)
"""What a chat may choose as its threshold."""


def threshold(per_cent: int) -> float:
    """The score that stands for a chance in per cent."""
    return round(log(per_cent / (100 - per_cent)), 3)


def chance(total: float) -> float:
    """The chance that a score stands for, from 0 to 1: no frequency, only another way to say it."""
    return 1 / (1 + exp(-total))


LEVELS = tuple(threshold(per_cent) for per_cent in PER_CENT)
"""A chat is told anew when the score has reached a higher one of these."""
ADVISE = LEVELS[0]
"""From this score on the admins are told: as likely as not."""
REMOVE = LEVELS[1]
"""From this score on the bot acts by itself, where a chat has chosen so and set no other threshold."""


def signals(
    standing: Standing, chat: str, now: int, *, listed: bool = False, own: Iterable[Find] = ()
) -> tuple[Signal, ...]:
    """All reasons for and against a person in one chat, each group within its cap.

    `listed`: on the operator's list.
    """
    return of(Facts(standing, chat, now, by_operator=listed), own)


def of(facts: Facts, own: Iterable[Find] = ()) -> tuple[Signal, ...]:
    """All reasons for and against a person, from all that is known."""
    return weigh([*_found(OF_CHAT, facts), *_found((*OF_PERSON, *own), facts)], facts.weights)


def _found(finds: Iterable[Find], facts: Facts) -> list[Found]:
    return [found for find in finds for found in find(facts)]


class Judged(NamedTuple):
    """The standing asks for attention in one chat; `before` is the score that was passed on last."""

    chat_id: int
    score: float
    signals: tuple[Signal, ...]
    before: float | None
    chat: str
    firm: float
    """The score without any single voice of others, the lowest of these."""
    own: float
    """The score by what the chat itself has seen and says alone."""
    before_firm: float | None = None
    before_own: float | None = None
    """The same two as they were passed on before."""
    sources: tuple[str, ...] = ()
    """Chats on whose word it rests, or without which nobody would be told."""
    pivotal: tuple[str, ...] = ()
    """The latter."""


@dataclass(frozen=True)
class Conclusion:
    """The reasons in one chat and what they come to. `finds` are signals of the operator's own."""

    facts: Facts
    signals: tuple[Signal, ...]
    finds: tuple[Find, ...] = ()

    @cached_property
    def score(self) -> float:
        return score(self.signals, self.facts.weights)

    @cached_property
    def _left_out(self) -> "tuple[tuple[Unit, Conclusion], ...]":
        return tuple((unit, conclude(facts, self.finds)) for unit, facts in left_out(self.facts))

    @property
    def variants(self) -> "tuple[Conclusion, ...]":
        """The same without each single voice of others. Costs at least as many looks as there are teams."""
        return tuple(one for _, one in self._left_out)

    @property
    def weakest(self) -> "Conclusion":
        """The lowest of this and its variants: what stands without any single voice of others."""
        return min((self, *self.variants), key=lambda one: one.score)

    @property
    def pivotal(self) -> tuple[str, ...]:
        """Chats without whose team nobody would be told; `SHARED` for the lists of others."""
        low = [unit for unit, one in self._left_out if unit.single and one.score < ADVISE <= self.score]
        chats = {chat for unit in low for chat in unit.chats} | {SHARED for unit in low if unit.shared}
        return tuple(sorted(chats))


def conclude(facts: Facts, finds: Iterable[Find] = ()) -> Conclusion:
    own = tuple(finds)
    return Conclusion(facts, of(facts, own), own)


def judge(standing: Standing, chat: str, now: int, *, listed: bool = False) -> list[Judged]:
    """As `judge_all`, from little."""
    return judge_all(Profile(standing, now, by_operator=listed), chat)


def judge_all(
    profile: Profile,
    chat: str,
    own: tuple[Find, ...] = (),
    *,
    here: Conclusion | None = None,
    word: bool = False,
) -> list[Judged]:
    """Chats to be told: the one in which something was just seen, and the others when it got clearly worse.

    A chat is told once for each level that is reached, so nobody is told twice of the same. `here`: what is
    concluded in `chat`, where that is known already. `word`: an admin has said something, so that it may now
    stand without any single voice everywhere.
    """
    judged = []
    reasons = _Reasons(profile, own)
    for key, presence in profile.concerned(chat):
        if presence.passed is not None and is_void(presence.passed, profile.admissions):
            presence.told = presence.passed = None
        found = here if here is not None and key == chat else reasons.at(key)
        worse = level(found.score) > level(presence.told)
        if not worse and (not (word or key == chat) or level(found.score) <= level(firm_before(presence))):
            continue  # the firm score is no higher than the score
        one = judged_of(profile, found, presence)
        if worse or level(one.firm) > level(firm_before(presence)):
            judged.append(one)
            pass_on(profile, presence, found, one)
    return judged


class _Reasons:
    """Reasons in several chats: those that are the same in all of them are looked for once."""

    def __init__(self, profile: Profile, own: tuple[Find, ...]) -> None:
        self._profile, self._own = profile, own
        self._everywhere: tuple[Standing, list[Found]] | None = None

    def at(self, chat: str) -> Conclusion:
        facts = self._profile.at(chat)
        if self._everywhere is None or self._everywhere[0] is not facts.standing:
            self._everywhere = facts.standing, _found((*OF_PERSON, *self._own), facts)
        found = weigh([*_found(OF_CHAT, facts), *self._everywhere[1]], facts.weights)
        return Conclusion(facts, found, self._own)


def judged_of(profile: Profile, found: Conclusion, presence: Presence) -> Judged:
    """What is passed on of a conclusion."""
    alone = conclude(profile.alone(found.facts.chat), found.finds)
    named = rests_on(found.facts, found.signals).named
    return Judged(
        presence.chat_id,
        found.score,
        found.signals,
        before=presence.told,
        chat=found.facts.chat,
        firm=found.weakest.score,
        own=alone.score,
        before_firm=firm_before(presence),
        before_own=presence.told if presence.passed is None else presence.passed.own,
        sources=tuple(dict.fromkeys((*named, *found.pivotal)))[:SOURCES_MOST],
        pivotal=found.pivotal,
    )


def firm_before(presence: Presence) -> float | None:
    """The firm score that was passed on before; before that was kept, the score."""
    return presence.told if presence.passed is None else presence.passed.firm


def pass_on(profile: Profile, presence: Presence, found: Conclusion, one: Judged) -> None:
    """Remember the highest scores that were passed on, and what the last card said."""
    before, rests = presence.passed, rests_on(found.facts, found.signals)
    presence.told = found.score if presence.told is None else max(found.score, presence.told)
    presence.passed = Passed(
        profile.now,
        one.firm if before is None else max(one.firm, before.firm),
        one.own if before is None else max(one.own, before.own),
        () if one.own >= ADVISE else rests.against,
        rests.favour,
        () if one.own >= ADVISE else tuple(chat for chat in rests.against if chat in one.pivotal),
    )


def own_case(profile: Profile, chat: str) -> bool:
    """Whether what the chat itself has seen is enough for a card, whatever its admins and others say."""
    found = of(profile.alone(chat))
    return score((one for one in found if one.name != "banned"), profile.weights) >= ADVISE


def level(total: float | None) -> int:
    """How many of the levels a score has reached."""
    return 0 if total is None else bisect_right(LEVELS, total)
