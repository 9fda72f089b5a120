"""What goes into lists shared with other operators, and whom their lists would touch."""

from collections.abc import Iterable
from typing import Any

from redis.asyncio import Redis

from services.moderation.store.names import DAY, LISTED_TTL
from shared.bus.commit import Command

PREVIEW_TTL = 30 * DAY


class Shared:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere

    def banned(self, name: str, person: str, until: int) -> list[Command]:
        """`person` is the hash of that list; `until` in unix seconds."""
        key = _out(name)
        return [("HSET", key, person, until), ("SREM", _revoked(name), person), ("EXPIRE", key, LISTED_TTL)]

    def revoked(self, name: str, person: str) -> list[Command]:
        """Taken back by an admin: it stays in the list as revoked, for those who still have the old one."""
        key = _revoked(name)
        return [("HDEL", _out(name), person), ("SADD", key, person), ("EXPIRE", key, LISTED_TTL)]

    async def published(self, name: str) -> tuple[dict[str, int], frozenset[str]]:
        """Entries with their ends, and what was revoked."""
        entries = await self._redis.hgetall(_out(name))
        gone = await self._redis.smembers(_revoked(name))
        return {k.decode(): int(v) for k, v in entries.items()}, frozenset(one.decode() for one in gone)

    def would_touch(self, names: Iterable[str], person: str) -> list[Command]:
        """`person` is this deployment's own keyed hash."""
        return [
            write
            for name in names
            for write in (("SADD", _preview(name), person), ("EXPIRE", _preview(name), PREVIEW_TTL))
        ]

    async def touched(self, name: str) -> set[str]:
        """Keyed people seen in the last thirty days whom the list names."""
        return {one.decode() for one in await self._redis.smembers(_preview(name))}


def _out(name: str) -> str:
    return f"moderation:shared:out:{name}"


def _revoked(name: str) -> str:
    return f"moderation:shared:revoked:{name}"


def _preview(name: str) -> str:
    return f"moderation:shared:preview:{name}"
