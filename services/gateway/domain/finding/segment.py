"""An immutable part of the index: sorted terms, and for each the entries that have it.

Terms lie sorted, so all terms with one beginning are one slice, and their entries one slice too. An entry is
an item's number times two, plus one where the term stands beside the name and not in it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from services.gateway.domain.finding.slips import Letters

Entries = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
LAST = "\U0010ffff"
"""Sorts behind every letter."""


@dataclass(frozen=True)
class Segment:
    terms: list[str]
    starts: Numbers
    """Where each term's entries begin; one longer than the terms."""
    entries: Entries
    letters: Letters
    items: int
    """How many items went in; decides which segments are merged."""

    @classmethod
    def of(cls, items: Sequence[tuple[int, Sequence[str], Sequence[str]]]) -> "Segment":
        """Of items as number, terms of the name, terms beside it. Numbers must rise."""
        numbers, named, beside = (list(column) for column in zip(*items, strict=True)) if items else ([],) * 3
        flat = [*chain.from_iterable(named), *chain.from_iterable(beside)]
        terms = sorted(set(flat))
        place = {term: number for number, term in enumerate(terms)}
        term = np.fromiter(map(place.__getitem__, flat), dtype=np.int64, count=len(flat))
        entry = np.array(numbers, dtype=np.int64) * 2
        entry = np.concatenate([_repeated(entry, named), _repeated(entry + 1, beside)])
        pairs = np.sort(term << 32 | entry)
        pairs = pairs[_wanted(pairs)]
        sizes = np.bincount(pairs >> 32, minlength=len(terms)).astype(np.int64)
        entries = (pairs & 0xFFFFFFFF).astype(np.uint32)
        return cls(terms, _starts(sizes), entries, Letters.of(terms), len(numbers))

    def exact(self, term: str) -> Entries:
        at = bisect_left(self.terms, term)
        return self._slice(at, at + (at < len(self.terms) and self.terms[at] == term))

    def beginning(self, start: str) -> Entries:
        """The entries of all terms that begin so; the same item may come several times."""
        return self._slice(bisect_left(self.terms, start), bisect_left(self.terms, start + LAST))

    def of_terms(self, numbers: Iterable[int]) -> Entries:
        parts = [self._slice(number, number + 1) for number in numbers]
        return np.concatenate(parts) if parts else self.entries[:0]

    def renumbered(self, new: Numbers) -> "Segment":
        """With new numbers for the items; -1 leaves an item out, and with it terms that nothing else has."""
        numbers = new[self.entries >> 1]
        kept = numbers >= 0
        owner = np.repeat(np.arange(len(self.terms)), np.diff(self.starts))[kept]
        sizes = np.bincount(owner, minlength=len(self.terms)).astype(np.int64)
        used = np.flatnonzero(sizes)
        entries = (numbers[kept] << 1 | (self.entries[kept] & 1)).astype(np.uint32)
        terms = [self.terms[n] for n in used.tolist()]
        return Segment(terms, _starts(sizes[used]), entries, self.letters.take(used), int((new >= 0).sum()))

    @classmethod
    def joined(cls, parts: Sequence["Segment"]) -> "Segment":
        """All in one. Memory copies, but for the terms, which are merged as sorted lists."""
        runs = sorted(chain.from_iterable(part.terms for part in parts))  # sorted merges runs that are sorted
        terms = list(dict.fromkeys(runs))
        place = {term: number for number, term in enumerate(terms)}
        owners = [_numbers(map(place.__getitem__, part.terms), len(part.terms)) for part in parts]
        sizes = np.zeros(len(terms), dtype=np.int64)
        for part, owner in zip(parts, owners, strict=True):
            sizes[owner] += np.diff(part.starts)
        starts = _starts(sizes)
        entries = np.empty(int(starts[-1]), dtype=np.uint32)
        free = starts[:-1].copy()
        for part, owner in zip(parts, owners, strict=True):
            own = np.diff(part.starts)
            shift = np.repeat(free[owner] - part.starts[:-1], own)
            entries[np.arange(len(part.entries)) + shift] = part.entries
            free[owner] += own
        letters = Letters.joined([part.letters for part in parts], owners, len(terms))
        return cls(terms, starts, entries, letters, sum(part.items for part in parts))

    def _slice(self, first: int, end: int) -> Entries:
        return self.entries[int(self.starts[first]) : int(self.starts[end])]


def _numbers(numbers: Iterable[int], count: int) -> Numbers:
    return np.fromiter(numbers, dtype=np.int64, count=count)


def _repeated(entries: Numbers, terms: Sequence[Sequence[str]]) -> Numbers:
    """Each entry as often as its item has terms."""
    return np.repeat(entries, np.fromiter(map(len, terms), dtype=np.int64, count=len(terms)))


def _wanted(pairs: Numbers) -> Mask:
    """Of sorted pairs of term and entry, each once, and none `beside` an item that has it in its name too."""
    wanted = np.ones(len(pairs), dtype=np.bool_)
    wanted[1:] = np.diff(pairs) > (pairs[1:] & 1)
    return wanted


def _starts(sizes: Numbers) -> Numbers:
    starts = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=starts[1:])
    return starts
