"""Text that was read in another encoding: `Ð¡Ð°Ð´`, `РЎР°Рґ`, `Ñàä`, `%D0%A1%D0%B0%D0%B4` are `Сад`."""

import re
from math import inf
from urllib.parse import unquote

_ENCODINGS = ("cp1252", "cp1251", "koi8-r", "cp866")
LETTERS_LEAST = 2
"""Letters that must come out: a single one may be chance."""
TIMES_MOST = 3
"""How often a text may have been read so."""
_HINT = re.compile(
    r"[ÐÑÃÂÅÄ][\u0080-\u00bf\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u2122]|[РСГВ][\u0080-\u00bf\u0402-\u045f\u2013-\u2122]|[пя][\u2500-\u25a0\u0410-\u044f]|[╨╤├]"
)

_LATIN = re.compile(
    "(?<![A-Za-z])[\u00c0-\u00ff\u00a8\u00b8\u00af\u00bf\u00a1\u00a2\u00b2\u00b3]{3,}(?![A-Za-z])"
)
"""A word of accented letters only, which no language has."""
_INVERTED = re.compile("\\b[а-яё][А-ЯЁ]{2,}")
"""Capitals behind a small letter: KOI8 has them the other way round than Windows."""
_CYRILLIC = re.compile("[\u0400-\u04ff]+")
_BOTH = re.compile("[a-hj-zA-HJ-Z][\u0400-\u04ff]|[\u0400-\u04ff][a-hj-zA-HJ-Z]")
_FREQUENT = "оаеинтсрвлкмдпуяыіьгзбчйўхжшюцщэфєїґъё"
"""Letters of our languages, the most frequent first."""
RARER_LEAST = 2.0
"""How much rarer the letters of a text must be on the average than those of its other reading."""
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}){4,}")


def _back(codec: str) -> dict[int, int]:
    """From characters to the bytes that they were, those too that the codec does not know."""
    table = {}
    for byte in range(0x80, 0x100):
        char = bytes([byte]).decode(codec, "replace")
        table[ord(chr(byte) if char == "\ufffd" else char)] = byte
    return table


_TABLES = [_back(codec) for codec in _ENCODINGS]


def mended(text: str) -> str:
    """The text as it was meant; itself where it is not of this kind."""
    for _ in range(TIMES_MOST):
        better = _once(text)
        if better is None:
            break
        text = better
    return text


def _once(text: str) -> str | None:
    if text.isascii():
        return _unquoted(text) if _PERCENT.search(text) else None
    return _twice(text) if _HINT.search(text) else _of_one_byte(text)


def _unquoted(text: str) -> str | None:
    try:
        return unquote(text, errors="strict")
    except UnicodeError:
        return None


def _twice(text: str) -> str | None:
    """UTF-8 that was read as an encoding of one byte a letter."""
    for table in _TABLES:
        try:
            better = text.translate(table).encode("latin-1").decode()
        except UnicodeError:
            continue
        if sum(1 for char in better if ord(char) > 0x7F) >= LETTERS_LEAST:
            return better
    return _of_one_byte(text)


def _of_one_byte(text: str) -> str | None:
    """Cyrillic that was read as Latin, or KOI8 as Windows; taken where all words come out as words."""
    latin, windows = _TABLES[:2]
    if _LATIN.search(text):
        readings = [(latin, "cp1251"), (latin, "koi8-r")]
    elif _INVERTED.search(text):
        readings = [(windows, "koi8-r")]
    else:
        return None
    for table, codec in readings:
        try:
            better = text.translate(table).encode("latin-1").decode(codec)
        except UnicodeError:
            continue
        if _is_words(better) and _rarity(better) + RARER_LEAST < _rarity(text):
            return better
    return None


def _is_words(text: str) -> bool:
    found = _CYRILLIC.findall(text)
    cased = all(word.islower() or word.isupper() or word.istitle() for word in found)
    return cased and not _BOTH.search(text)


def _rarity(text: str) -> float:
    """The average place of its Cyrillic letters in the order of their frequency; infinite without any."""
    places = [_FREQUENT.find(char) for char in "".join(_CYRILLIC.findall(text)).casefold()]
    return sum(place if place >= 0 else len(_FREQUENT) for place in places) / len(places) if places else inf
