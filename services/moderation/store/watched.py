"""Which chats had the user names that a chat allows: keyed hashes, by the keyed hash of the name."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from redis.asyncio import Redis

from services.moderation.domain.watched import Watched
from services.moderation.store.names import DAY, Names
from shared.bus.commit import Command
from shared.keys import Keys

WATCHED_TTL = 30 * DAY


class WatchedNames:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)

    async def read(self, chat_id: int, names: Iterable[str]) -> dict[str, Watched]:
        """What is known of these names in this chat; a name that is new is due at once."""
        asked = list(names)
        fields = [self._field(name) for name in asked]
        stored = await self._redis.hmget(self._key(chat_id), fields) if fields else []
        return {
            name: Watched(*orjson.loads(one)) if one else Watched()
            for name, one in zip(asked, stored, strict=True)
        }

    def save(self, chat_id: int, known: Mapping[str, Watched | None]) -> list[Command]:
        """None forgets a name."""
        key = self._key(chat_id)
        gone = [self._field(name) for name, one in known.items() if one is None]
        kept = [(self._field(name), orjson.dumps(tuple(one))) for name, one in known.items() if one]
        writes: list[Command] = [("HDEL", key, *gone)] if gone else []
        if kept:
            writes.append(("HSET", key, *(part for pair in kept for part in pair)))
        return [*writes, ("EXPIRE", key, WATCHED_TTL)]

    def move(self, old: int, new: int) -> list[Command]:
        """What is known, under the chat's new id."""
        source = self._key(old)
        return [("COPY", source, self._key(new)), ("UNLINK", source)]

    def _key(self, chat_id: int) -> str:
        return self._names.of_chat("watched", chat_id)

    def _field(self, name: str) -> str:
        return self._keys.token("username", name, 8)
