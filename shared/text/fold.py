"""Folding for search: Belarusian, Russian and Latin spellings of a name meet in one form."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "h", "д": "d", "е": "e", "ё": "e", "є": "e", "ж": "z",
    "з": "z", "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "h", "ц": "c", "ч": "c",
    "ш": "s", "щ": "sc", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
"""To the coarsest Latin: г and х meet in h because Belarusian Latin has Hrodna where Russian has Grodno."""
_LATIN = {
    "shch": "sc", "sch": "sc", "zh": "z", "kh": "h", "sh": "s", "ch": "c", "ts": "c", "tz": "c",
    "ya": "ia", "ja": "ia", "yu": "iu", "ju": "iu", "ye": "e", "je": "e", "yo": "e", "jo": "e",
    "g": "h", "y": "i", "j": "i", "w": "v", "q": "k", "x": "ks", "ł": "l", "đ": "d", "ø": "o", "æ": "e",
}  # fmt: skip
_LATIN_PARTS = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))
_LATIN_LETTERS = re.compile(r"[a-złđøæ]+")
_APOSTROPHES = re.compile("['’ʼ`′‘\u0301]")
"""Signs inside Belarusian words, and the stress mark."""
_APART = re.compile(r"[^a-z0-9]+")
_APART_IN_LINE = re.compile(r"[^a-z0-9\n]+")
_DOUBLED = re.compile(r"([a-z])\1+")


def fold(text: str) -> str:
    """Words of lower-case Latin letters and digits, one space between: what search compares.

    Case, accents, і/и, ў/у, ё/е, г/х, ы/и, soft signs, apostrophes, doubled letters and the usual ways to
    write Cyrillic in Latin are folded together; digits stay as they are. Letters of other scripts are kept
    only where Unicode decomposes them into Latin, except that words without any become empty.
    """
    words = text.split()
    return " ".join(filter(None, [_known(word) if word.isalpha() else _fold(word) for word in words]))


def _fold(text: str) -> str:
    if text.isascii():
        if text.isdigit():
            return text
        plain = text.lower().translate(_NO_APOSTROPHES)
        spelled = _LATIN_LETTERS.sub(_fold_latin, plain)
    else:
        text = unicodedata.normalize("NFKC", text.replace("№", " "))
        spelled = _LATIN_LETTERS.sub(_fold_latin, text.casefold().translate(_PLAIN)).translate(_SPELLED)
    return _DOUBLED.sub(_once, _APART.sub(" ", spelled).strip())


def fold_words(words: Sequence[str]) -> list[str]:
    """`fold` of each of many words without spaces, at a fraction of the time: they are folded as one text."""
    plain = [word for word in words if word.isascii()]
    other = [word for word in words if not word.isascii()]
    folded = dict(zip([*plain, *other], [*_fold_lines(plain), *_fold_lines(other)], strict=True))
    return [folded[word] for word in words]


def _fold_lines(words: list[str]) -> list[str]:
    """Like `_fold` of each; what is put together or taken away there never reaches beyond a line's end."""
    if not words:
        return []
    text = "\n".join(words)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.replace("№", " "))
    spelled = _LATIN_PARTS.sub(_latin_part, text.casefold().translate(_PLAIN)).translate(_SPELLED)
    lines = [line.strip() for line in _APART_IN_LINE.sub(" ", spelled).split("\n")]
    return once("\n".join(lines), ord("a"), ord("z")).split("\n")


def once(text: str, first: int, last: int) -> str:
    """A text of ASCII with one of each run of the same letter, if it lies between the first and the last."""
    letters = np.frombuffer(text.encode(), dtype=np.uint8)
    kept = np.ones(len(letters), dtype=np.bool_)
    kept[1:] = (letters[1:] != letters[:-1]) | (letters[1:] < first) | (letters[1:] > last)
    return letters[kept].tobytes().decode()


def _once(doubled: re.Match[str]) -> str:
    return doubled[1]


_known = lru_cache(16_384)(_fold)
"""Names of chats and areas are made of few words."""


class _Plain(dict[int, str]):
    """By character, without marks and apostrophes; what was asked is kept, for names repeat their letters."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        parts = unicodedata.normalize("NFKD", char)
        plain = "" if _APOSTROPHES.match(char) else "".join(c for c in parts if not unicodedata.combining(c))
        self[code] = plain
        return plain


_PLAIN = _Plain()
_NO_APOSTROPHES = str.maketrans("", "", "'`")
_SPELLED = str.maketrans(_CYRILLIC)


def _fold_latin(run: re.Match[str]) -> str:
    return _LATIN_PARTS.sub(_latin_part, run.group())


def _latin_part(part: re.Match[str]) -> str:
    return _LATIN[part.group()]
