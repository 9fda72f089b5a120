"""One way in for names and descriptions: what is left can be shown anywhere without harm."""

import html
import unicodedata
from functools import lru_cache

from shared.contracts.listings import NAME_LENGTH

ZERO_WIDTH_JOINER = "\u200d"
EMOJI_VARIATION = "\ufe0f"
MARKS_MOST = 2
"""Combining marks kept on one character: enough for letters and keycaps, too few to cover the next line."""

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that are drawn as nothing: Hangul fillers, the empty Braille pattern."""
_IGNORED = frozenset({0x034F, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0xFE00, 0xFE0F)})
"""Marks with no look of their own (Unicode's Default_Ignorable_Code_Point) that are not format characters."""
_IGNORED_SUPPLEMENT = range(0xE0000, 0xE1000)
_PICTOGRAPHS = range(0x1F300, 0x1FB00)
"""Blocks that every new Unicode fills with emoji: newer ones than Python knows are kept."""


def clean_name(text: str, limit: int | None = NAME_LENGTH) -> str:
    """A name on one line: see `clean_text`. Empty when nothing that can be seen is left."""
    return clean_text(text, limit)


def clean_text(text: str, limit: int | None = None) -> str:
    """Text on one line, NFC, without what cannot be seen or what turns its neighbours around.

    Removed: control and format characters (bidirectional overrides, zero width), private use, unassigned,
    surrogates, more than two combining marks on one character. Every kind of space becomes one plain space.
    The joiners inside emoji stay. Longer text is cut to `limit` code points, never inside a visible
    character. Cleaning twice changes nothing.
    """
    kept = _drop_invisible(unicodedata.normalize("NFC", text))
    line = unicodedata.normalize("NFC", " ".join(kept.split()))
    return line if limit is None or len(line) <= limit else _cut(line, limit)


def decode_entities(text: str) -> str:
    """HTML entities decoded once, for files written by web pages; `&amp;lt;` becomes `&lt;` and stays so."""
    return html.unescape(text)


def _drop_invisible(text: str) -> str:
    out: list[str] = []
    marks = 0
    for index, char in enumerate(text):
        treated = _joiner(text, index, out) if char in (ZERO_WIDTH_JOINER, EMOJI_VARIATION) else _treat(char)
        if not treated:
            continue
        is_mark = unicodedata.category(treated) in {"Mn", "Me"}
        marks = marks + 1 if is_mark else 0
        if marks > MARKS_MOST or (is_mark and (not out or out[-1] == " ")):
            continue
        out.append(treated)
    return "".join(out)


def _joiner(text: str, index: int, out: list[str]) -> str:
    """An emoji's joiner or colour sign stays where it has an emoji to work on."""
    char = text[index]
    if not out or not _carries(out[-1]):
        return ""
    if char == EMOJI_VARIATION:
        return char if out[-1] != EMOJI_VARIATION else ""
    return char if text[index + 1 : index + 2] and _is_symbol(text[index + 1]) else ""


def _carries(char: str) -> bool:
    return char == EMOJI_VARIATION or _is_symbol(char) or char in "#*0123456789"


@lru_cache(maxsize=4096)
def _is_symbol(char: str) -> bool:
    return unicodedata.category(char) in {"So", "Sk", "Sm", "Po"} or ord(char) in _PICTOGRAPHS


@lru_cache(maxsize=16384)
def _treat(char: str) -> str:
    """The character itself, a space in its place, or nothing."""
    code = ord(char)
    if code in _IGNORED or code in _IGNORED_SUPPLEMENT:
        return ""
    category = unicodedata.category(char)
    if char in _BLANK or category[0] == "Z" or char in "\t\n\v\f\r\x85":
        return " "
    if category == "Cn":
        return char if code in _PICTOGRAPHS else ""
    return "" if category[0] == "C" else char


def _cut(text: str, limit: int) -> str:
    """At most `limit` code points, ending where a visible character ends."""
    end = limit
    while end > 0 and _continues(text, end):
        end -= 1
    return text[:end].rstrip()


def _continues(text: str, at: int) -> bool:
    """Whether cutting before `at` would cut a visible character in two."""
    if at >= len(text):
        return False
    char, before = text[at], text[at - 1]
    if ZERO_WIDTH_JOINER in {before, char} or unicodedata.category(char)[0] == "M":
        return True
    if 0x1F3FB <= ord(char) <= 0x1F3FF:  # skin tones
        return True
    return _regional(char) and _regionals_before(text, at) % 2 == 1


def _regional(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _regionals_before(text: str, at: int) -> int:
    """Length of the run of regional indicators (pairs of which are flags) that ends before `at`."""
    start = at
    while start > 0 and _regional(text[start - 1]):
        start -= 1
    return at - start
