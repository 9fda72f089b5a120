"""Look-ups about a chat, which may have become a supergroup without our knowing."""

from typing import Any

from services.moderation.domain.migration import Moved
from services.moderation.telegram.errors import Migrated
from services.moderation.telegram.ports import Asker


async def ask(telegram: Asker, method: str, chat_id: int, *, seconds: float, **more: Any) -> Any:
    """Telegram's answer. Raises Moved where it tells another id, and kinds of TelegramError."""
    try:
        return await telegram.call(method, {"chat_id": chat_id, **more}, seconds=seconds)
    except Migrated as moved:
        raise Moved(chat_id, moved.new_id) from None
