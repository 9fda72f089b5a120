"""Columns and properties by the names that people give them, and their values as they come."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_NAMES = {
    "id": ("listing_id",),
    "name": ("title", "назва", "название", "имя", "імя"),
    "link": ("url", "href", "telegram", "address", "invite", "спасылка", "ссылка"),
    "lat": ("latitude", "y", "шырата", "широта"),
    "lon": ("long", "lng", "longitude", "x", "даўгата", "долгота"),
    "kind": ("type", "category", "від", "тип"),
    "members": ("count_members", "members_count", "member_count", "participants", "subscribers", "size"),
    "members_below": (),
    "precision": (),
    "description": ("desc", "about", "апісанне", "описание"),
    "languages": ("language", "lang", "мовы", "языки"),
    "flag": ("flag_id", "сцяг", "флаг"),
    "checked_at": ("checked",),
    "dead_since": (),
}
FIELDS = tuple(_NAMES)
_BY_NAME = {alias: field for field, aliases in _NAMES.items() for alias in (field, *aliases)}


def field_of(name: object) -> str | None:
    """The field that a column or property of this name holds."""
    return _BY_NAME.get(str(name).strip().casefold())


def fields_of(raw: Mapping[Any, Any]) -> dict[str, Any]:
    """Values by field; of two names for one field the exact one counts, else the first."""
    found: dict[str, Any] = {}
    for name, value in raw.items():
        field = field_of(name)
        if field and (field not in found or name == field):
            found[field] = value
    return found


def text_of(value: object) -> str:
    """Text, or nothing where there is a list, an object or nothing."""
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
        value = re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d)", "", value)
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
