"""Texts as sparse rows of features, computed for a whole batch at once with NumPy.

A row is the set of buckets in which its n-grams fall: 2 to 5 characters of both views, one and two words of
the drawn view; and a few shape features in buckets of their own behind them. Nothing is stored per n-gram,
so a model has one size however many samples it saw.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.moderation.spam.clean import Views, views
from services.moderation.spam.shape import SHAPE_SIZE, shapes

BITS = 18
BUCKETS = 1 << BITS
SHAPE_AT = BUCKETS
"""First bucket of the shape features; the constant feature stands behind them."""
CONSTANT = SHAPE_AT + SHAPE_SIZE
SIZE = CONSTANT + 1
SHORTEST, LONGEST = 2, 5
DAMP = 20.0
"""Added to a row's number of n-grams before its length is normalised, so that few letters say less."""
SHAPE_VALUE = 0.1
BATCH = 256

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Unsigned = NDArray[np.uint64]
_DRAWN = True
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_SALT_PLAIN, _SALT_DRAWN, _SALT_WORD, _SALT_PAIR = (
    np.uint64(n * 0xA0761D6478BD642F % 2**64) for n in (1, 2, 3, 4)
)


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
    keys = np.concatenate([(gram.rows << np.uint64(BITS)) | gram.buckets for gram in grams(seen)])
    keys.sort()
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if keys.size else keys
    rows = (keys >> np.uint64(BITS)).astype(np.int64)
    lengths = np.bincount(rows, minlength=len(seen))
    return Rows(
        (keys & np.uint64(BUCKETS - 1)).astype(np.int32),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        1 / np.sqrt(lengths + DAMP),
        shapes([one.written for one in seen], [one.hidden for one in seen]) + SHAPE_AT,
    )


class Grams(NamedTuple):
    """N-grams of one kind in a batch: the row and bucket of each, and where it stands in the view's texts
    laid one after the other. Words have the size 0, pairs of words the size -1: they end with a word.
    """

    drawn: bool
    size: int
    starts: Ints
    rows: Unsigned
    buckets: Unsigned


def grams(seen: Sequence[Views]) -> Iterator[Grams]:
    """All n-grams of some cleaned texts, kind by kind."""
    yield from _of_view([one.plain for one in seen], drawn=False)
    yield from _of_view([one.drawn for one in seen], drawn=True)


def _of_view(texts: Sequence[str], *, drawn: bool) -> Iterator[Grams]:
    codes = codes_of(texts)
    row = np.repeat(np.arange(len(texts), dtype=np.uint64), [len(text) for text in texts])
    with np.errstate(over="ignore"):
        rolled = codes * _MIX + (_SALT_DRAWN if drawn else _SALT_PLAIN)
        for size in range(SHORTEST, LONGEST + 1):
            rolled = rolled[:-1] * _BASE + codes[size - 1 :] * _MIX
            within = np.flatnonzero(row[: len(rolled)] == row[size - 1 :])
            yield Grams(drawn, size, within, row[within], _bucket(rolled[within]))
        if drawn:
            yield from _words(codes, row)


def codes_of(texts: Sequence[str]) -> Unsigned:
    """Code points of all texts, one after the other."""
    return np.frombuffer("".join(texts).encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)


def _words(codes: Unsigned, row: Unsigned) -> Iterator[Grams]:
    """Single words and pairs of neighbours; a word is what stands between spaces."""
    gap = codes <= 32
    starts = np.flatnonzero(~gap & np.concatenate([[True], gap[:-1]]))
    if not starts.size:
        return
    inside = np.flatnonzero(~gap)
    first = np.searchsorted(inside, starts)
    place = inside - np.repeat(starts, np.diff(np.append(first, len(inside))))
    word = np.add.reduceat(_scramble((codes[inside] + place.astype(np.uint64) * _BASE) * _MIX), first)
    of = row[starts]
    yield Grams(_DRAWN, 0, starts, of, _bucket(word + _SALT_WORD))
    pair = np.flatnonzero(of[1:] == of[:-1])
    yield Grams(
        _DRAWN, -1, starts[pair], of[pair], _bucket((word[:-1] * _BASE + word[1:] + _SALT_PAIR)[pair])
    )


def _scramble(values: Unsigned) -> Unsigned:
    values = (values ^ (values >> np.uint64(32))) * _MIX
    return values ^ (values >> np.uint64(29))


def _bucket(hashed: Unsigned) -> Unsigned:
    return _scramble(hashed) >> np.uint64(64 - BITS)
