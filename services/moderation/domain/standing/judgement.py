"""What a person's standing amounts to in each chat, and which chats are to be told."""

from bisect import bisect_right
from collections.abc import Iterable
from math import exp, log
from typing import NamedTuple

from services.moderation.domain.standing.person import Standing
from services.moderation.domain.standing.signals import OF_CHAT, OF_PERSON, Facts, Find, Found
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
    before: float | None = None
    chat: str = ""


def judge(standing: Standing, chat: str, now: int, *, listed: bool = False) -> list[Judged]:
    """As `judge_all`, from little."""
    return judge_all(Facts(standing, chat, now, by_operator=listed))


def judge_all(facts: Facts, own: Iterable[Find] = (), here: tuple[Signal, ...] | None = None) -> list[Judged]:
    """Chats to be told: the one in which something was just seen, and the others when it got clearly worse.

    A chat is told once for each level that is reached, so nobody is told twice of the same. `here`: the
    signals in the chat of the facts, where they are known already.
    """
    judged = []
    everywhere: list[Found] | None = None
    for key, presence in facts.standing.chats.items():
        if presence.left:
            continue
        found = here if key == facts.chat else None
        if found is None:
            everywhere = _found((*OF_PERSON, *own), facts) if everywhere is None else everywhere
            found = weigh([*_found(OF_CHAT, facts.at(key)), *everywhere], facts.weights)
        total = score(found, facts.weights)
        if level(total) > level(presence.told):
            judged.append(Judged(presence.chat_id, total, found, presence.told, key))
            presence.told = total
    judged.sort(key=lambda one: one.chat != facts.chat)
    return judged


def level(total: float | None) -> int:
    """How many of the levels a score has reached."""
    return 0 if total is None else bisect_right(LEVELS, total)
