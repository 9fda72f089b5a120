"""A group becomes a supergroup: everything that is known of it goes to the new id in one commit.

What can be moved where it lies is moved there, so that nothing written meanwhile is lost; what is sealed
under its key's name is read and sealed anew.
"""

from collections.abc import Iterable
from typing import Any

from redis.asyncio import Redis

from services.moderation.domain.settings import SETTINGS
from services.moderation.store import names
from services.moderation.store.chats import Chats
from services.moderation.store.corrections import Corrections
from services.moderation.store.free_text import to_store
from services.moderation.store.names import Names
from services.moderation.store.waves import Waves
from shared.bus.commit import Command, Commit
from shared.keys import Keys

_PEOPLE = {
    "seen": names.SEEN_TTL,
    "joined": names.JOINED_TTL,
    "warned": names.WARNED_TTL,
    "trusted": names.TRUSTED_TTL,
}


class Moving:
    """What is due for the old chat needs no new name: it is found through `moderation:moves`."""

    def __init__(
        self, redis: Redis, keys: Keys, chats: Chats, corrections: Corrections, waves: Waves
    ) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)
        self._chats = chats
        self._corrections = corrections
        self._waves = waves

    async def is_done(self, old: int) -> bool:
        """Whether the chat has moved before."""
        return await self._chats.now_at(old) != old

    async def commit(self, old: int, new: int, now: int) -> Commit:
        """On the condition that nobody else moves it; what was set at the new id already wins."""
        closed, unchanged = await self._closed(old, new, now)
        admitted = await self._chats.admissions.move(self._keys.person(old), self._keys.person(new))
        writes = [
            *await self._chats.move(old, new),
            *await self._settings(old, new),
            *(write for what, ttl in _PEOPLE.items() for write in self._united(what, old, new, ttl)),
            *await self._of_people(old, new, now),
            *self._chats.index.move(old, new, now),
            *self._corrections.move(old, new),
            *await self._corrections.lent.move(self._keys.person(old), self._keys.person(new)),
            *self._chats.removals.move(self._keys.person(old), self._keys.person(new)),
            *self._chats.watched.move(old, new),
            *await self._waves.move(old, new),
            *await self._names_of_people(old, new, now),
            *closed,
            *self._known(old, new),
        ]
        return Commit.of(writes=writes, expect=[self._chats.at_home(old), *unchanged]) + admitted

    async def _settings(self, old: int, new: int) -> list[Command]:
        """As a whole where the new id has none, so that what is being set goes along; else one by one."""
        source, target = self._names.of_chat("settings", old), self._names.of_chat("settings", new)
        settings = (await self._chats.settings(old)).values
        writes: list[Command] = [("COPY", source, target)]
        for name, value in settings.items():
            writes.append(("HSETNX", target, name, to_store(self._keys, name, value)))
            if name in SETTINGS:
                writes += self._chats.closings.follow(new, name, value)
        return [*writes, ("UNLINK", source, self._names.of_chat("admins", old))]

    def _united(self, what: str, old: int, new: int, ttl: int) -> list[Command]:
        source, target = self._names.of_chat(what, old), self._names.of_chat(what, new)
        return [
            ("ZUNIONSTORE", target, 2, source, target, "AGGREGATE", "MAX"),
            ("EXPIRE", target, ttl),
            ("UNLINK", source),
        ]

    async def _of_people(self, old: int, new: int, now: int) -> Iterable[Command]:
        """What has a key for each person who has written: in a group that is two hundred people at most."""
        people = {one.person for one in await self._chats.index.all(old, now)}
        people |= {one.decode() for one in await self._redis.zrange(self._names.of_chat("seen", old), 0, -1)}
        writes: list[Command] = []
        for person in sorted(people):
            writes += self._corrections.move_case(old, new, person)
            writes += self._chats.vouches.move(old, new, person)
        return writes

    async def _names_of_people(self, old: int, new: int, now: int) -> list[Command]:
        writes: list[Command] = []
        for day in names.named_days(now):
            source, target = self._names.named(old, day), self._names.named(new, day)
            if not (found := await self._redis.hgetall(source)):
                continue
            for name, sealed in found.items():
                again = self._keys.seal(self._keys.unseal(sealed, source), target)
                writes.append(("HSETNX", target, name, again))
            writes += [("EXPIRE", target, names.named_ttl(day, now)), ("UNLINK", source)]
        return writes

    async def _closed(self, old: int, new: int, now: int) -> tuple[list[Command], list[Any]]:
        """A closed group stays closed as a supergroup, and is opened there."""
        closed, skip, unchanged = await self._chats.closings.read(old)
        writes = self._chats.closings.save(new, closed) if closed is not None else []
        writes += self._chats.closings.awake(new, skip, now) if skip else []
        return [*writes, *self._chats.closings.forget(old)], [unchanged]

    def _known(self, old: int, new: int) -> list[Command]:
        """From here on everybody finds the new id, by the old one or by its hash."""
        here, there = self._names.of_chat("chat", old), self._names.of_chat("chat", new)
        chat = self._keys.person(old)
        sealed = self._keys.seal(str(new).encode(), "chats")
        return [
            ("UNLINK", here),
            ("HSET", here, "moved", sealed),
            ("EXPIRE", here, names.MOVED_TTL),
            ("HSET", there, "former", self._keys.seal(str(old).encode(), "chats")),
            ("HDEL", names.CHATS, chat),
            ("HSET", names.MOVES, chat, sealed),
            ("EXPIRE", names.MOVES, names.MOVED_TTL),
            ("HSET", names.CHATS, self._keys.person(new), sealed),
            ("SREM", names.NIGHTLY, chat),
            ("SREM", names.AGING, chat),
        ]
