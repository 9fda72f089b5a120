"""What can be told of any update of Telegram without knowing its kind."""

import json
import re
from collections.abc import Mapping
from typing import Any

import orjson

DEPTH_MOST = 6
"""Chats and senders of all kinds known lie within four levels."""


_LONE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
"""Half of a character, escaped: what is left where a text was cut."""
DIGITS = 18
"""Decimal digits of a number that surely fits into 64 bits."""


def decode(body: bytes) -> Any:
    """JSON as Telegram or a server like it may send it: half characters, huge numbers and `NaN` are no reason
    to lose the rest. Raises ValueError for what is no JSON at all.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        text = _LONE.sub(r"\\ufffd", body.decode("utf-8", "replace"))
    try:
        return json.loads(text, parse_constant=_nothing, parse_int=_number)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _nothing(_name: str) -> None:
    return None


def _number(text: str) -> int | float:
    return int(text) if len(text.lstrip("-")) <= DIGITS else float(text)


def describe(update: Mapping[str, Any]) -> tuple[int, str, int]:
    """`(update_id, kind, chat_id)` of one update, as decoded from its JSON.

    The kind is the name of the field beside `update_id`, also where it is unknown. The chat is the one that
    the update belongs to, or else the person it comes from (whose private chat has the same id), or else 0.
    Raises nothing, whatever Telegram adds or changes.
    """
    kind = next((name for name, value in update.items() if isinstance(value, Mapping)), "")
    body = update.get(kind)
    return update_number(update) or 0, kind or _other_name(update), _chat_of(body)


def update_number(update: Mapping[str, Any]) -> int | None:
    """The update's id, also one that is written as text; None where there is none."""
    found = update.get("update_id")
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) <= DIGITS:
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _other_name(update: Mapping[str, Any]) -> str:
    return next((name for name in update if isinstance(name, str) and name != "update_id"), "")


def _chat_of(body: Any) -> int:
    """A chat anywhere before a person anywhere, the outermost first.

    Breadth first, because a message quotes others: the chat of what is quoted is not the chat of the update.
    """
    level = [body]
    person = 0
    for _ in range(DEPTH_MOST):
        found = [part for part in level if isinstance(part, Mapping)]
        for name in ("chat", "from", "user"):
            number = next((n for part in found if (n := _id(part.get(name)))), 0)
            if name == "chat" and number:
                return number
            person = person or number
        level = [value for part in found for value in part.values()]
    return person


def _id(part: Any) -> int:
    return _integer(part.get("id")) if isinstance(part, Mapping) else 0


def _integer(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
