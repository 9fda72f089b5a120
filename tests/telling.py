"""One update told to the bot without Telegram, and what it would do: for what can be said of its answers."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis

from services.moderation.bot.dialogue import handle
from services.moderation.bot.ports import Deps
from services.moderation.domain.settings import ChatSettings
from services.moderation.store import Chats as StoredChats
from services.moderation.telegram.errors import Transient
from shared.bus import Commit
from shared.contracts.telegram import Method, TelegramAction, TelegramUpdate
from shared.keys import Keys

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHAT, BOT, ADMIN, PERSON, CHANNEL = (
    -1001111111111,
    7_000_000_001,
    5_000_000_001,
    5_000_000_002,
    -1003333333333,
)
KEYS = Keys("k" * 32)
ADMIN_USER = {"id": ADMIN, "is_bot": False, "first_name": "Алена", "language_code": "en"}
TARGET = {"message_id": 5, "date": int(NOW.timestamp()), "from": {"id": PERSON, "first_name": "<b>x"}}


class Api:
    """Everybody in `admins` is one; everybody else is a member. `odd` answers instead, when set; a method in
    `silent` gets no answer.
    """

    def __init__(self) -> None:
        self.admins = {ADMIN, BOT}
        self.odd: Any = None
        self.silent: set[str] = set()
        self.known = "Known"

    async def call(self, method: str, params: dict[str, Any] | None = None, *, seconds: float = 15) -> Any:
        del seconds
        if method in self.silent:
            raise Transient("no answer")
        if self.odd is not None:
            return self.odd
        if method == "getChat":
            return {"id": CHAT, "type": "supergroup", "permissions": {"can_send_messages": True}}
        asked = (params or {}).get("user_id")
        status = "creator" if asked in self.admins else "member"
        user = {"id": asked, "first_name": "X"} | ({"username": self.known} if asked == PERSON else {})
        return {"status": status, "user": user}

    async def fetch(self, file_id: str, most: int, *, seconds: float = 15) -> bytes:
        del file_id, most, seconds
        return b"\xff\x00{"


class Chats(StoredChats):
    """The real ones, with settings given by the test; one person is known by name."""

    def __init__(self, redis: Redis, values: dict[str, str]) -> None:
        super().__init__(redis, KEYS)
        self.values = values

    async def settings(self, chat_id: int) -> ChatSettings:
        del chat_id
        return ChatSettings(self.values)

    async def person_named(self, chat_id: int, username: str) -> int | None:
        del chat_id
        return PERSON if username == "known" else None


@dataclass(frozen=True)
class Given(Deps):
    """What a test can turn as it likes."""

    telegram: Api
    chats: Chats


async def tell(deps: Deps, kind: str, body: Any) -> Commit:
    raw = json.dumps({"update_id": 1, kind: body})
    return await handle(TelegramUpdate(update_id=1, chat_id=CHAT, kind=kind, raw=raw, received_at=NOW), deps)


def command(text: str, **more: Any) -> dict[str, Any]:
    length = len(text.split(maxsplit=1)[0])
    return {
        "message_id": 9,
        "date": int(NOW.timestamp()),
        "chat": {"id": CHAT, "type": "supergroup", "title": "T"},
        "from": ADMIN_USER,
        "text": text,
        "entities": [{"type": "bot_command", "offset": 0, "length": length}],
        **more,
    }


def acts(commit: Commit) -> list[tuple[Method, dict[str, Any]]]:
    return [
        (event.method, event.params)
        for event in commit.events
        if isinstance(event, TelegramAction) and event.method is not Method.SEND_MESSAGE
    ]


def texts(commit: Commit) -> list[str]:
    """What the bot would say."""
    return [e.params["text"] for e in commit.events if isinstance(e, TelegramAction) and "text" in e.params]
