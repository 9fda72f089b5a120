"""Texts as sparse rows of features, computed for a whole batch at once with NumPy.

A row is the set of buckets in which its n-grams fall: 2 to 5 characters of the drawn view; behind them those
of its stems, the first 4 and 5 characters of each word; and a few shape features. Nothing is stored per
n-gram, so a model has one size however many samples it saw.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.moderation.spam.clean import Views, views
from services.moderation.spam.shape import SHAPE_SIZE, shapes

BITS, STEM_BITS = 18, 16
STEMS_AT = 1 << BITS
"""First bucket of the stems."""
BUCKETS = STEMS_AT + (1 << STEM_BITS)
SHAPE_AT = BUCKETS
"""First bucket of the shape features; the constant feature stands behind them."""
CONSTANT = SHAPE_AT + SHAPE_SIZE
SIZE = CONSTANT + 1
SHORTEST, LONGEST = 2, 5
STEMS = (4, 5)
DAMP = 20.0
"""Added to a row's number of n-grams before its length is normalised, so that few letters say less."""
SHAPE_VALUE = 0.07
BATCH = 256
"""Texts encoded at once; row and bucket of an n-gram share 32 bits, so no more."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Unsigned = NDArray[np.uint32]
_BASE, _MIX = np.uint32(0x9E3779B1), np.uint32(0xD6E8FEB9)
_KEY_BITS = np.uint32(BITS + 1)
_IN_KEY = np.uint32((1 << (BITS + 1)) - 1)
_SIGNS = range(0xE001, 0xE006)
_IN_WORD = np.array([chr(code).isalnum() or code in _SIGNS for code in range(0x10000)] + [False])
"""By code point: whether it is part of words; what stands above the first plane is mostly emoji."""


class Rows(NamedTuple):
    """Sparse rows: row i has `buckets[starts[i]:starts[i + 1]]`, each once, at the value `scale[i]`; and the
    columns `shape[i]` at SHAPE_VALUE.
    """

    buckets: NDArray[np.int32]
    starts: Ints
    scale: Floats
    shape: Ints

    @property
    def total(self) -> int:
        return len(self.scale)


def encode(texts: Sequence[str]) -> Rows:
    """The rows of some texts, in their order."""
    return encode_seen([views(text) for text in texts])


def encode_seen(seen: Sequence[Views]) -> Rows:
    """The same for texts that are cleaned already."""
    return join([_encode(seen[at : at + BATCH]) for at in range(0, len(seen), BATCH)])


def part(rows: Rows, first: int, last: int) -> Rows:
    """The rows from `first` up to, not including, `last`."""
    starts = rows.starts[first : last + 1]
    buckets = rows.buckets[starts[0] : starts[-1]]
    return Rows(buckets, starts - starts[0], rows.scale[first:last], rows.shape[first:last])


def join(parts: Sequence[Rows]) -> Rows:
    """Rows of several batches as one."""
    if not parts:
        return Rows(np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0), np.zeros((0, 1), np.int64))
    lengths = np.concatenate([np.diff(part.starts) for part in parts])
    return Rows(
        np.concatenate([part.buckets for part in parts]),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate([part.scale for part in parts]),
        np.concatenate([part.shape for part in parts]),
    )


def _encode(seen: Sequence[Views]) -> Rows:
    keys = np.concatenate([(gram.rows << _KEY_BITS) | gram.buckets for gram in grams(seen)])
    keys.sort()
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if keys.size else keys
    lengths = np.bincount(keys >> _KEY_BITS, minlength=len(seen))
    return Rows(
        (keys & _IN_KEY).astype(np.int32),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        1 / np.sqrt(lengths + DAMP),
        shapes([one.written for one in seen], [one.hidden for one in seen]) + SHAPE_AT,
    )


class Grams(NamedTuple):
    """N-grams of one kind in a batch: the row and bucket of each, and where it stands in the drawn texts laid
    one after the other. `stem`: they start words; a word that is shorter is its own stem.
    """

    size: int
    starts: Ints
    rows: Unsigned
    buckets: Unsigned
    stem: bool = False


def grams(seen: Sequence[Views]) -> Iterator[Grams]:
    """All n-grams of some cleaned texts, at most BATCH of them, kind by kind."""
    texts = [one.drawn for one in seen]
    codes = codes_of(texts)
    row = np.repeat(np.arange(len(texts), dtype=np.uint32), [len(text) for text in texts])
    rolled = codes * _MIX
    mixed = rolled
    for size in range(SHORTEST, LONGEST + 1):
        rolled = rolled[:-1] * _BASE + mixed[size - 1 :]
        within = np.flatnonzero(row[: len(rolled)] == row[size - 1 :])
        buckets = _bucket(rolled[within] + np.uint32(size), BITS)
        yield Grams(size, within, row[within], buckets)
    yield from _stems(codes, row)


def codes_of(texts: Sequence[str]) -> Unsigned:
    """Code points of all texts, one after the other."""
    return np.frombuffer("".join(texts).encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint32)


def _stems(codes: Unsigned, row: Unsigned) -> Iterator[Grams]:
    """How each word begins; a word is a run of letters, digits and our own signs."""
    inside = _IN_WORD[np.minimum(codes, 0x10000)]
    starts = np.flatnonzero(inside & np.concatenate([[True], ~inside[:-1]]))
    hashed, going = np.zeros(len(starts), np.uint32), np.ones(len(starts), np.bool_)
    for at in range(max(STEMS)):
        place = np.minimum(starts + at, len(codes) - 1)
        going = going & inside[place]
        hashed = np.where(going, hashed * _BASE + codes[place] * _MIX, hashed)
        if at + 1 in STEMS:
            buckets = _bucket(hashed + np.uint32(at + 1), STEM_BITS) + np.uint32(STEMS_AT)
            yield Grams(at + 1, starts, row[starts], buckets, stem=True)


def _bucket(hashed: Unsigned, bits: int) -> Unsigned:
    """The upper bits of a finalised hash (the finaliser of MurmurHash3)."""
    hashed = (hashed ^ (hashed >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashed = (hashed ^ (hashed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return (hashed ^ (hashed >> np.uint32(16))) >> np.uint32(32 - bits)
