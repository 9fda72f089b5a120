"""Which listings a proposal may repeat. Advice for the reviewer; only an equal link decides by itself.

Distance and wording alone accuse neighbours that differ in the house number only, so numbers decide first:
one name with different houses is two chats, and a chat of a whole street is not that of one house in it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from shared.contracts.listings import Content, ListingId, Place
from shared.contracts.submissions import Similar
from shared.geo import grid_step
from shared.text import fold, houses
from shared.text.houses import same_house

SHOWN_MOST = 5
NEAR = 150.0
"""Metres within which names that are alike count, beyond the coarseness of both places."""
SAME_NAME = 1000.0
"""Metres within which equal names count."""
WORD_ALIKE = 0.75
"""Least similarity of two words: the Belarusian and the Russian form of one street name reach it."""
SHORT_WORD = 4
"""Words up to this length must be equal."""
NAMES_ALIKE = 0.5
"""Least part of the words of the longer name that must be found in the other."""
METRES_A_DEGREE = 111_200.0

_WORD = re.compile(r"(?<![0-9])[a-z]+|(?<=[0-9])[a-z]{4,}")
"""Words in folded text, also with a number at their end; not the letter or building after a number."""
_COMMON = frozenset(
    fold(
        "чат чаты chat chats группа група group канал channel новости навіны news двор двары дворы дома"
        " дом дамы улица ул вуліца вул street проспект праспект пр прт пркт просп переулок завулак пер"
        " бульвар бул бульв площадь плошча пл проезд праезд тракт набережная наб соседи суседзі жители"
        " жыхары квартал квартала микрорайон мікрараён мкр мкрн район раён района раёна жк город горад г"
        " наш наша наши нашы и і з у на в за для от да до корпус корп к д все усе корпуса свободный"
        " свободная флуд flood болталка live"
    ).split()
)
"""Words that tell nothing about which place is meant."""


@dataclass(frozen=True)
class Neighbour:
    """A listing near the proposed place; `metres` between the two stored, coarsened places."""

    listing_id: ListingId
    content: Content
    metres: float


@dataclass(frozen=True)
class _Name:
    words: tuple[str, ...]
    houses: frozenset[str]


def reach(place: Place) -> float:
    """How far around a place, in metres, neighbours are worth looking at."""
    return SAME_NAME + _coarseness(place)


def similar_listings(
    content: Content,
    neighbours: Iterable[Neighbour],
    *,
    leave_out: ListingId | None = None,
    city: Iterable[str] = (),
) -> tuple[Similar, ...]:
    """The listings that the proposal may repeat, nearest first, at most five, with reasons.

    `city` holds the city's own names, which tell nothing inside it. Codes: `name.same`, `name.similar`,
    `house.same`.
    """
    common = _COMMON | {word for name in city for word in fold(name).split()}
    proposed = _read(content.name, common)
    found = []
    for neighbour in sorted(neighbours, key=lambda n: (n.metres, n.listing_id)):
        if neighbour.listing_id == leave_out:
            continue
        if reasons := _reasons(content, proposed, neighbour, common):
            found.append(_similar(neighbour, reasons))
    return tuple(found[:SHOWN_MOST])


def _similar(neighbour: Neighbour, reasons: tuple[str, ...]) -> Similar:
    return Similar(
        listing_id=neighbour.listing_id,
        name=neighbour.content.name,
        metres=round(neighbour.metres),
        reasons=reasons,
    )


def _reasons(
    content: Content, proposed: _Name, neighbour: Neighbour, common: frozenset[str]
) -> tuple[str, ...]:
    other = _read(neighbour.content.name, common)
    if not _houses_agree(proposed.houses, other.houses):
        return ()
    blur = _coarseness(content.place) + _coarseness(neighbour.content.place)
    house = ("house.same",) if proposed.houses else ()
    if set(proposed.words) == set(other.words) != set() and neighbour.metres <= SAME_NAME + blur:
        return ("name.same", *house)
    if neighbour.metres > NEAR + blur or content.kind != neighbour.content.kind:
        return ()
    return ("name.similar", *house) if _alike(proposed.words, other.words) >= NAMES_ALIKE else ()


def _read(name: str, common: frozenset[str]) -> _Name:
    """Words and numbers of a name. A name of common words alone keeps them: they are all it has."""
    words = tuple(dict.fromkeys(_WORD.findall(fold(name))))
    return _Name(tuple(word for word in words if word not in common) or words, houses(name))


def _houses_agree(left: frozenset[str], right: frozenset[str]) -> bool:
    return same_house(left, right) if left or right else True


def _alike(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    """The part, 0 to 1, of the longer name's words that have their own match in the other name."""
    if not left or not right:
        return 0.0
    rest = list(right)
    matched = 0
    for word in left:
        best = next((other for other in rest if _words_alike(word, other)), None)
        if best is not None:
            rest.remove(best)
            matched += 1
    return matched / max(len(left), len(right))


def _words_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) <= SHORT_WORD:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= WORD_ALIKE


def _coarseness(place: Place) -> float:
    """How far, in metres, a stored place may lie from the true one: half the diagonal of a cell, at most."""
    return grid_step(place.precision) * METRES_A_DEGREE * 0.71
