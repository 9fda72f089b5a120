"""Words and marks of a message that stand neither in its text nor in its caption: in rich messages, polls,
checklists, games, and in whatever Telegram invents next. Shapes are not trusted, only followed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from services.moderation.domain.content import ENVELOPE, MEDIA, Json, sliced
from services.moderation.domain.text import message_text

READ = ENVELOPE | frozenset(MEDIA) | {"text", "contact", "location", "dice"}
"""Fields that hold no further words: read elsewhere, or a kind of their own that has its own lock."""
MARKS = frozenset({
    "url", "text_link", "mention", "text_mention", "phone_number",
})  # fmt: skip
"""Kinds of entities that a lock is about; the parts of a rich message are named alike."""
_VALUES_MOST = 5_000
_DEEPEST = 12


def fields(message: Json) -> Json:
    """What is left of a message when all is taken away that is read elsewhere; mostly nothing."""
    if message.keys() <= READ:
        return {}
    return {name: message[name] for name in message.keys() - READ}


def words(left: Json) -> str:
    """All that a person reads there."""
    return message_text(left).whole


def marks(left: Json) -> list[tuple[str, str]]:
    """Type and target of each entity there, be it a part of a rich message or one that counts letters."""
    return [mark for one in _objects(left) for mark in (*_part(one), *_counted(one))]


def _objects(left: Json) -> Iterator[Mapping[str, Any]]:
    """Every object in a value of any shape and depth."""
    waiting: list[tuple[Any, int]] = [(left, 0)]
    for _ in range(_VALUES_MOST):
        if not waiting:
            return
        value, depth = waiting.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(value, dict):
            yield value
            waiting.extend((inner, depth + 1) for inner in value.values())
        elif isinstance(value, list):
            waiting.extend((inner, depth + 1) for inner in value[:_VALUES_MOST])


def _part(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """`{"type": "url", "text": ..., "url": ...}`: an entity around its own text."""
    kind = one.get("type")
    if isinstance(kind, str) and kind in MARKS and "offset" not in one:
        target = one.get("url") or one.get("text")
        yield kind, target if isinstance(target, str) else ""


def _counted(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """`title` beside `title_entities`, `text` beside `entities`."""
    for name, found in one.items():
        if isinstance(name, str) and name.endswith("entities"):
            text = one.get(name.removesuffix("entities").rstrip("_") or "text")
            yield from sliced(text, found)
