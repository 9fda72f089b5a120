"""The bot's own invite links, sealed: who has one can come in. And who asked to come in during a wave."""

from collections.abc import Iterable
from typing import Any

import orjson
from redis.asyncio import Redis

from services.moderation.domain.invites import Invite
from services.moderation.store.names import DAY, Names
from shared.bus.commit import Command
from shared.keys import Keys

TTL = 366 * DAY
ASKED_TTL = 2 * DAY
SEAL = "invites"
"""The same in every chat: a chat that moves takes its links along."""


class Invites:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)

    def _key(self, chat_id: int) -> str:
        return self._names.of_chat("invites", chat_id)

    def code(self, link: Invite) -> str:
        """Six characters that stand for a link: enough to name it, too few to come in by."""
        return self._keys.token("invite", link.url, 8)[:6]

    async def of(self, chat_id: int) -> list[Invite]:
        """By name."""
        found = await self._redis.hvals(self._key(chat_id))
        return sorted(
            (Invite(*orjson.loads(self._keys.unseal(one, SEAL))) for one in found),
            key=lambda one: (one.name, one.url),
        )

    def save(self, chat_id: int, links: Iterable[Invite]) -> list[Command]:
        key = self._key(chat_id)
        pairs = [
            part
            for one in links
            for part in (self.code(one), self._keys.seal(orjson.dumps(tuple(one)), SEAL))
        ]
        return [("HSET", key, *pairs), ("EXPIRE", key, TTL)] if pairs else []

    def drop(self, chat_id: int, link: Invite) -> list[Command]:
        return [("HDEL", self._key(chat_id), self.code(link))]

    def move(self, old: int, new: int) -> list[Command]:
        """A chat's links, and who asked, under its new id."""
        return [
            ("COPY", self._key(old), self._key(new)),
            ("COPY", self._asked(old), self._asked(new)),
            ("UNLINK", self._key(old), self._asked(old)),
        ]

    # Who asked during a wave.

    def _asked(self, chat_id: int) -> str:
        return self._names.of_chat("asked", chat_id)

    def asked(self, chat_id: int, people: Iterable[int]) -> list[Command]:
        """Raw ids are sealed, and kept for as long as a button that lets them in is good."""
        key = self._asked(chat_id)
        pairs = [
            part
            for one in people
            for part in (self._keys.person(one), self._keys.seal(str(one).encode(), SEAL))
        ]
        return [("HSET", key, *pairs), ("EXPIRE", key, ASKED_TTL)] if pairs else []

    async def waiting(self, chat_id: int) -> list[int]:
        """Ids of those who asked during the last wave."""
        found = await self._redis.hvals(self._asked(chat_id))
        return sorted(int(self._keys.unseal(one, SEAL)) for one in found)

    def let_in(self, chat_id: int, people: Iterable[int]) -> list[Command]:
        """Who is in waits no longer."""
        return [("HDEL", self._asked(chat_id), *(self._keys.person(one) for one in people))]

    def answered(self, chat_id: int) -> list[Command]:
        return [("UNLINK", self._asked(chat_id))]
