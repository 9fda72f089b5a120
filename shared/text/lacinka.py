"""Belarusian in Latin letters (Łacinka) into Cyrillic, by the instruction of 2007 on place names."""

import re

_SOFT = {"a": "я", "e": "е", "o": "ё", "u": "ю"}
_PAIRS = {
    "dz": "дз", "dž": "дж", "dź": "дзь", "ch": "х", "ś": "сь", "ć": "ць", "ź": "зь", "ń": "нь", "ĺ": "ль",
    "a": "а", "b": "б", "c": "ц", "č": "ч", "d": "д", "e": "э", "f": "ф", "g": "г", "h": "г", "i": "і",
    "j": "й", "k": "к", "l": "л", "ł": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с",
    "š": "ш", "t": "т", "u": "у", "ŭ": "ў", "v": "в", "y": "ы", "z": "з", "ž": "ж",
}  # fmt: skip
_PART = re.compile(r"[ijy][aeou]|dz|dž|dź|ch|\w", re.IGNORECASE)
_MARKS = re.compile(r"[ŭčšžćśźńĺ]|\b(?:vulica|praspiekt|zavulak|prajezd|bulvar)\b", re.IGNORECASE)
_VOWELS = "aeiouy"


def is_lacinka(text: str) -> bool:
    """Whether it has letters or words that other spellings in Latin have not."""
    return bool(_MARKS.search(text))


def to_cyrillic(text: str) -> str:
    """The text in Cyrillic; letters that the alphabet does not have stay."""

    def part(found: re.Match[str]) -> str:
        latin = found.group()
        cyrillic = _cyrillic(latin.lower(), text[found.start() - 1 : found.start()].lower())
        return cyrillic.capitalize() if latin[0].isupper() else cyrillic

    return _PART.sub(part, text)


def _cyrillic(part: str, before: str) -> str:
    """`ja`, or a foreign `ya`, is я anywhere; `ia` is я after a consonant, and after a vowel two vowels."""
    if len(part) == 2 and part[1] in _SOFT:
        return _SOFT[part[1]] if part[0] in "jy" or before not in _VOWELS else "і" + _PAIRS[part[1]]
    return _PAIRS.get(part, part)
