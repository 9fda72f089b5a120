"""What is due later, under the chat's keyed hash: a chat that moves takes it along without being asked.

`moderation:due` sorted set by unix seconds: chat, setting, message, when it was sent; each until its time.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from redis.asyncio import Redis

from services.moderation.domain.due import Due
from services.moderation.store.names import DUE
from shared.bus.commit import Command


class Ready(NamedTuple):
    due: Due
    member: bytes


class Later:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere

    def put(self, dues: Iterable[tuple[Due, int]]) -> list[Command]:
        """Each with when it is due; one that is there already keeps its time."""
        pairs = [part for due, at in dues for part in (at, _member(due))]
        return [("ZADD", DUE, "NX", *pairs)] if pairs else []

    async def ready(self, now: int, most: int) -> list[Ready]:
        """What is due, the oldest first."""
        members = await self._redis.zrange(DUE, "-inf", now, byscore=True, offset=0, num=most)
        return [Ready(_due(member), member) for member in members]

    def done(self, members: Iterable[bytes]) -> list[Command]:
        found = list(members)
        return [("ZREM", DUE, *found)] if found else []

    def postpone(self, ready: Iterable[tuple[bytes, int]]) -> list[Command]:
        """Each with its new time."""
        pairs = [part for member, at in ready for part in (at, member)]
        return [("ZADD", DUE, "XX", *pairs)] if pairs else []


def _member(due: Due) -> str:
    return f"{due.chat}:{due.code}:{due.message_id}:{due.sent_at}:{'|'.join(due.after)}"


def _due(member: bytes) -> Due:
    chat, code, message_id, sent_at, after = member.decode().split(":", 4)
    return Due(chat, code, int(message_id), int(sent_at), tuple(after.split("|")) if after else ())
