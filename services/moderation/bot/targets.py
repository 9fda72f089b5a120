"""Whom a command is about: the author of what was replied to, a touched name, an @name or a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.moderation.bot.turn import Turn

USER_MOST = 2**52
"""Telegram's ids have at most 52 significant bits."""


@dataclass(frozen=True)
class Target:
    """A person, or a channel that wrote as itself (`is_channel`). `message` is the one replied to."""

    id: int
    name: str
    is_channel: bool = False
    message: int | None = None
    sent_at: int = 0
    """Unix seconds; of the message replied to."""
    is_chat_itself: bool = False


async def find(turn: Turn, words: tuple[str, ...]) -> tuple[Target | None, tuple[str, ...]]:
    """The target and the words that did not name it."""
    if (touched := _touched(turn.update.body)) is not None:
        # The touched name stands among the words, spaces and all; only the last word may be a duration.
        return touched, words[-1:]
    for at, word in enumerate(words):
        rest = (*words[:at], *words[at + 1 :])
        if word.startswith("@") and len(word) > 1:
            person = await turn.deps.chats.person_named(turn.chat.id, word[1:].lower())
            return (None if person is None else Target(person, word)), rest
        if word.isascii() and word.isdigit() and 0 < int(word[:20]) < USER_MOST:
            return Target(int(word), word), rest
    replied = turn.update.body.get("reply_to_message")
    return (_author(replied, turn.chat.id) if isinstance(replied, dict) else None), words


def _touched(body: Mapping[str, Any]) -> Target | None:
    """A text mention: Telegram puts it in for people without a user name."""
    marks = body.get("entities")
    for mark in marks if isinstance(marks, list) else ():
        user = mark.get("user") if isinstance(mark, dict) else None
        if isinstance(user, dict) and isinstance(user.get("id"), int):
            return Target(user["id"], _name(user))
    return None


def _author(message: Mapping[str, Any], chat_id: int) -> Target | None:
    sent = {"message": message.get("message_id"), "sent_at": message.get("date", 0)}
    channel = message.get("sender_chat")
    if isinstance(channel, dict) and isinstance(channel.get("id"), int):
        own = channel["id"] == chat_id or message.get("is_automatic_forward") is True
        return Target(
            channel["id"], str(channel.get("title", "")), is_channel=True, is_chat_itself=own, **sent
        )
    user = message.get("from")
    if message.get("new_chat_members") and isinstance(message["new_chat_members"], list):
        user = message["new_chat_members"][0]
    if isinstance(user, dict) and isinstance(user.get("id"), int):
        return Target(user["id"], _name(user), **sent)
    return None


def _name(user: Mapping[str, Any]) -> str:
    return " ".join(str(user[part]) for part in ("first_name", "last_name") if user.get(part)) or "—"
