"""How many independent voices have said something: words are counted by teams, never by chats.

A word that rests on the word of other chats, as a ban by an admin who was shown theirs, is no voice of its
own: it counts for one of those on which it rests.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from services.moderation.domain.admission import Admissions


class Word(NamedTuple):
    """`chat` has said something; `sources` are the chats on whose word it did, empty for its own."""

    chat: str
    sources: tuple[str, ...] = ()


def count(words: Iterable[Word], admissions: Admissions, now: int) -> int:
    """Independent voices. Two teams of less than a week with the bot are one; one of them still is one."""
    taken = spoken(words, admissions, now)
    young = sum(admissions.is_young(team, now) for team in taken)
    return max(len(taken) - young + young // 2, 1) if taken else 0


def spoken(words: Iterable[Word], admissions: Admissions, now: int) -> Collection[str]:
    """Teams that stand for the words, each for one of them at most."""
    words = list(words)
    taken = {admissions.team(word.chat) for word in words if not word.sources}
    resting = [word for word in words if word.sources]
    for word in sorted(resting, key=lambda one: (len(one.sources), one)):
        free = {admissions.team(chat) for chat in word.sources} - taken
        if free:
            taken.add(min(free, key=lambda team: (admissions.is_young(team, now), team)))
    return taken


def from_others(here: str, words: Iterable[Word]) -> Sequence[Word]:
    """Words of other chats as the chat `here` counts them: what rests on its own word alone is none."""
    found = []
    for word in words:
        if word.chat == here:
            continue
        if here not in word.sources:
            found.append(word)
        elif sources := tuple(source for source in word.sources if source != here):
            found.append(word._replace(sources=sources))
    return found
