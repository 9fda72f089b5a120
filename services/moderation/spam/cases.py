"""The features of one text as bytes: enough to learn from, and no text."""

import zlib

import numpy as np

from services.moderation.spam.features import BUCKETS, DAMP, SIZE, Rows
from services.moderation.spam.model import FEATURES

_HEAD = 4
_MOST = 1 << 20


def pack(row: Rows) -> bytes:
    """The bytes of a single row."""
    columns = row.shape[0]
    head = bytes([FEATURES, len(columns)]) + len(row.buckets).to_bytes(2, "big")
    return zlib.compress(head + columns.astype("<i4").tobytes() + row.buckets.astype("<i4").tobytes())


def unpack(packed: bytes) -> Rows | None:
    """None for what is damaged or was made for other features."""
    try:
        plain = zlib.decompressobj().decompress(packed, _MOST)
        features, columns, count = plain[0], plain[1], int.from_bytes(plain[2:_HEAD], "big")
        numbers = np.frombuffer(plain, "<i4", columns + count, _HEAD)
    except (ValueError, IndexError, zlib.error):
        return None
    shape, buckets = numbers[:columns], numbers[columns:]
    if features != FEATURES or (numbers < 0).any() or (buckets >= BUCKETS).any() or (shape >= SIZE).any():
        return None
    return Rows(
        buckets.astype(np.int32),
        np.array([0, count], dtype=np.int64),
        np.array([1 / np.sqrt(count + DAMP)]),
        shape.astype(np.int64)[None, :],
    )
