"""Entities that Telegram finds in plain text by itself. Offsets and lengths count UTF-16 units."""

import re
from typing import Any

_TELEGRAM = r"(?<![\w.@-])(?:t\.me|telegram\.me|telegram\.dog)(?::\d+)?/[^\s<>]*[\w/+]"
_PATTERNS = (
    ("url", rf"(?i:(?:https?://|tg://|www\.)[^\s<>]+[^\s<>.,:;!?\"')\]]|{_TELEGRAM})"),
    ("email", r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"),
    ("mention", r"(?<![\w@])@[A-Za-z]\w{3,31}\b"),
    ("bot_command", r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{3,31})?"),
    ("hashtag", r"(?<![\w#])#\w*[^\W\d]\w*"),
    ("cashtag", r"(?<![\w$])\$[A-Z]{1,8}\b"),
    ("phone_number", r"(?<![\w+])\+\d[\d\s()-]{7,17}\d\b"),
    (
        "url",
        r"(?i)(?<![\w@./])(?:[a-z0-9_-]+\.)+(?:com|org|net|by|ru|ua|pl|lt|eu|chat|me|info|io)(?:/[^\s<>]*[\w/])?\b",
    ),
)
_FINDERS = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)


def units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def found(text: str, taken: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """The entities of `text` beside those given, in order, without overlap."""
    entities = list(taken or [])
    spans = [(entity["offset"], entity["offset"] + entity["length"]) for entity in entities]
    for kind, finder in _FINDERS:
        for match in finder.finditer(text):
            start, length = units(text[: match.start()]), units(match.group())
            if all(start + length <= left or start >= right for left, right in spans):
                spans.append((start, start + length))
                entities.append({"type": kind, "offset": start, "length": length})
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def with_entities(
    text: str, given: list[dict[str, Any]] | None = None, field: str = "text"
) -> dict[str, Any]:
    """`{text, entities}` or `{caption, caption_entities}`; nothing for an empty text."""
    if not text:
        return {}
    entities = found(text, given)
    name = "entities" if field == "text" else "caption_entities"
    return {field: text} | ({name: entities} if entities else {})


def commands(content: dict[str, Any]) -> list[str]:
    """The commands in a message, such as `/ban` or `/ban@some_bot`."""
    text = content.get("text") or content.get("caption") or ""
    raw = text.encode("utf-16-le")
    return [
        raw[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode("utf-16-le")
        for entity in content.get("entities", content.get("caption_entities", []))
        if entity["type"] == "bot_command"
    ]
