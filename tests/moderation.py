"""Updates as Telegram would send them, and a chat's state to decide them in."""

import itertools
import os
from typing import Any

from services.moderation.domain.context import Context
from services.moderation.domain.decide import decide, needs_admins
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.state import Admins, ChatState
from services.moderation.domain.update import Update, of

NOW = 1_790_000_000
CHAT = -1001234567890
ADMIN, ALES, STRANGER = 5_000_000_001, 5_000_000_002, 5_000_000_003
_ids = itertools.count(int.from_bytes(os.urandom(2)) + 1)


def person(telegram_id: int) -> str:
    return f"p{telegram_id}"


def user(user_id: int = ALES, first: str = "Алесь", **more: Any) -> dict[str, Any]:
    return {"id": user_id, "is_bot": False, "first_name": first, **more}


def chat(chat_id: int = CHAT, kind: str = "supergroup", **more: Any) -> dict[str, Any]:
    return {"id": chat_id, "type": kind, "title": "Двор", **more}


def message(
    message_id: int = 0, *, who: int = ALES, at: int = NOW, where: int = CHAT, **fields: Any
) -> dict[str, Any]:
    """A message's JSON; `text` unless other fields are given."""
    content = fields or {"text": "добрай раніцы"}
    base = {"message_id": message_id or next(_ids), "date": at, "chat": chat(where), "from": user(who)}
    return {**base, **content}


def raw(body: dict[str, Any], kind: str = "message") -> dict[str, Any]:
    return {"update_id": next(_ids), kind: body}


def update(body: dict[str, Any], kind: str = "message") -> Update:
    return of(raw(body, kind))


def membership(
    who: dict[str, Any], before: str, after: str, *, at: int = NOW, where: int = CHAT
) -> dict[str, Any]:
    """A `chat_member` body."""
    return {
        "chat": chat(where),
        "from": who,
        "date": at,
        "old_chat_member": {"user": who, "status": before},
        "new_chat_member": {"user": who, "status": after},
    }


def photo(size: int = 90) -> list[dict[str, Any]]:
    return [{"file_id": "AgAC", "file_unique_id": "u", "width": size, "height": size}]


def file(**more: Any) -> dict[str, Any]:
    return {"file_id": "BQAC", "file_unique_id": "u", **more}


def state(
    settings: dict[str, str] | None = None, *, admins: set[int] | frozenset[int] | None = frozenset({ADMIN})
) -> ChatState:
    """A chat out of dry run, with its admins known."""
    known = None if admins is None else Admins(NOW, {person(one) for one in admins})
    return ChatState(CHAT, "c", ChatSettings({"dryrun": "off", **(settings or {})}), admins=known)


def context(now: int = NOW) -> Context:
    return Context(now, person, lambda _state, _person: ())


def decided(found: ChatState, *updates: Update, now: int = NOW) -> ChatState:
    for one in updates:
        decide(one, found, context(now))
    return found


def deleted(found: ChatState) -> list[int]:
    return sorted(delete.message_id for delete in found.changes.deletes)


__all__ = ["decide", "needs_admins"]
