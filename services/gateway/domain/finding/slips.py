"""Slips of the finger: which terms are one or two edits away from a word, or begin so.

A word with k edits, cut into k + 1 parts, keeps one part whole, moved by at most k letters. Terms that hold
no part at its place are ruled out by comparing whole arrays; the rest go through the edit distance. A wrong
first letter is not forgiven, only a missing one, one too many, or the first two in the wrong order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

Bits = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
ONE_FROM, TWO_FROM = 4, 8
"""Letters of a word from which on one edit, and two, are forgiven."""
HEARD_LEAST = 3
PAIRS_HIT = 3
"""Pairs of letters that one edit can destroy: two neighbours changing places touch three."""
LETTERS_KEPT = 16
"""Letters of a term that are compared as arrays: two numbers of eight bytes."""


def forgiven(word: str) -> int:
    """Edits forgiven in a word, as it was typed; numbers must be right."""
    if not word.isalpha() or len(word) < ONE_FROM:
        return 0
    return 2 if len(word) >= TWO_FROM else 1


@dataclass(frozen=True)
class Letters:
    """For each term: its letters and its pairs of letters as sets of bits, and its first 16 letters."""

    single: Bits
    pairs: Bits
    high: Bits
    low: Bits

    @classmethod
    def of(cls, terms: Sequence[str]) -> "Letters":
        spelt = np.array([term[:LETTERS_KEPT].encode("ascii", "replace") for term in terms], dtype="S16")
        words = spelt.view(">u8").reshape(-1, 2).astype(np.uint64)
        return cls(*_sets(terms), *words.T.copy())

    def take(self, rows: Numbers) -> "Letters":
        return Letters(self.single[rows], self.pairs[rows], self.high[rows], self.low[rows])

    @classmethod
    def joined(cls, parts: Sequence["Letters"], owners: Sequence[Numbers], count: int) -> "Letters":
        """Rows of all parts at their new numbers."""
        columns = []
        for field in fields(cls):
            column = np.empty(count, dtype=np.uint64)
            for part, owner in zip(parts, owners, strict=True):
                column[owner] = getattr(part, field.name)
            columns.append(column)
        return cls(*columns)

    def within(self, terms: Sequence[str], word: str) -> list[int]:
        """Numbers of the terms that hold the word somewhere inside."""
        single, pairs = np.uint64(_single(word)), np.uint64(_pairs(word))
        rows = np.flatnonzero((self.pairs & pairs == pairs) & (self.single & single == single))
        return [n for n in rows.tolist() if word in terms[n]]

    def near(self, terms: Sequence[str], word: str, edits: int) -> list[int]:
        """Numbers of the terms, or beginnings of terms, that become the word by so many edits at most."""
        if len(word) < HEARD_LEAST:
            return []
        candidates = [(n, terms[n]) for n in self._possible(word, edits).tolist()]
        found: set[int] = set()
        for length in range(len(word) - edits, len(word) + edits + 1):
            starts = [term[:length] for _, term in candidates]
            away = process.cdist([word], starts, scorer=OSA.distance, score_cutoff=edits, dtype=np.uint8)
            found.update(np.flatnonzero(away[0] <= edits).tolist())
        return [candidates[n][0] for n in sorted(found)]

    def _possible(self, word: str, edits: int) -> Numbers:
        """Terms that hold one of the parts, in which at most `edits` letters of the word are missing.

        The parts come last: each costs a look at many places, so it is at the few terms that are left.
        """
        rows = np.flatnonzero(self._begun(word))
        missing = np.bitwise_count(~self.single[rows] & np.uint64(_single(word)))
        rows = rows[missing <= edits]
        apart = np.bitwise_count(~self.pairs[rows] & np.uint64(_pairs(word)))
        rows = rows[apart <= edits * PAIRS_HIT]
        high, low, held = self.high[rows], self.low[rows], np.zeros(len(rows), dtype=np.bool_)
        for start, part in _parts(word[:LETTERS_KEPT], edits + 1):
            reach = edits if start else 0
            for at in range(start - reach, start + reach + 1):
                held |= _at(high, low, at, part)
        possible: Numbers = rows[held]
        return possible

    def _begun(self, word: str) -> npt.NDArray[np.bool_]:
        """Which terms have the word's first letter first or second, or begin with its second."""
        first, second = ord(word[0]), ord(word[1])
        one, two = self.high >> np.uint64(56), self.high >> np.uint64(48) & np.uint64(255)
        begun: npt.NDArray[np.bool_] = (one == first) | (two == first) | (one == second)
        return begun


def _at(high: Bits, low: Bits, start: int, part: bytes) -> npt.NDArray[np.bool_]:
    """Which terms have these letters, eight at most, at this place."""
    if start < 0 or start + len(part) > LETTERS_KEPT:
        return np.zeros(len(high), dtype=np.bool_)
    if start < 8:
        letters = high << np.uint64(8 * start)
        if start:
            letters |= low >> np.uint64(64 - 8 * start)
    else:
        letters = low << np.uint64(8 * (start - 8))
    equal: npt.NDArray[np.bool_] = letters >> np.uint64(64 - 8 * len(part)) == int.from_bytes(part)
    return equal


def _parts(word: str, count: int) -> list[tuple[int, bytes]]:
    """The word cut into so many parts, each with the place where it begins."""
    cuts = [len(word) * n // count for n in range(count + 1)]
    return [(start, word[start:end].encode("ascii", "replace")) for start, end in pairwise(cuts)]


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


def _none() -> Bits:
    return np.empty(0, dtype=np.uint64)


def _sets(terms: Sequence[str]) -> tuple[Bits, Bits]:
    """`_single` and `_pairs` of each term: all letters as one array, put together where terms begin."""
    text = np.frombuffer("".join(terms).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter(map(len, terms), dtype=np.int64, count=len(terms))
    if not len(text):
        return _none(), _none()
    starts = np.cumsum(lengths) - lengths
    letters = text.astype(np.uint64)
    pairs = np.zeros(len(text), dtype=np.uint64)
    pairs[:-1] = np.uint64(1) << (letters[:-1] * np.uint64(31) + letters[1:] & np.uint64(63))
    pairs[starts + lengths - 1] = 0  # the last letter of a term makes no pair with the next term
    single = np.uint64(1) << (letters & np.uint64(63))
    return np.bitwise_or.reduceat(single, starts), np.bitwise_or.reduceat(pairs, starts)
