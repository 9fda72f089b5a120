"""Columns and properties by the names that people give them, and their values as they come."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from shared.text import LinkError, parse_link
from shared.text.found import telegram_addresses

_NAMES = {
    "id": ("listing_id",),
    "name": ("title", "назва", "название", "имя", "імя"),
    "link": ("url", "href", "telegram", "tg", "invite", "links", "username", "спасылка", "ссылка", "address"),
    "lat": ("latitude", "y", "шырата", "широта"),
    "lon": ("long", "lng", "longitude", "x", "даўгата", "долгота"),
    "place": (
        "coordinates",
        "coords",
        "coord",
        "location",
        "latlon",
        "latlng",
        "geo",
        "geom",
        "point",
        "wkt",
        "каардынаты",
        "координаты",
    ),
    "kind": ("type", "category", "від", "тып", "катэгорыя", "тип", "категория"),
    "members": (
        "count_members",
        "members_count",
        "member_count",
        "participants",
        "subscribers",
        "size",
        "удзельнікаў",
        "удзельнікі",
        "падпісчыкі",
        "участников",
        "участники",
        "подписчиков",
        "подписчики",
    ),
    "members_below": (),
    "precision": (),
    "description": ("desc", "about", "апісанне", "описание"),
    "languages": ("language", "lang", "мовы", "языки"),
    "flag": ("flag_id", "сцяг", "флаг"),
    "checked_at": ("checked",),
    "dead_since": (),
    "link_hidden_since": (),
}
_BY_NAME = {alias: field for field, aliases in _NAMES.items() for alias in (field, *aliases)}
_ONLY_ALONE = {"id", "x", "y", "type", "size", "address", "point", "about", "checked", "від", "тип", "тып"}
"""Names that say nothing as one word of several."""
_WORD = re.compile(r"[^\W_]+")
_NUMBER = r"([+-]?\d{1,3}(?:[.,]\d{1,20})?)"
_PAIR = re.compile(rf"[(\[]?\s*{_NUMBER}\s*[,;\s]\s*{_NUMBER}\s*[)\]]?")
_POINT = re.compile(rf"\bPOINT\s*Z?\s*\(\s*{_NUMBER}\s+{_NUMBER}", re.IGNORECASE)
LINK_READ = 10_000
"""Characters of a value in which a link is looked for."""


def field_of(name: object) -> str | None:
    """The field that a column or property of this name holds."""
    return _ranked(str(name))[1]


@lru_cache(maxsize=4_096)
def _ranked(name: str) -> tuple[int, str | None]:
    """How surely, 0 for the field's own name, and which field: by its whole name, else by a word of it."""
    plain = name.strip().casefold()
    if plain in _BY_NAME:
        rank = 3 if plain == "address" else int(_BY_NAME[plain] != plain)  # mostly that of a house
        return rank, _BY_NAME[plain]
    words = (word for word in _WORD.findall(plain) if word in _BY_NAME and word not in _ONLY_ALONE)
    return 2, next((_BY_NAME[word] for word in words), None)


def fields_of(raw: Mapping[Any, Any]) -> dict[str, Any]:
    """Values by field; of several names for one field the surest that is not empty counts, then the first."""
    found: dict[str, Any] = {}
    ranks: dict[str, tuple[bool, int]] = {}
    for name, value in raw.items():
        rank, field = _ranked(str(name)[:100])
        if field is None:
            continue
        standing = value in (None, ""), rank
        if field not in ranks or standing < ranks[field]:
            found[field], ranks[field] = value, standing
    return found


def link_in(values: Iterable[object]) -> str:
    """The first link to a chat in any of these, for rows that have no column of their own for it.

    Where there is none, the first address of Telegram's, so that the row has a reason why not.
    """
    texts = (value[:LINK_READ] for value in values if isinstance(value, str))
    found = [address for text in texts for address in telegram_addresses(text)]
    return next((address for address in found if _is_listed(address)), found[0] if found else "")


def _is_listed(address: str) -> bool:
    try:
        parse_link(address)
    except LinkError:
        return False
    return True


def has_link(text: str) -> bool:
    """Whether an address of Telegram stands in some line of a text."""
    return any(telegram_addresses(line) for line in text.splitlines())


def pair_of(value: object) -> tuple[float | None, float | None]:
    """Latitude and longitude that stand together: `53.9, 27.56`, `POINT(27.56 53.9)`, a list, an object."""
    if isinstance(value, Mapping):
        fields = fields_of(value)
        return number_of(fields.get("lat")), number_of(fields.get("lon"))
    if isinstance(value, list | tuple) and len(value) == 2:
        return number_of(value[0]), number_of(value[1])
    if not isinstance(value, str):
        return None, None
    if point := _POINT.search(value):
        return number_of(point[2]), number_of(point[1])
    pair = _PAIR.fullmatch(value.strip())
    return (number_of(pair[1]), number_of(pair[2])) if pair else (None, None)


def text_of(value: object) -> str:
    """Text, of several languages the first we know; nothing where there is a list, an object or nothing."""
    if isinstance(value, Mapping):
        named = (value.get(language) for language in ("be", "ru", "uk", "en"))
        value = next((text for text in named if isinstance(text, str) and text), "")
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number_of(value: object) -> float | None:
    """A finite number, with a decimal comma if need be."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip().replace(",", ".", 1)
        if not re.fullmatch(r"[+-]?\d{1,15}(\.\d{0,20})?([eE][+-]?\d{1,3})?", value, re.ASCII):
            return None
    if not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def count_of(value: object) -> int | None:
    """A whole number of things, thousands perhaps set apart by spaces."""
    if isinstance(value, str):
        value = re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d{3})", "", value.strip().strip("~≈+").strip())
    number = number_of(value)
    return int(number) if number is not None and number >= 0 and number == int(number) else None


def moment_of(value: object) -> datetime | None:
    """A point in time in ISO 8601; without a zone it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text_of(value).strip())
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def words_of(value: object) -> list[str]:
    """A list of words, or a text of words with spaces, commas or semicolons between."""
    if isinstance(value, list | tuple):
        return [text_of(each).strip().casefold() for each in value]
    return [word.casefold() for word in re.split(r"[\s,;]+", text_of(value)) if word]
