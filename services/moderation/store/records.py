"""The record of what was concluded of people: reasons with figures, people as keyed hashes, no text.

`dze replay` weighs them again. Sealed, at most `KEPT` for each of the eight partitions, for thirty days.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from redis.asyncio import Redis

from services.moderation.domain.replay import Record
from services.moderation.domain.standing import Found
from services.moderation.store.names import DAY
from shared.bus.commit import Command
from shared.contracts.base import PARTITIONS, tag
from shared.keys import Keys

KEPT = 2_500
KEPT_FOR = 30 * DAY
CONTEXT = "decisions"


class Records:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys

    def add(self, records: Iterable[Record], *, guests: bool = False) -> list[Command]:
        """Newest first in each partition's list. `guests`: of chats that are not known, which have a list of
        their own: no stranger's group pushes out what was concluded elsewhere.
        """
        by_key: dict[str, list[bytes]] = {}
        for record in records:
            key = _key(int.from_bytes(self._keys.route(record.person)[:1]) % PARTITIONS, guests=guests)
            by_key.setdefault(key, []).append(self._keys.seal(orjson.dumps(tuple(record)), CONTEXT))
        writes: list[Command] = []
        for key, sealed in by_key.items():
            writes += [("LPUSH", key, *sealed), ("LTRIM", key, 0, KEPT - 1), ("EXPIRE", key, KEPT_FOR)]
        return writes

    async def all(self) -> list[Record]:
        """Every record, oldest first."""
        pipe = self._redis.pipeline(transaction=False)
        for partition in range(PARTITIONS):
            for guests in (False, True):
                pipe.lrange(_key(partition, guests=guests), 0, -1)
        stored = [sealed for found in await pipe.execute() for sealed in found]
        records = (_record(orjson.loads(self._keys.unseal(sealed, CONTEXT))) for sealed in stored)
        return sorted(records, key=lambda record: record.at)


def _record(values: list[Any]) -> Record:
    at, person, chat_id, score, before, found, *firm = values
    return Record(at, person, chat_id, score, before, _found(found), _found(firm[0] if firm else ()))


def _found(values: Iterable[Any]) -> tuple[Found, ...]:
    return tuple((name, detail) for name, detail in values)


def _key(partition: int, *, guests: bool) -> str:
    return f"moderation:{tag(partition)}:decisions{':guests' if guests else ''}"
