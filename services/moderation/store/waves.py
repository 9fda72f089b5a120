"""Who joined in the last hour, whether a chat's door is closed, and who came in a wave.

The raw ids that a restriction needs lie sealed and for two hours; who came in a wave is remembered as keyed
hashes for thirty days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from redis.asyncio import Redis

from services.moderation.domain.raids import Door, Join
from services.moderation.store.invites import Invites
from services.moderation.store.names import CHATS, DAY, HOUR, JOINED_TTL, Names
from services.moderation.store.reads import Reads, hash_of
from shared.bus.commit import Command, Expect
from shared.keys import Keys

DOORS = "moderation:doors"
KEPT_FOR = 2 * HOUR
COHORT_TTL = 30 * DAY
USUAL_DAYS = 7


@dataclass(frozen=True)
class Kept:
    """What is known of a chat's joins. `ids` are raw; `cohort` is the wave that is under way."""

    joins: tuple[Join, ...]
    ids: Mapping[str, int]
    door: Door
    cohort: frozenset[str]
    usual: float
    """Joins a day in the week before."""
    unchanged: Expect


class Waves:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)
        self._reads = Reads(redis)
        self._invites = Invites(redis, keys)

    async def load(self, chat_id: int, now: int) -> Kept:
        return (await self.load_all([chat_id], now))[chat_id]

    async def load_all(self, chats: Sequence[int], now: int) -> dict[int, Kept]:
        """What is known of the joins in some chats."""
        answers = iter(await self._reads([read for chat_id in chats for read in self._asked(chat_id, now)]))
        return {
            chat_id: await self._kept(chat_id, hash_of(next(answers)), next(answers), next(answers))
            for chat_id in chats
        }

    def _asked(self, chat_id: int, now: int) -> Iterable[Command]:
        yield ("HGETALL", self._names.of_chat("came", chat_id))
        yield ("GET", self._names.of_chat("door", chat_id))
        yield ("ZCOUNT", self._names.of_chat("joined", chat_id), now - USUAL_DAYS * DAY, now - HOUR)

    async def _kept(
        self, chat_id: int, stored: Mapping[bytes, bytes], sealed: bytes | None, usual: int
    ) -> Kept:
        came = self._names.of_chat("came", chat_id)
        door = Door(*orjson.loads(sealed)) if sealed else Door()
        found = [orjson.loads(self._keys.unseal(value, came)) for value in stored.values()]
        return Kept(
            joins=tuple(sorted(Join(at, person) for at, person, _ in found)),
            ids={person: user_id for _, person, user_id in found},
            door=door,
            cohort=await self.cohort(chat_id, door.since) if door.since else frozenset(),
            usual=usual / USUAL_DAYS,
            unchanged=Expect.equals(self._names.of_chat("door", chat_id), sealed),
        )

    async def cohort(self, chat_id: int, since: int) -> frozenset[str]:
        """Keyed people of the wave that began then."""
        return frozenset(
            member.decode() for member in await self._redis.smembers(self._cohort(chat_id, since))
        )

    def came(self, chat_id: int, joins: Iterable[tuple[Join, int]], kept: Kept, now: int) -> list[Command]:
        """Remember joins with their raw ids, and forget those older than an hour."""
        key = self._names.of_chat("came", chat_id)
        pairs = [
            part
            for one, user_id in joins
            for part in (one.person, self._keys.seal(orjson.dumps((one.at, one.person, user_id)), key))
        ]
        old = [one.person for one in kept.joins if now - one.at > HOUR]
        writes: list[Command] = [("HDEL", key, *old)] if old else []
        return [*writes, ("HSET", key, *pairs), ("EXPIRE", key, KEPT_FOR)]

    def door(self, chat_id: int, door: Door, people: Iterable[str], now: int) -> list[Command]:
        """The door as it now is, with those who were counted just now."""
        key, cohort = self._names.of_chat("door", chat_id), self._cohort(chat_id, door.since)
        counted = [*people]
        came: list[Command] = [("SADD", cohort, *counted), ("EXPIRE", cohort, COHORT_TTL)]
        return [
            ("SET", key, orjson.dumps(tuple(door)), "EX", max(door.until - now, 0) + DAY),
            *(came if counted else []),
            ("ZADD", DOORS, door.until, self._keys.person(chat_id)),
        ]

    async def closed(self, now: int) -> list[int]:
        """Chats in which a wave is on and the bot still is."""
        keys = [key.decode() for key in await self._redis.zrange(DOORS, f"({now}", "+inf", byscore=True)]
        sealed = await self._redis.hmget(CHATS, keys) if keys else []
        return [int(self._keys.unseal(one, "chats")) for one in sealed if one]

    async def due(self, now: int) -> list[tuple[str, int | None]]:
        """Chats whose door should be open by now: keyed hash, and id unless the bot has left."""
        keys = [key.decode() for key in await self._redis.zrange(DOORS, "-inf", now, byscore=True)]
        sealed = await self._redis.hmget(CHATS, keys) if keys else []
        return [
            (key, int(self._keys.unseal(one, "chats")) if one else None)
            for key, one in zip(keys, sealed, strict=True)
        ]

    def opened(self, key: str, chat_id: int | None) -> list[Command]:
        gone: list[Command] = [("ZREM", DOORS, key)]
        return gone if chat_id is None else [*gone, ("UNLINK", self._names.of_chat("door", chat_id))]

    async def move(self, old: int, new: int) -> list[Command]:
        """A chat's joins, its door and the bot's links under its new id."""
        source, target = self._names.of_chat("came", old), self._names.of_chat("came", new)
        writes: list[Command] = [
            ("HSETNX", target, person, self._keys.seal(self._keys.unseal(sealed, source), target))
            for person, sealed in (await self._redis.hgetall(source)).items()
        ]
        writes += [("EXPIRE", target, KEPT_FOR), ("UNLINK", source), ("ZREM", DOORS, self._keys.person(old))]
        return [*writes, *await self._move_door(old, new), *self._invites.move(old, new)]

    async def _move_door(self, old: int, new: int) -> list[Command]:
        source, target = self._names.of_chat("door", old), self._names.of_chat("door", new)
        stored = await self._redis.get(source)
        if stored is None:
            return []
        door = Door(*orjson.loads(stored))
        return [
            ("COPY", source, target),
            ("COPY", self._cohort(old, door.since), self._cohort(new, door.since)),
            ("UNLINK", source, self._cohort(old, door.since)),
            ("ZADD", DOORS, "NX", door.until, self._keys.person(new)),
        ]

    def _cohort(self, chat_id: int, since: int) -> str:
        return f"{self._names.of_chat('cohort', chat_id)}:{since}"


assert KEPT_FOR < JOINED_TTL
