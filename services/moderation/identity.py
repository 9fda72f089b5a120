"""What a chat is known by: a keyed hash of its Telegram id and type, which no new title or name changes."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts.listings import ChatIdentity, ChatType
from shared.keys import Keys

PURPOSE = "chat.identity"
"""A purpose of its own, so that it cannot be compared with the hashes of people and chats elsewhere."""
TYPES: Mapping[str, ChatType] = MappingProxyType(
    {"group": "group", "supergroup": "group", "channel": "channel", "private": "bot"}
)
"""Telegram's words for the type of a chat. Of private chats a user name finds only those of bots: for people
the Bot API answers "chat not found", and before 10.0 for bots too.

Source: `TdOnCheckChatCallback` in tdlib/telegram-bot-api.
"""


def identity(keys: Keys, chat_id: int, chat_type: ChatType) -> ChatIdentity:
    """26 characters. The same id as a chat of another type is another chat."""
    return keys.token(PURPOSE, f"{chat_type}:{chat_id}")
