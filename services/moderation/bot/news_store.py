"""What admins are to read, kept sealed for two days: cards about people, alerts about changed rights.

`moderation:news:<code>` one piece, `moderation:news-of:<chat>` the codes of a chat,
`moderation:news-readers:<code>` who has it, `moderation:news-told:<chat>` that the chat was told
today. All end after 48 hours at most.
"""

from datetime import datetime
from typing import Literal, cast

import orjson
from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from shared.bus.commit import Command
from shared.contracts.base import Message, Moment
from shared.contracts.telegram import PersonJudged
from shared.keys import Keys

NEWS_SECONDS = 48 * 3600
"""Raw ids are kept no longer than this."""
TOLD_SECONDS = 24 * 3600
"""A chat is told at most once a day that something waits for its admins."""
AlertKind = Literal["owner_changed", "owner_left", "admin_added", "admin_removed", "admin_rights"]


class Alert(Message):
    """Rights have changed hands: who got or lost them, and who did it (0: not known)."""

    kind: AlertKind
    who: int
    who_name: str
    by: int = 0
    by_name: str = ""


class Acted(Message):
    """`undo` is the deed's code in the chat's log, `until` when it ends by itself: None in a basic group.
    `timezone` is the chat's.
    """

    what: Literal["remove", "restrict"]
    undo: str
    until: Moment | None
    timezone: str = "UTC"


class Withdrawn(Message):
    """A chat's word is heard no more: what was done here on its account, by undo codes and people's codes."""

    codes: tuple[str, ...]
    people: tuple[str, ...]
    at: tuple[int, ...]
    """When, in unix seconds."""


class News(Message):
    """One piece for the admins of a chat: a judged person, with the name as shown, an alert, or what was done
    on a word that is withdrawn.
    """

    chat_id: int
    title: str = ""
    at: Moment
    judged: PersonJudged | None = None
    name: str = ""
    alert: Alert | None = None
    acted: Acted | None = None
    """What the bot has done already about the judged person."""
    withdrawn: Withdrawn | None = None


class NewsStore:
    """Reads are async; what writes returns commands for the commit."""

    def __init__(self, redis: "Redis", keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def piece(self, code: str) -> News | None:
        """None when it is too old."""
        key = f"moderation:news:{code}"
        sealed = cast("bytes | None", await self._redis.get(key))
        try:
            return None if sealed is None else News.model_validate_json(self._keys.unseal(sealed, key))
        except InvalidTag:
            return None

    def keep(self, code: str, news: News) -> list[Command]:
        key, index = f"moderation:news:{code}", self._of("news-of", news.chat_id)
        sealed = self._keys.seal(news.model_dump_json().encode(), key)
        oldest = int(news.at.timestamp()) - NEWS_SECONDS
        return [
            ("SET", key, sealed, "EX", NEWS_SECONDS),
            ("ZADD", index, int(news.at.timestamp()), code),
            ("ZREMRANGEBYSCORE", index, "-inf", oldest),
            ("EXPIRE", index, NEWS_SECONDS),
        ]

    async def of_chat(self, chat_id: int) -> list[str]:
        """Codes of what this chat's admins are to read, oldest first."""
        rows = cast("list[bytes]", await self._redis.zrange(self._of("news-of", chat_id), 0, -1))
        return [row.decode() for row in rows]

    async def readers(self, code: str) -> list[tuple[int, str]]:
        """Private chats that a piece went to, with the language of each."""
        key = f"moderation:news-readers:{code}"
        found = []
        for sealed in cast("list[bytes]", await self._redis.hvals(key)):
            try:
                chat_id, language = orjson.loads(self._keys.unseal(sealed, key))
            except InvalidTag:
                continue
            found.append((chat_id, language))
        return found

    def add_reader(self, code: str, chat_id: int, language: str) -> list[Command]:
        key = f"moderation:news-readers:{code}"
        sealed = self._keys.seal(orjson.dumps([chat_id, language]), key)
        return [("HSET", key, self._keys.person(chat_id), sealed), ("EXPIRE", key, NEWS_SECONDS)]

    async def told(self, chat_id: int) -> bool:
        """Whether the chat was told within a day that something waits."""
        return bool(await self._redis.exists(self._of("news-told", chat_id)))

    def tell(self, chat_id: int, now: datetime) -> list[Command]:
        return [("SET", self._of("news-told", chat_id), int(now.timestamp()), "EX", TOLD_SECONDS)]

    def move(self, old: int, new: int) -> list[Command]:
        """What a chat's admins are to read, under its new id; a piece is asked for where it is."""
        source, target = self._of("news-of", old), self._of("news-of", new)
        told = self._of("news-told", old)
        return [
            ("ZUNIONSTORE", target, 2, source, target, "AGGREGATE", "MAX"),
            ("EXPIRE", target, NEWS_SECONDS),
            ("COPY", told, self._of("news-told", new)),
            ("UNLINK", source, told),
        ]

    def _of(self, what: str, chat_id: int) -> str:
        return f"moderation:{what}:{self._keys.person(chat_id)}"
