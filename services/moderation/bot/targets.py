"""Whom a command is about: the author of what was replied to, a touched name, an @name or a number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.moderation.bot.rights import LOOK_UP_SECONDS
from services.moderation.bot.turn import Turn
from services.moderation.telegram.asking import ask
from services.moderation.telegram.errors import TelegramError
from shared.text import clean_name

_ID = re.compile(r"[0-9]{5,16}")
"""A shorter number after a command is hardly an id."""
USER_MOST = 2**52
"""Telegram's ids have at most 52 significant bits."""


@dataclass(frozen=True)
class Target:
    """A person, or a channel that wrote as itself (`is_channel`). `message` is the one replied to."""

    id: int
    name: str
    message: int | None = None
    sent_at: int = 0
    """Unix seconds; of the message replied to."""
    is_channel: bool = False
    is_chat_itself: bool = False


async def find(turn: Turn, words: tuple[str, ...]) -> tuple[Target | None, tuple[str, ...]]:
    """The target and the words that did not name it."""
    if (touched := _touched(turn.update.body)) is not None:
        # The touched name stands among the words, spaces and all; only the last word may be a duration.
        return touched, words[-1:]
    if (name := next((word for word in words if word.startswith("@") and len(word) > 1), None)) is not None:
        return await _named(turn, name), _without(words, name)
    if (replied := answered(turn.update.body)) is not None:
        return _author(replied, turn.chat.id), words
    digits = next((word for word in words if _ID.fullmatch(word) and int(word) < USER_MOST), None)
    return (None, words) if digits is None else (Target(int(digits), digits), _without(words, digits))


async def _named(turn: Turn, name: str) -> Target | None:
    """Who wrote here under this @name, if it is still theirs.

    A name that is given up can be taken within minutes. Telegram is asked for the name of the person whose id
    is known; what cannot be asked is nobody, so that neither the old nor the new owner is hit wrongly.
    """
    bare = name[1:].lower()
    person = await turn.deps.chats.person_named(turn.chat.id, bare, turn.at)
    if person is None:
        return None
    try:
        member = await ask(
            turn.deps.telegram, "getChatMember", turn.chat.id, seconds=LOOK_UP_SECONDS, user_id=person
        )
    except TelegramError:
        return None
    user = member.get("user") if isinstance(member, dict) else None
    theirs = user.get("username") if isinstance(user, dict) else None
    return Target(person, name) if isinstance(theirs, str) and theirs.lower() == bare else None


def answered(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The message that this one answers. In a topic Telegram has everything answer the topic's beginning."""
    replied = body.get("reply_to_message")
    return None if not isinstance(replied, dict) or replied.get("forum_topic_created") else replied


def _without(words: tuple[str, ...], named: str) -> tuple[str, ...]:
    return tuple(word for word in words if word != named)


def _touched(body: Mapping[str, Any]) -> Target | None:
    """A text mention: Telegram puts it in for people without a user name."""
    marks = body.get("entities")
    for mark in marks if isinstance(marks, list) else ():
        user = mark.get("user") if isinstance(mark, dict) else None
        if (person := number(user, "id", USER_MOST)) is not None:
            return Target(person, _name(user, "first_name", "last_name"))
    return None


def _author(message: Mapping[str, Any], chat_id: int) -> Target | None:
    """Who wrote the message, or whom it says to have joined."""
    replied, sent_at = number(message, "message_id", 2**31), number(message, "date", 2**32) or 0
    channel = message.get("sender_chat")
    if (channel_id := number(channel, "id", USER_MOST)) is not None:
        own = channel_id == chat_id or message.get("is_automatic_forward") is True
        name = _name(channel, "title")
        return Target(channel_id, name, replied, sent_at, is_channel=True, is_chat_itself=own)
    joined = message.get("new_chat_members")
    user = joined[0] if isinstance(joined, list) and joined else message.get("from")
    if (person := number(user, "id", USER_MOST)) is not None:
        return Target(person, _name(user, "first_name", "last_name"), replied, sent_at)
    return None


def number(body: Any, name: str, most: int) -> int | None:
    """A whole number from Telegram's JSON, or None for anything else: its shapes may change."""
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < most else None


def _name(body: Any, *parts: str) -> str:
    """Of a person or a channel, for a line of text; a dash when nothing of it can be seen."""
    return clean_name(" ".join(str(body[part]) for part in parts if body.get(part))) or "—"
