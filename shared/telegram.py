"""What can be told of any update of Telegram without knowing its kind."""

from collections.abc import Mapping
from typing import Any

DEPTH_MOST = 6
"""Chats and senders of all kinds known lie within four levels."""


def describe(update: Mapping[str, Any]) -> tuple[int, str, int]:
    """`(update_id, kind, chat_id)` of one update, as decoded from its JSON.

    The kind is the name of the field beside `update_id`, also where it is unknown. The chat is the one that
    the update belongs to, or else the person it comes from (whose private chat has the same id), or else 0.
    Raises nothing, whatever Telegram adds or changes.
    """
    kind = next((name for name, value in update.items() if isinstance(value, Mapping)), "")
    body = update.get(kind)
    return _integer(update.get("update_id")), kind or _other_name(update), _chat_of(body)


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
