"""Look-alikes: texts that a person cannot tell apart get the same skeleton.

The idea is that of Unicode's UTS 39; the table is our own and small: the letters of Cyrillic, Greek,
Armenian, Cherokee and Latin that are drawn like a Latin letter or a digit in common fonts.
"""

import re
import unicodedata
from functools import lru_cache

_DRAWN_LIKE = {
    "a": "аɑαᴀⲁӑ", "b": "вьᏼʙƅ", "c": "сϲᴄⅽҁ", "d": "ԁᏧɗᴅ", "e": "еєҽᴇ℮", "f": "ғϝꜰſ", "g": "ɡցɢ",
    "h": "нһհʜ", "j": "јϳյᴊ", "k": "кκᴋқ", "l": "iіıɩιlӏ1|!׀ɪʟⅼ", "m": "мᴍⅿ", "n": "пηոɴ", "o": "оοօσ0ᴏ",
    "p": "рρᴘ", "q": "ԛզգ", "r": "гᴦʀ", "s": "ѕꜱʂ", "t": "тτᴛ", "u": "υսᴜ", "v": "νѵᴠ", "w": "шѡԝωᴡ",
    "x": "хχҳ", "y": "уүγʏў", "z": "ᴢʐ", "3": "зӡʒ", "4": "ч", "6": "б",
    "ae": "æӕ", "oe": "œ",
}  # fmt: skip
_PLAIN = {other: plain for plain, others in _DRAWN_LIKE.items() for other in others}
_PLAIN |= {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ƒ": "f"}
_CAPITALS = {
    "Η": "h", "Ν": "n", "Ρ": "p", "Υ": "y", "Χ": "x", "Ζ": "z", "Μ": "m", "Β": "b", "Τ": "t", "Ι": "l",
    "Տ": "s", "Լ": "l", "Օ": "o", "Ս": "u", "Հ": "h",
    "Ꭰ": "d", "Ꭱ": "r", "Ꭲ": "t", "Ꭺ": "a", "Ꭻ": "j", "Ꭼ": "e", "Ꮃ": "w", "Ꮇ": "m", "Ꮋ": "h", "Ꮐ": "g",
    "Ꮓ": "z", "Ꮢ": "r", "Ꮪ": "s", "Ꮩ": "v", "Ꮮ": "l", "Ꮯ": "c", "Ꮲ": "p", "Ꮶ": "k",
}  # fmt: skip
"""Capitals whose small letter looks like something else, so they are told apart before the case is folded."""
_ENCLOSED = ((0x1F150, 26), (0x1F170, 26), (0x1F1E6, 26))
"""White letters on black circles and squares, and the letters of flags: Unicode does not decompose them."""
_WORDS = re.compile(r"[^\W_]+")
_PAIRS = (("rn", "m"), ("vv", "w"))
_SCRIPTS = frozenset(
    {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "GEORGIAN", "HEBREW", "ARABIC"}
)


def skeleton(text: str) -> str:
    """What the text looks like: equal for texts drawn alike, whatever script, case or accents they use.

    Only for comparing, never for showing. Spaces and punctuation stay, invisible characters go.
    """
    if len(_TABLE) > _TABLE_MOST:
        _TABLE.clear()
    drawn = unicodedata.normalize("NFKC", text).translate(_TABLE)
    for pair, single in _PAIRS:
        drawn = drawn.replace(pair, single)
    return " ".join(drawn.split())


def has_mixed_scripts(text: str) -> bool:
    """Whether some word mixes letters of different scripts, as `Мiнск` with a Latin i does.

    A hint, not a proof: people in Belarus do type a Latin i for the Cyrillic one. Words of one script each
    in one text are not mixed.
    """
    words = _WORDS.findall(unicodedata.normalize("NFC", text))
    return any(len({script for char in word if (script := _script(char))}) > 1 for word in words)


class _Plain(dict[int, str]):
    """What each character looks like, as it is met."""

    def __missing__(self, code: int) -> str:
        return self.setdefault(code, _plain(chr(code)))


_TABLE = _Plain()
_TABLE_MOST = 20_000
"""Distinct characters remembered; somebody who sends every character there is does not fill the memory."""


def _plain(char: str) -> str:
    if char in _CAPITALS:
        return _CAPITALS[char]
    code = ord(char)
    for start, count in _ENCLOSED:
        if start <= code < start + count:
            return _plain(chr(ord("a") + code - start))
    return "".join(_bare(part) for part in unicodedata.normalize("NFKD", char.casefold()))


def _bare(char: str) -> str:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Cc", "Mn", "Me"} - _spaces(char):
        return ""
    return _PLAIN.get(char, char)


def _spaces(char: str) -> set[str]:
    """Tabs and line ends are control characters, but they part words."""
    return {"Cc"} if char.isspace() else set()


@lru_cache(maxsize=8192)
def _script(char: str) -> str | None:
    if not char.isalpha():
        return None
    first = unicodedata.name(char, "").partition(" ")[0]
    return first if first in _SCRIPTS else None
