"""Columns of an address gazetteer: whole addresses, or streets and houses apart."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from services.directory.exchange.columns.names import words_of
from services.directory.exchange.columns.words import words

_PARTS = ("address", "street", "house", "building")
"""The tags `addr:street` and `addr:housenumber` of OpenStreetMap are among their words."""


@lru_cache(maxsize=4_096)
def _part(name: str) -> str:
    """Which part of an address a column of this name is; of `addr:street` the last word tells."""
    for word in reversed(words_of(name)):
        for part in _PARTS:
            if words(f"house.{part}").fullmatch(word):
                return part
    return ""


def has_address(names: Iterable[str]) -> bool:
    parts = set(map(_part, names))
    return "address" in parts or {"street", "house"} <= parts


def address_of(fields: Mapping[str, Any]) -> str:
    """The address of a row as one would write it; empty when there is none."""
    found: dict[str, str] = {}
    for name, value in fields.items():
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if text and (part := _part(name)):
            found.setdefault(part, text)
    if "address" in found or "street" not in found:
        return found.get("address", "")
    building = f" корпус {found['building']}" if "building" in found else ""
    return f"{found['street']} {found.get('house', '')}{building}".strip()
