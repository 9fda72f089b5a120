"""Slips of the finger: which terms are one or two edits away from a word, or begin so.

Two bit sets for each term, its letters and its pairs of letters, rule out nearly all terms in one pass over
two arrays; the few that are left are compared by their edit distance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

Bits = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
ONE_FROM, TWO_FROM = 4, 8
"""Letters of a word from which on one edit, and two, are forgiven."""
PAIRS_HIT = 3
"""Pairs of letters that one edit can destroy: two neighbours changing places touch three."""


def forgiven(word: str) -> int:
    """Edits forgiven in a word, as it was typed; numbers must be right."""
    if not word.isalpha() or len(word) < ONE_FROM:
        return 0
    return 2 if len(word) >= TWO_FROM else 1


@dataclass(frozen=True)
class Letters:
    """Bit sets of each term: row n belongs to term n."""

    single: Bits
    pairs: Bits

    @classmethod
    def of(cls, terms: Sequence[str]) -> "Letters":
        return cls(_array(map(_single, terms), len(terms)), _array(map(_pairs, terms), len(terms)))

    def take(self, rows: Numbers) -> "Letters":
        return Letters(self.single[rows], self.pairs[rows])

    def joined(self, other: "Letters", mine: Numbers, theirs: Numbers, count: int) -> "Letters":
        single, pairs = np.empty(count, dtype=np.uint64), np.empty(count, dtype=np.uint64)
        single[mine], pairs[mine] = self.single, self.pairs
        single[theirs], pairs[theirs] = other.single, other.pairs
        return Letters(single, pairs)

    def within(self, terms: Sequence[str], word: str) -> list[int]:
        """Numbers of the terms that hold the word somewhere inside."""
        return [n for n in self._possible(word, 0, 0).tolist() if word in terms[n]]

    def near(self, terms: Sequence[str], word: str, edits: int) -> list[int]:
        """Numbers of the terms, or beginnings of terms, that become the word by so many edits at most."""
        rows = self._possible(word, edits, edits * PAIRS_HIT)
        candidates = [(n, terms[n]) for n in rows.tolist() if len(terms[n]) >= len(word) - edits]
        if not candidates:
            return []
        found: set[int] = set()
        for length in range(len(word) - edits, len(word) + edits + 1):
            starts = [term[:length] for _, term in candidates]
            away = process.cdist([word], starts, scorer=OSA.distance, score_cutoff=edits, dtype=np.uint8)
            found.update(np.flatnonzero(away[0] <= edits).tolist())
        return [candidates[n][0] for n in sorted(found)]

    def _possible(self, word: str, letters: int, pairs: int) -> Numbers:
        """Terms in which at most so many letters and pairs of the word are missing."""
        missing = np.bitwise_count(~self.single & np.uint64(_single(word)))
        rows = np.flatnonzero(missing <= letters)
        gaps = np.bitwise_count(~self.pairs[rows] & np.uint64(_pairs(word)))
        possible: Numbers = rows[gaps <= pairs]
        return possible


def _single(term: str) -> int:
    bits = 0
    for char in term:
        bits |= 1 << (ord(char) & 63)
    return bits


def _pairs(term: str) -> int:
    bits = 0
    for one, two in pairwise(term):
        bits |= 1 << ((ord(one) * 31 + ord(two)) & 63)
    return bits


def _array(values: Iterable[int], count: int) -> Bits:
    return np.fromiter(values, dtype=np.uint64, count=count)
