"""How far the updates of a bot have been read."""

from typing import Any

from redis.asyncio import Redis

from services.moderation.store.names import INDEX_TTL
from shared.bus.commit import Command
from shared.keys import Keys


class Poll:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys

    def _key(self, bot: str) -> str:
        return f"moderation:offset:{self._keys.token('bot', bot, 8)}"

    async def offset(self, bot: str) -> int | None:
        """The id of the next update, None when nothing was read lately.

        `bot` is the part of the token before the colon.
        Telegram keeps updates for 24 hours and starts its numbers anew after a quiet week, so an old offset
        is worse than none.
        """
        found = await self._redis.get(self._key(bot))
        return int(found) if found else None

    def save(self, bot: str, offset: int) -> list[Command]:
        return [("SET", self._key(bot), offset, "EX", INDEX_TTL)]
