"""Finds items by words: exact, by their beginning, inside, and with slips; the best first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.gateway.domain.finding.items import NONE, Items
from services.gateway.domain.finding.segment import Entries, Segment
from services.gateway.domain.finding.slips import forgiven
from shared.text.sounds import begun, sound, sounds

WORDS_MOST = 8
"""Words of a question that are looked at."""
PENDING_MOST = 100_000
"""Changes gathered before a segment is made of them even when nobody asks."""
SEGMENTS_MOST = 32
"""So many segments, and they are merged even when nobody asks."""
FACTOR = 4
"""A segment is merged with those after it when they have grown to a quarter of it."""
FEW = 3
FIRST = 1_024
INSIDE_FROM = 4
"""Letters of a word that is looked for inside others."""
NOT = 32
"""A word that does not match. An item's quality is the sum over all words: the lower, the better."""
NAME, BEGINNING, BESIDE, BESIDE_BEGINNING, INSIDE, SLIP, BESIDE_SLIP = range(7)

Qualities = npt.NDArray[np.uint8]


class Found(NamedTuple):
    key: str
    quality: int


@dataclass(frozen=True)
class Word:
    """One word of a question, folded; `also` are further terms that stand for it, such as those of areas."""

    text: str
    also: tuple[str, ...] = ()

    @property
    def heard(self) -> str:
        return sound(self.text)


class Finder:
    """Items by key with the terms of their names. Changes are cheap; what they add is seen at once."""

    def __init__(self) -> None:
        self._items = Items()
        self._pending: dict[int, tuple[Sequence[str], Sequence[str]]] = {}
        self._segments: list[Segment] = []

    def __len__(self) -> int:
        return len(self._items)

    # Changes

    def put(
        self,
        key: str,
        named: Sequence[str],
        beside: Sequence[str] = (),
        *,
        place: tuple[float, float],
        size: int,
    ) -> None:
        """Add or replace. Terms are sounds; `place` is lat, lon; the larger `size` comes first."""
        self.remove(key)
        self._pending[self._items.add(key, place, size)] = (named, beside)
        self._gather_much()

    def put_all(
        self,
        keys: Sequence[str],
        named: Sequence[Sequence[str]],
        beside: Sequence[Sequence[str]],
        places: Sequence[tuple[float, float]],
        sizes: Sequence[int],
    ) -> None:
        """Add or replace many, each as `put` would, no key twice among them."""
        for key in keys:
            self.remove(key)
        first = self._items.add_all(keys, places, sizes)
        terms = zip(named, beside, strict=True)
        self._pending.update(zip(range(first, self._items.size), terms, strict=True))
        self._gather_much()

    def remove(self, key: str) -> None:
        number = self._items.remove(key)
        if number is not None:
            self._pending.pop(number, None)

    def clear(self) -> None:
        self._items, self._pending, self._segments = Items(), {}, []

    def settle(self) -> None:
        """Make a segment of what is new; small segments are merged, so that there are few of them."""
        self._gather()
        self._merge()
        if self._items.mostly_gone:
            new = self._items.compact()
            self._segments = [segment.renumbered(new) for segment in self._segments]

    def _gather_much(self) -> None:
        """Not merged at once: a million that come without a question between are merged together."""
        if len(self._pending) >= PENDING_MOST:
            self._gather()
        if len(self._segments) >= SEGMENTS_MOST:
            self.settle()

    def _gather(self) -> None:
        if self._pending:
            self._segments.append(Segment.of([(n, *terms) for n, terms in sorted(self._pending.items())]))
            self._pending = {}

    def _merge(self) -> None:
        after = 0
        first = last = len(self._segments) - 1
        for number in range(last, -1, -1):
            if after * FACTOR > self._segments[number].items:
                first = number
            after += self._segments[number].items
        if first < last:
            self._segments[first:] = [Segment.joined(self._segments[first:])]

    # Questions

    def find(
        self, words: Sequence[Word], most: int, *, near: tuple[float, float] | None = None, slips: bool = True
    ) -> list[Found]:
        """Items that have all words: by quality, then the nearest where a place is given, then the largest.

        Words inside others are looked at only where plain matches are fewer than `most`, and slips only where
        all these are fewer than `FEW` and none has all words in its name: who found it has made none.
        """
        self.settle()
        words = words[:WORDS_MOST]
        if not words or not len(self):
            return []
        qualities = [self._plain(word) for word in words]
        quality = self._together(qualities)
        found = self._items.best(quality, most, near)
        if slips and len(found) < most:
            found, quality = self._again(self._inside, words, qualities, most, near)
            named = found and int(quality[found[0]]) <= BEGINNING * len(words)
            if len(found) < min(FEW, most) and not named:
                found, quality = self._again(self._slips, words, qualities, most, near)
        return [Found(self._items.keys[number] or "", int(quality[number])) for number in found]

    def has(self, word: Word) -> bool:
        """Whether any item has this word, or one that begins so, in its name or beside it."""
        self.settle()
        heard = word.heard
        starts = (heard, *begun(heard))
        return any(self._alive(segment.beginning(start)) for segment in self._segments for start in starts)

    def around(self, place: tuple[float, float], metres: float, most: int) -> list[str]:
        """Keys of the items within so many metres, the nearest first."""
        return [self._items.keys[number] or "" for number in self._items.around(place, metres, most)]

    # Insides

    def _together(self, qualities: list[Qualities]) -> Qualities:
        """The sum where every word matches, `NONE` elsewhere, where sums may have overflowed."""
        missing = ~self._items.alive
        total = np.zeros(self._items.size, dtype=np.uint8)
        for one in qualities:
            total += one
            missing |= one == NOT
        total[missing] = NONE
        return total

    def _alive(self, entries: Entries) -> bool:
        """Of a million the first ones nearly always tell."""
        alive = self._items.alive
        return bool(alive[entries[:FIRST] >> 1].any() or alive[entries[FIRST:] >> 1].any())

    def _plain(self, word: Word) -> Qualities:
        best = np.full(self._items.size, NOT, dtype=np.uint8)
        heard = word.heard
        others = begun(heard)
        exact = [s.exact(heard) for s in self._segments]
        begin = [s.beginning(start) for s in self._segments for start in others]
        for segment, same in zip(self._segments, exact, strict=True):
            longer = segment.beginning(heard)
            if len(longer) > len(same):  # or no term goes on after the word: these are the same
                begin.append(longer)
        also = [s.exact(term) for s in self._segments for term in word.also]
        for entries in begin:
            best[_beside(entries)] = BESIDE_BEGINNING
        for entries in (*exact, *also):
            best[_beside(entries)] = BESIDE
        for entries in begin:
            best[_named(entries)] = BEGINNING
        for entries in exact:
            best[_named(entries)] = NAME
        return best

    def _again(
        self,
        more: Callable[[Word, Qualities], None],
        words: Sequence[Word],
        qualities: list[Qualities],
        most: int,
        near: tuple[float, float] | None,
    ) -> tuple[list[int], Qualities]:
        """The best, now that `more` has added its matches to those of each word."""
        for word, best in zip(words, qualities, strict=True):
            more(word, best)
        quality = self._together(qualities)
        return self._items.best(quality, most, near), quality

    def _inside(self, word: Word, best: Qualities) -> None:
        heard = word.heard
        if len(heard) < INSIDE_FROM:
            return
        for segment in self._segments:
            inside = segment.of_terms(segment.letters.within(segment.terms, heard))
            _improve(best, _named(inside), INSIDE)

    def _slips(self, word: Word, best: Qualities) -> None:
        heard, edits = word.heard, forgiven(word.text)
        if not edits:
            return
        for segment in self._segments:
            near = segment.of_terms(segment.letters.near(segment.terms, heard, edits))
            _improve(best, _beside(near), BESIDE_SLIP)
            _improve(best, _named(near), SLIP)


def terms_of(texts: Iterable[str]) -> list[str]:
    """The terms of some texts, each once."""
    return list(dict.fromkeys(heard for text in texts for heard in sounds(text)))


def _named(entries: Entries) -> npt.NDArray[np.uint32]:
    numbers: npt.NDArray[np.uint32] = entries[entries & 1 == 0] >> 1
    return numbers


def _beside(entries: Entries) -> npt.NDArray[np.uint32]:
    numbers: npt.NDArray[np.uint32] = entries[entries & 1 == 1] >> 1
    return numbers


def _improve(best: Qualities, numbers: npt.NDArray[np.uint32], quality: int) -> None:
    best[numbers] = np.minimum(best[numbers], quality)
