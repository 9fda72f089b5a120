"""Text in UTF-8 that somebody read in another encoding: `Ð¡Ð°Ð´` and `РЎР°Рґ` are `Сад`."""

import re

_ENCODINGS = ("cp1252", "cp1251", "koi8-r", "cp866")
LETTERS_LEAST = 2
"""Letters that must come out: a single one may be chance."""
TIMES_MOST = 3
"""How often a text may have been read so."""
_HINT = re.compile(
    r"[ÐÑÃÂÅÄ][\u0080-\u00bf\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u2122]|[РСГВ][\u0080-\u00bf\u0402-\u045f\u2013-\u2122]|[пя][\u2500-\u25a0\u0410-\u044f]|[╨╤├]"
)


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
    if text.isascii() or not _HINT.search(text):
        return None
    for table in _TABLES:
        try:
            better = text.translate(table).encode("latin-1").decode()
        except UnicodeError:
            continue
        if sum(1 for char in better if ord(char) > 0x7F) >= LETTERS_LEAST:
            return better
    return None
