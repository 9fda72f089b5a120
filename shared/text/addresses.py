"""Addresses as people write them: a street, a house, its building. For the gazetteer and for search.

A flat, an entrance or a floor is never part of an address here: it is cut off before anything is kept.
"""

import html
import re
import unicodedata
from dataclasses import dataclass

from shared.contracts.streets import StreetType
from shared.text.fold import fold
from shared.text.sounds import sound

_TYPE_WORDS: dict[StreetType, str] = {
    StreetType.STREET: "улица улицы улице улицу ул вуліца вуліцы вул vulica vulitsa ulica ulitsa street str",
    StreetType.AVENUE: "проспект проспекта просп пр прасп праспект праспекта prospekt praspiekt avenue ave",
    StreetType.LANE: "переулок переулка пер завулак завулка зав pereulok zavulak lane",
    StreetType.BOULEVARD: "бульвар бульвара бул бр bulvar boulevard",
    StreetType.ROAD: "тракт тракта trakt",
    StreetType.HIGHWAY: "шоссе шаша шашы shosse",
    StreetType.SQUARE: "площадь площади пл плошча плошчы ploshchad ploshcha square",
    StreetType.DRIVE: "проезд проезда праезд праезда proezd prajezd",
    StreetType.EMBANKMENT: "набережная набережной наб набярэжная nabierežnaja embankment",
}
TYPES: dict[str, StreetType] = {
    fold(word): kind for kind, words in _TYPE_WORDS.items() for word in words.split()
}
"""By folded word."""
_JOINED = (
    (re.compile(r"\bпр(?:осп)?-(?:к?та?)\b"), "проспект"),
    (re.compile(r"\bб(?:ул)?-ра?\b"), "бульвар"),
    (re.compile(r"\bпр-да?\b"), "проезд"),
    (re.compile(r"([^\W\d_]{4})(?=\d)"), r"\1 "),
)
_AROUND = re.compile(
    r"\b(?:г\.?\s*|город\s+)?(?:минска?|мінска?|minsk|республика беларусь|беларусь|belarus|рб|by)\b\.?"
    r"|\b2[0-4]\d{4}\b|\([^)]*(?:\)|$)"
)
"""City, country, postcode of Belarus, and what stands in brackets."""
_QUOTES = re.compile(r"[\"“”„«»]|''")
_WITHIN = re.compile(
    r"[\s,.;-]*(?:(?<=\d),\s*\d+\s*(?=п)|\s\d+\s*-?(?:й|я|ый|ой|ы|st|nd)\.?\s*|(?<=\s)\d+-(?=п)|-)?"
    r"(?<![^\W\d_])(?:кв(?:артира|\.|\s|(?=\d))|под[ъь]езд|под(?:\.|\s|$)|пад'езд|п(?:\.|\s|\d|$)|этаж|эт\.|паверх|"
    r"пом(?:ещение|\.|\s)|офис|оф\.|flat\b|apt\b|entrance\b).*"
)
"""From here on it is about a part of the house."""
_HOUSE = re.compile(
    r"(?:\bд(?:ом|\.)?\s*|№\s*|(?<![\w/-]))(\d{1,3})(?!\d)(?:\s?([а-зa-h])(?![^\W\d_]))?"
    r"(?:\s*/\s*(\d{1,2})(?!\d)([а-дa-d](?![^\W\d_]))?"
    r"|\s*,?\s*(?:корпус|корп|кор|к|k|b)\s*\.?\s*(\d{1,2})(?!\d)([а-дa-d](?![^\W\d_]))?"
    r"|-(\d)(?!\d)|\s+(\d{1,2})$)?"
)
_ORDINAL = re.compile(
    r"\d+(?:-?(?:й|я|е|ы|і|ый|ий|ая|яя|ой|га|го|гі|ого|st|nd|rd|th)(?=\s+[^\W\d_]{3})"
    r"|\s+(?:лет|год|гадо|янв|февр|март|мая|июн|июл|авг|сент|окт|ноя|дек|студ|лют|сакав|крас|чэрв|ліп|жні"
    r"|верас|кастр|ліст|снеж|партс|съезд|гвард|арм)\w*)"
)
"""Numbers that belong to a street's name: 1-й Загородный, 40 лет Победы, 3 Верасня."""
_LETTERS = str.maketrans("абвгдежз", "abvhdezh")
_BACK = {"a": "а", "b": "б", "v": "в", "h": "г", "d": "д", "e": "е", "z": "ж", "c": "в", "f": "е", "g": "г"}
_NO_NAME = {"дом", "корпус", "корп", "house"}
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True)
class Address:
    """What an address says. `street` holds the words of the name as they were written, without its type.

    `house` is normalised: `53`, `13a`, `53k2` (building 2); empty when none is given. `first` tells that
    the type stood before the name.
    """

    street: str
    type: StreetType | None
    house: str = ""
    first: bool = True

    @property
    def key(self) -> str:
        """The same for all spellings of the name, in any order of its words; the type is not in it."""
        return street_key(self.street)


def tidy(text: str) -> str:
    """Decoded, in lower case, on one line, without quotes, city, country, postcode and brackets."""
    plain = unicodedata.normalize("NFKC", html.unescape(html.unescape(text))).casefold().replace("\0", " ")
    plain = _AROUND.sub(" ", _QUOTES.sub(" ", plain))
    for pattern, word in _JOINED:
        plain = pattern.sub(word, plain)
    return " ".join(plain.split()).strip(" ,.;-")


def read_address(text: str) -> Address | None:
    """Street and house of one line of text; None when there is no street in it. Linear in its length."""
    plain = _WITHIN.sub("", _from_type(tidy(text[:300])))
    kept, hidden = _hide_ordinals(plain)
    found = next(
        (m for m in _HOUSE.finditer(kept) if _letters(kept[: m.start()]) or _letters(kept[m.end() :])), None
    )
    before, after, house = (
        (kept[: found.start()], kept[found.end() :], _house(found)) if found else (kept, "", "")
    )
    words = before if _letters(before) else after
    named = [hidden.get(word, word) for word in _WORD.findall(words)]
    types = [n for n, word in enumerate(named) if fold(word) in TYPES]
    kind = TYPES[fold(named[types[0]])] if types else None
    name = [word for n, word in enumerate(named) if n not in types[:1]]
    if not name:
        return None
    return Address(" ".join(name), kind, house, first=not types or types[0] == 0)


def street_key(name: str) -> str:
    """Sorted sounds of the words of a street's name."""
    return " ".join(sorted(sound(word) for word in fold(name).split()))


def shown_house(house: str) -> str:
    """`53k2` as `53 к2`, `13a` as `13а`: for people."""
    number, _, building = house.partition("k")
    shown = "".join(_BACK.get(char, char) for char in number)
    return f"{shown} к{building}" if building else shown


def _from_type(text: str) -> str:
    """Without the parts before the one that names the type of street: settlements, names of buildings."""
    parts = text.split(",")
    typed = (n for n, part in enumerate(parts) if any(fold(word) in TYPES for word in _WORD.findall(part)))
    start = next(typed, 0)
    return ",".join(parts[start:]) if _letters(parts[start]) else text


def _hide_ordinals(text: str) -> tuple[str, dict[str, str]]:
    """Numbers of names as words without digits, and what they stand for."""
    hidden: dict[str, str] = {}

    def hide(found: re.Match[str]) -> str:
        name = f"ordinal{chr(ord('a') + len(hidden) % 26)}"
        hidden[name] = found.group()
        return f" {name} "

    return _ORDINAL.sub(hide, text), hidden


def _letters(text: str) -> bool:
    return any(
        len(word) > 1 and not word[0].isdigit() and word not in _NO_NAME for word in _WORD.findall(text)
    )


def _house(found: re.Match[str]) -> str:
    number, letter, *buildings = found.groups()
    house = number.lstrip("0") + (letter or "").translate(_LETTERS)
    slash, slash_letter, corpus, corpus_letter, dash, apart = buildings
    building = slash or corpus or dash or apart
    if not building:
        return house
    return f"{house}k{building.lstrip('0') or '0'}{(slash_letter or corpus_letter or '').translate(_LETTERS)}"
