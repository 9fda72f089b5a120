"""Closed chats, and which chats have something to be done by the clock."""

from collections.abc import Iterable
from typing import Any

import orjson
from redis.asyncio import Redis

from services.moderation.domain.closing import Closed
from services.moderation.store.names import AGING, NIGHTLY, Names
from shared.bus.commit import Command, Expect
from shared.keys import Keys

AWAKE_LONGER = 60
"""Seconds for which it is kept beyond the night's end that the night is over."""


class Closings:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)

    def _key(self, chat_id: int) -> str:
        return self._names.of_chat("closed", chat_id)

    def _skip_key(self, chat_id: int) -> str:
        return self._names.of_chat("awake", chat_id)

    async def read(self, chat_id: int) -> tuple[Closed | None, int, Expect]:
        """How the chat is closed, the end of a night that an admin has cut short (0: none), and a condition.

        It holds for as long as nobody else has written.
        """
        stored, skip = await self._redis.mget(self._key(chat_id), self._skip_key(chat_id))
        return _closed(stored), int(skip or 0), Expect.equals(self._key(chat_id), stored)

    def save(self, chat_id: int, closed: Closed | None) -> list[Command]:
        if closed is None:
            return [("UNLINK", self._key(chat_id))]
        value = orjson.dumps(closed._asdict())
        return [("SET", self._key(chat_id), value), ("SADD", NIGHTLY, self._keys.person(chat_id))]

    def forget(self, chat_id: int) -> list[Command]:
        """Nothing is known of how it is closed, nor of a night cut short."""
        return [("UNLINK", self._key(chat_id), self._skip_key(chat_id))]

    def awake(self, chat_id: int, until: int, now: int) -> list[Command]:
        """The night that ends then is over for this chat."""
        return [("SET", self._skip_key(chat_id), until, "EX", max(until - now, 0) + AWAKE_LONGER)]

    async def nightly(self) -> list[str]:
        """Keyed hashes of chats that have a night, or are closed."""
        return [key.decode() for key in await self._redis.smembers(NIGHTLY)]

    async def aging(self) -> list[str]:
        """Keyed hashes of chats whose messages go after some hours."""
        return [key.decode() for key in await self._redis.smembers(AGING)]

    def rest(self, name: str, chats: Iterable[str]) -> list[Command]:
        """Nothing is left to be done for these chats in `NIGHTLY` or `AGING`."""
        found = list(chats)
        return [("SREM", name, *found)] if found else []

    def follow(self, chat_id: int, name: str, value: str) -> list[Command]:
        """A setting by the clock was given a value; one that was switched off is left to the next round."""
        key = self._keys.person(chat_id)
        if name == "night.hours" and value != "off":
            return [("SADD", NIGHTLY, key)]
        if name == "older.hours" and value != "0":
            return [("SADD", AGING, key)]
        return []


def _closed(stored: bytes | None) -> Closed | None:
    return None if stored is None else Closed(**orjson.loads(stored))
