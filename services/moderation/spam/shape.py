"""What a text looks like from afar: how long, how loud, in which alphabets, with how many links.

Each feature is a level; a row has exactly one column for each feature. Counted for a whole batch at once.
"""

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.moderation.spam.clean import HOUR, LINK, MENTION, MONEY, PHONE

NAMES = (
    "length", "words", "capitals", "emoji", "mixed", "mixed_share", "links", "mentions", "money", "phones",
    "hours", "exclaims", "questions", "latin", "digits", "hidden",
)  # fmt: skip
LEVELS = 16
SHAPE_SIZE = len(NAMES) * LEVELS

_UPPER, _LOWER, _LATIN, _CYRILLIC, _OTHER, _DIGIT, _EMOJI, _GAP = (1 << bit for bit in range(8))
_SINGLE = {LINK: "links", MENTION: "mentions", PHONE: "phones", HOUR: "hours", MONEY: "money"}


def _class(code: int) -> int:
    """Bits that say what a character is. A Latin i counts for no alphabet: Belarusians type it for theirs."""
    char = chr(code)
    if char.isspace() or code < 32:
        return _GAP
    if char.isdigit():
        return _DIGIT
    if char.isalpha():
        case = _UPPER if char.isupper() else _LOWER
        if char in "iIіІ":
            return case
        name = unicodedata.name(char, "")
        latin, cyrillic = name.startswith("LATIN"), name.startswith("CYRILLIC")
        return case | (_LATIN if latin else _CYRILLIC if cyrillic else _OTHER)
    return _EMOJI if unicodedata.category(char) == "So" else 0


_TABLE = np.array([_class(code) for code in range(0x3000)] + [0], dtype=np.uint8)


def shapes(texts: Sequence[str], hidden: Sequence[int]) -> NDArray[np.int64]:
    """Columns of each text's features, counted from 0; shape (texts, features)."""
    padded = [f"{text}\n" for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), dtype="<u4").astype(np.int64)
    ends = np.cumsum([len(text) for text in padded])
    starts = np.concatenate([[0], ends[:-1]]).astype(np.int64)
    kinds = _TABLE[np.minimum(codes, len(_TABLE) - 1)]
    kinds[(codes >= 0x1F000) & (codes < 0x1FC00)] = _EMOJI

    def count(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.add.reduceat(flags.astype(np.int64), starts)

    letters = count((kinds & (_UPPER | _LOWER)) > 0)
    words, mixed = _words(kinds, starts)
    some = np.maximum(letters, 1)
    levels = {
        "length": _log(ends - starts - 1),
        "words": _log(words),
        "capitals": 10 * count((kinds & _UPPER) > 0) // some,
        "emoji": _log(count(kinds == _EMOJI)),
        "mixed": _log(mixed),
        "mixed_share": 6 * mixed // np.maximum(words, 1),
        "exclaims": _log(count(codes == ord("!"))),
        "questions": _log(count(codes == ord("?"))),
        "latin": 5 * count((kinds & _LATIN) > 0) // some,
        "digits": _log(count(kinds == _DIGIT)),
        "hidden": _log(np.array(hidden, dtype=np.int64)),
    }
    levels |= {name: _log(count(codes == ord(char))) for char, name in _SINGLE.items()}
    columns = [np.minimum(levels[name], LEVELS - 1) + at * LEVELS for at, name in enumerate(NAMES)]
    return np.stack(columns, axis=1)


def _log(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """0 for none, then 1, 2 to 3, 4 to 7 and so on."""
    return np.where(counts > 0, np.floor(np.log2(np.maximum(counts, 1))) + 1, 0).astype(np.int64)


def _words(
    kinds: NDArray[np.uint8], starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Words of each text, and those in which alphabets are mixed."""
    letter = (kinds & (_UPPER | _LOWER)) > 0
    begins = np.flatnonzero(letter & ~np.concatenate([[False], letter[:-1]]))
    words, mixed = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    if begins.size:
        # Up to the next word there is nothing but characters without an alphabet, so they add nothing.
        bits = np.bitwise_or.reduceat(kinds, begins) & (_LATIN | _CYRILLIC | _OTHER)
        of = np.searchsorted(starts, begins, side="right") - 1
        words = np.bincount(of, minlength=len(starts))
        mixed = np.bincount(of[(bits & (bits - 1)) > 0], minlength=len(starts))
    return words, mixed
