"""Seals what an earlier release kept in the clear: free text in the settings of chats and in their logs."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.moderation.store.free_text import FREE_TEXT, is_open, to_store
from services.moderation.telegram.audit import AuditEntry, from_row, to_row
from shared.bus import Bus, Commit, Outcome
from shared.bus.commit import Command, Expect
from shared.keys import Keys

log = structlog.get_logger()
EVERY = 24 * 3600
"""Seconds. Not only once: while an upgrade goes on, a process of the earlier release may write."""
NAMES = tuple(sorted(FREE_TEXT))
_NAMED = tuple(name.encode() for name in NAMES)
AT_ONCE = 1000


class Resealing:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys

    async def commits(self) -> AsyncIterator[Commit]:
        """One for each chat in which something lies in the clear. What is changed meanwhile stays."""
        async for key in self._redis.scan_iter(match="moderation:*:settings:*", count=AT_ONCE):
            stored = dict(zip(NAMES, await self._redis.hmget(key, *NAMES), strict=True))
            if commit := self._settings(key.decode(), stored):
                yield commit
        async for key in self._redis.scan_iter(match="moderation:audit:*", count=AT_ONCE):
            rows = [
                row for row in await self._redis.lrange(key, 0, -1) if any(name in row for name in _NAMED)
            ]
            if writes := [write for row in rows for write in self._row(key.decode(), row)]:
                yield Commit.of(writes=writes)

    def _settings(self, key: str, stored: Mapping[str, bytes | None]) -> Commit | None:
        found = {name: value for name, value in stored.items() if value and is_open(name, _text(value))}
        return (
            Commit.of(
                writes=[
                    ("HSET", key, n, to_store(self._keys, n, _text(value))) for n, value in found.items()
                ],
                expect=[Expect.equals(key, value, name) for name, value in found.items()],
            )
            if found
            else None
        )

    def _row(self, key: str, row: bytes) -> list[Command]:
        """The line in its place; nothing happens where it has been trimmed meanwhile."""
        kept = AuditEntry.model_validate_json(row)
        name, _, value = kept.detail.partition("=")
        if kept.what != "settings" or not (is_open(name, value) or is_open(name, kept.before)):
            return []
        sealed = to_row(self._keys, from_row(self._keys, row))
        return [("LINSERT", key, "BEFORE", row, sealed), ("LREM", key, 1, row)]


def _text(stored: bytes) -> str:
    return stored.decode(errors="replace")


async def reseal(bus: Bus) -> None:
    """Seal it, then have Redis write its append-only file anew, which still holds what was there before."""
    sealed = 0
    async for commit in Resealing(bus.redis, bus.keys).commits():
        sealed += await bus.commit(commit) is Outcome.DONE
    if not sealed:
        return
    log.info("settings_sealed", chats=sealed)
    try:
        await bus.redis.bgrewriteaof()
    except RedisError as error:
        log.warning("append_only_file_not_rewritten", reason=type(error).__name__, do="BGREWRITEAOF")
