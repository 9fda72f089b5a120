"""For whom the members of a chat have vouched: keyed hashes, sealed, because it says who knows whom."""

from collections.abc import Iterable
from typing import Any

import orjson
from redis.asyncio import Redis

from services.moderation.domain.vouching import WITHIN, Vouch
from services.moderation.store.names import HOUR, Names
from shared.bus.commit import Command
from shared.keys import Keys


class Vouches:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)

    def _key(self, chat_id: int, voucher: str) -> str:
        return f"{self._names.of_chat('vouches', chat_id)}:{voucher}"

    async def given(self, chat_id: int, voucher: str) -> list[Vouch]:
        """What this keyed member has said, oldest first."""
        sealed = await self._redis.get(self._key(chat_id, voucher))
        found = orjson.loads(self._keys.unseal(sealed, _context(voucher))) if sealed else []
        return [Vouch(*one) for one in found]

    async def told(self, chat_id: int, voucher: str) -> bool:
        """Whether this member was told within the hour why their word does not count."""
        return bool(await self._redis.exists(f"{self._key(chat_id, voucher)}:told"))

    def tell(self, chat_id: int, voucher: str) -> list[Command]:
        return [("SET", f"{self._key(chat_id, voucher)}:told", 1, "EX", HOUR)]

    def save(self, chat_id: int, voucher: str, given: Iterable[Vouch]) -> list[Command]:
        key = self._key(chat_id, voucher)
        sealed = self._keys.seal(orjson.dumps([tuple(one) for one in given]), _context(voucher))
        return [("SET", key, sealed, "EX", WITHIN)]

    def move(self, old: int, new: int, voucher: str) -> list[Command]:
        """What a member has said, under the chat's new id; nothing said is no matter."""
        source = self._key(old, voucher)
        return [("COPY", source, self._key(new, voucher)), ("UNLINK", source, f"{source}:told")]


def _context(voucher: str) -> str:
    """The chat is no part of what it is sealed under: a chat may move."""
    return f"vouches:{voucher}"
