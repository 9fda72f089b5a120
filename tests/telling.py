"""One update told to the bot without Telegram, and what it would do: for what can be said of its answers."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis

from services.moderation.bot.dialogue import handle
from services.moderation.bot.ports import Deps
from services.moderation.bot.signing import Press, Signer
from services.moderation.domain.required import Right
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
    """Everybody in `admins` owns every chat, everybody else is a member; `members`: what somebody is instead,
    by chat and person, `places` in every chat. `odd` answers instead, when set; a method in `silent` gets no
    answer.
    """

    def __init__(self) -> None:
        self.admins = {ADMIN, BOT}
        self.places: dict[int, dict[str, Any]] = {}
        self.odd: Any = None
        self.silent: set[str] = set()
        self.members: dict[tuple[int, int], dict[str, Any]] = {}
        self.known = "Known"

    async def call(self, method: str, params: dict[str, Any] | None = None, *, seconds: float = 15) -> Any:
        del seconds
        if method in self.silent:
            raise Transient("no answer")
        if self.odd is not None:
            return self.odd
        if method == "getChat":
            return {"id": CHAT, "type": "supergroup", "permissions": {"can_send_messages": True}}
        who = (params or {}).get("user_id", 0)
        user = {"user": {"id": who, "first_name": "X"} | ({"username": self.known} if who == PERSON else {})}
        if (member := self.members.get(((params or {}).get("chat_id", 0), who))) is not None:
            return member | user
        return {"status": "creator" if who in self.admins else "member"} | user | self.places.get(who, {})

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

    async def person_named(self, chat_id: int, username: str, now: int) -> int | None:
        del chat_id, now
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


def admin_with(*rights: Right) -> dict[str, Any]:
    """A ChatMember."""
    return {"status": "administrator", **{right.value: right in rights for right in Right}}


def pressing(purpose: str, *args: str, chat: int = CHAT, until: datetime | None = None) -> dict[str, Any]:
    """A press of a button of ours by the admin."""
    data = Signer.of(KEYS).sign(chat, Press(purpose, args), until or NOW.replace(year=2027))
    kind = "private" if chat > 0 else "supergroup"
    return {
        "id": "1",
        "from": ADMIN_USER,
        "message": {"message_id": 3, "chat": {"id": chat, "type": kind}},
        "data": data,
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
