"""The 48-hour index: which messages a chat has, whose, and when; ids and keyed hashes only.

`moderation:{pp}:index:<c>:<hour>` sorted set by message id: `<message>:<person>:<unix seconds>`, and
`:<topic>` behind it for a message in a topic.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from redis.asyncio import Redis

from services.moderation.store import names
from services.moderation.store.names import HOUR, Names
from shared.bus.commit import Command
from shared.keys import Keys

HOURS = 48
"""Hours before the one that runs."""
SKEW = 300
"""Seconds by which our clock may differ from Telegram's, or the parts of an album from each other."""


class Indexed(NamedTuple):
    """`member` and `hour` say where it stands, for `forget`."""

    message_id: int
    person: str
    at: int
    hour: int
    member: bytes
    topic: int = 0
    """0 outside of topics, and in the general one."""


class Index:
    OURS = "bot"
    """Stands for the bot in place of a keyed hash."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)

    def save(self, chat_id: int, found: Iterable[tuple[int, str, int, int]], now: int) -> list[Command]:
        """Id, keyed person, unix seconds and topic of each; what is older than two days is left out."""
        hours: dict[int, list[int | str]] = {}
        for message_id, person, at, topic in found:
            if now - at < names.INDEX_TTL:
                where = f":{topic}" if topic else ""
                # Whatever date a message bears, it is forgotten 48 hours after it came.
                hour = min(at, now + SKEW) // HOUR
                hours.setdefault(hour, []).extend((message_id, f"{message_id}:{person}:{at}{where}"))
        writes: list[Command] = []
        for hour, pairs in hours.items():
            key = self._names.index(chat_id, hour)
            writes.append(("ZADD", key, *pairs))
            writes.append(("EXPIRE", key, _ttl(hour, now)))
        return writes

    async def all(self, chat_id: int, now: int, since: int = 0) -> list[Indexed]:
        """Messages with this id and above, oldest first."""
        found = await self._read(chat_id, _hours(now), since)
        newest = _newest(found)
        first = newest[since].at - SKEW if since in newest else 0
        return [one for one in found if one is newest[one.message_id] and one.at >= first]

    async def author(self, chat_id: int, message_id: int, now: int) -> str:
        """Who wrote a message; empty when it is not indexed any more."""
        found = await self._read(chat_id, _hours(now), message_id, message_id)
        newest = _newest(found).get(message_id)
        return newest.person if newest is not None else ""

    async def before(self, chat_id: int, moment: int, now: int) -> list[Indexed]:
        """Messages sent up to this moment (unix seconds) that can still be deleted, oldest first."""
        found = await self._read(chat_id, range(now // HOUR - HOURS, moment // HOUR + 1))
        old = [one for one in found if one.at <= moment and now - one.at < names.INDEX_TTL]
        return await self._not_again(chat_id, old, now) if old else []

    async def not_again(self, chat_id: int, sent: Iterable[tuple[int, int]], now: int) -> set[int]:
        """The ids that no later message has; each with when it was sent, in unix seconds.

        A supergroup counts its messages anew: an id of the group that it was may be another message's now.
        """
        newest = {one.message_id: one.at for one in await self.all(chat_id, now)}
        return {message_id for message_id, at in sent if newest.get(message_id, at) <= at + SKEW}

    async def _not_again(self, chat_id: int, old: list[Indexed], now: int) -> list[Indexed]:
        if not await self._redis.exists(self._names.of_chat("mixed", chat_id)):
            return old
        still = await self.not_again(chat_id, ((one.message_id, one.at) for one in old), now)
        return [one for one in old if one.message_id in still]

    async def _read(self, chat_id: int, hours: range, since: int = 0, until: int = 0) -> list[Indexed]:
        pipe = self._redis.pipeline(transaction=False)
        for hour in hours:
            pipe.zrange(self._names.index(chat_id, hour), since or "-inf", until or "+inf", byscore=True)
        answers = await pipe.execute()
        return [_indexed(m, hour) for hour, members in zip(hours, answers, strict=True) for m in members]

    def forget(self, chat_id: int, gone: Iterable[Indexed]) -> list[Command]:
        """They are deleted, or as good as."""
        hours: dict[int, list[bytes]] = {}
        for one in gone:
            hours.setdefault(one.hour, []).append(one.member)
        return [("ZREM", self._names.index(chat_id, hour), *members) for hour, members in hours.items()]

    def move(self, old: int, new: int, now: int) -> list[Command]:
        """A chat's index under its new id, marked for as long as ids of both are in it."""
        mixed = self._names.of_chat("mixed", new)
        writes: list[Command] = [("SET", mixed, "1", "EX", names.INDEX_TTL + HOUR)]
        for hour in _hours(now):
            source, target = self._names.index(old, hour), self._names.index(new, hour)
            writes.append(("ZUNIONSTORE", target, 2, source, target, "AGGREGATE", "MAX"))
            writes.append(("EXPIRE", target, _ttl(hour, now)))
            writes.append(("UNLINK", source))
        return writes


def _hours(now: int) -> range:
    """The hours whose messages are kept, by Telegram's clock, which may be ahead of ours."""
    return range(now // HOUR - HOURS, (now + SKEW) // HOUR + 1)


def _ttl(hour: int, now: int) -> int:
    """Seconds until an hour's messages are forgotten, 48 hours after it ended."""
    return (hour + 1) * HOUR + names.INDEX_TTL - now


def _newest(found: Iterable[Indexed]) -> dict[int, Indexed]:
    """For each id the message that has it now."""
    newest: dict[int, Indexed] = {}
    for one in found:
        if (known := newest.get(one.message_id)) is None or known.at <= one.at:
            newest[one.message_id] = one
    return newest


def _indexed(member: bytes, hour: int) -> Indexed:
    message_id, person, at, *topic = member.decode().split(":")
    return Indexed(int(message_id), person, int(at), hour, member, int(topic[0]) if topic else 0)
