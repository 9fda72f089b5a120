"""On whose word a conclusion rests: what follows from a word is not a second voice."""

from collections.abc import Iterable
from typing import NamedTuple

from services.moderation.domain.admission import Admissions
from services.moderation.domain.standing.person import FORGET, SHARED, Passed, Presence
from services.moderation.domain.standing.signals import (
    Facts,
    bans,
    noted_elsewhere,
    speaking,
    waves,
)
from services.moderation.domain.standing.voices import Word, from_others
from services.moderation.domain.standing.weights import Signal

SOURCES_MOST = 16
"""Chats that are remembered of one conclusion."""
_MAP = ("joins.", "chats.", "courtyards.", "silent.")


class Rests(NamedTuple):
    """`against`: chats on which the accusation rests in the end; `favour`: on which the defence does;
    `named`: chats that have said something against the person, also those that only repeated it.
    """

    against: tuple[str, ...] = ()
    favour: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def rests_on(facts: Facts, found: Iterable[Signal]) -> Rests:
    """From which other chats the reasons come."""
    names = {one.name for one in found if one.weight > 0}
    words = _accusing(facts, names)
    seen = _seen_in(facts, names)
    against = [*_in_the_end(words), *seen]
    favour = _in_the_end(from_others(facts.chat, speaking(facts.standing)))
    return Rests(_some(against), _some(favour), _some(word.chat for word in words))


def _accusing(facts: Facts, names: set[str]) -> list[Word]:
    words = [*from_others(facts.chat, bans(facts.standing))] if "listed" in names else []
    if "elsewhere" in names:
        words += [Word(chat) for chat in noted_elsewhere(facts)]
    if "listed.shared" in names:
        words.append(Word(SHARED))
    if "banned" in names and facts.here is not None:
        words += [Word(source) for source in facts.here.ban_sources if source != facts.chat]
    return words


def _seen_in(facts: Facts, names: set[str]) -> list[str]:
    """Chats in which was seen what is a reason here: ways on the map, company; for a signal of the operator's
    own, which may look at anything, all of them.
    """
    found: list[str] = []
    if any(name.startswith(_MAP) for name in names):
        found += [key for key, _ in facts.lately()]
    if "burst.several" in names:
        found += waves(facts.standing)
    if any(facts.weights.group(name) == "own" for name in names):
        found += facts.standing.chats
    return [key for key in found if key != facts.chat]


def _in_the_end(words: Iterable[Word]) -> list[str]:
    return [chat for word in words for chat in (word.sources or (word.chat,))]


def _some(chats: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chats))[:SOURCES_MOST]


def said_after_card(presence: Presence, kind: str, at: int, *, own_case: bool) -> None:
    """An admin has banned or trusted somebody of whom a card told: their word rests on what the card said.

    `own_case`: what the chat itself has seen would have been enough for it. To be called after `observe`.
    """
    told = presence.passed
    fresh = told is not None and 0 <= at - told.at < FORGET
    if kind == "banned":
        rests = told is not None and fresh and not own_case
        presence.ban_sources = told.against if told is not None and rests else ()
        presence.ban_needs = told.needs if told is not None and rests else ()
    elif kind == "trusted":
        presence.ban_sources = presence.ban_needs = ()
        presence.trust_sources = told.favour if told is not None and fresh else ()


def is_void(told: Passed, admissions: Admissions) -> bool:
    """Whether a chat on whose word a card rested is heard no more: then it is as if never passed on."""
    return any(source != SHARED and not admissions.is_heard(source, told.at) for source in told.against)
