"""Names of streets as they are written out in Belarusian, Russian and English."""

import re

from shared.contracts.streets import StreetType
from shared.text.addresses import Address
from shared.text.lacinka import is_lacinka

_WORDS: dict[str, dict[StreetType, str]] = {
    "be": {
        StreetType.STREET: "вуліца",
        StreetType.AVENUE: "праспект",
        StreetType.LANE: "завулак",
        StreetType.BOULEVARD: "бульвар",
        StreetType.ROAD: "тракт",
        StreetType.HIGHWAY: "шаша",
        StreetType.SQUARE: "плошча",
        StreetType.DRIVE: "праезд",
        StreetType.EMBANKMENT: "набярэжная",
    },
    "ru": {
        StreetType.STREET: "улица",
        StreetType.AVENUE: "проспект",
        StreetType.LANE: "переулок",
        StreetType.BOULEVARD: "бульвар",
        StreetType.ROAD: "тракт",
        StreetType.HIGHWAY: "шоссе",
        StreetType.SQUARE: "площадь",
        StreetType.DRIVE: "проезд",
        StreetType.EMBANKMENT: "набережная",
    },
}
_BELARUSIAN = re.compile(r"[іў]|\bвул|праспект|завул|плошч|шаша|праезд|набярэжн", re.IGNORECASE)
_ADJECTIVE = re.compile(r"(?:[аяоыі]я|[ыіи]й?|ое|ае)$")
_SMALL = """
лет год гадоў и і января февраля марта апреля июня июля августа сентября октября ноября декабря студзеня
лютага сакавіка красавіка чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня
"""
_LOWER = frozenset(_SMALL.split())


def language_of(text: str) -> str:
    """`be` (Łacinka too), `ru`, or `en` for other Latin, by letters and by the words for streets."""
    if is_lacinka(text):
        return "be"
    if not re.search(r"[а-яё]", re.sub("минск|мінск|беларусь", "", text.casefold())):
        return "en"
    return "be" if _BELARUSIAN.search(text) else "ru"


def whole_name(address: Address, kind: StreetType, language: str) -> str:
    """`вуліца Сурганава`, `Сухаревская улица`, `Surhanava street`."""
    name = " ".join(_titled(word) for word in address.street.split())
    if language == "en":
        return f"{name} {kind.value}"
    word = _WORDS[language][kind]
    adjective = bool(_ADJECTIVE.search(name.split()[-1].casefold()))
    return f"{name} {word}" if adjective and not (address.first and address.type) else f"{word} {name}"


def _titled(word: str) -> str:
    if word in _LOWER or word[0].isdigit():
        return word
    return word[0].upper() + re.sub(r"(?<=-)[^\W\d_]", lambda letter: letter.group().upper(), word[1:])
