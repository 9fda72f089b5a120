"""A message that answers one from another topic of the same chat, its linked channel, or another chat.

Telegram tells of it with `external_reply`: the origin of the message, and its chat and number where that is a
supergroup or a channel (core.telegram.org/bots/api#externalreplyinfo). Shapes that it does not send are none.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

ORIGINS = {"user": "sender_user", "hidden_user": "sender_user_name", "chat": "sender_chat", "channel": "chat"}
"""Types of a MessageOrigin, each with the field that it always has."""


class External(NamedTuple):
    """`origin` is the MessageOrigin; of a message that was itself passed on, it tells who wrote that one."""

    chat: int
    message_id: int
    origin: Mapping[str, Any]


def external(message: Mapping[str, Any]) -> External | None:
    """The message from elsewhere that this one answers; None without one, and for any other shape."""
    reply = message.get("external_reply")
    if not isinstance(reply, dict) or "reply_to_message" in message:
        return None
    chat, number, origin = reply.get("chat"), reply.get("message_id"), reply.get("origin")
    chat_id = chat.get("id") if isinstance(chat, dict) else None
    if type(chat_id) is not int or type(number) is not int or number <= 0 or not isinstance(origin, dict):
        return None
    field = ORIGINS.get(str(origin.get("type")))
    return External(chat_id, number, origin) if field is not None and origin.get(field) else None


def is_of_here(message: Mapping[str, Any]) -> bool:
    """Whether what is answered stands in another topic of the same chat."""
    found, chat = external(message), message.get("chat")
    return found is not None and isinstance(chat, dict) and chat.get("id") == found.chat
