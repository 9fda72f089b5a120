"""A group becomes a supergroup: everything that is known of it goes to the new id in one commit."""

from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis

from services.moderation.domain.settings import SETTINGS
from services.moderation.store import names
from services.moderation.store.chats import Chats
from services.moderation.store.corrections import Corrections
from services.moderation.store.names import DAY, Names
from shared.bus.commit import Command
from shared.keys import Keys

_PEOPLE = {
    "seen": names.SEEN_TTL,
    "joined": names.JOINED_TTL,
    "warned": names.WARNED_TTL,
    "trusted": names.TRUSTED_TTL,
}


class Moving:
    """What is due for the old chat needs no new name: it is found through `moderation:moves`."""

    def __init__(self, redis: Redis, keys: Keys, chats: Chats) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)
        self._chats = chats

    async def writes(self, old: int, new: int, settings: Mapping[str, str], now: int) -> list[Command]:
        """`settings` as they stand at the old id; what was set at the new one already wins."""
        return [
            *self._settings(old, new, settings),
            *(write for what, ttl in _PEOPLE.items() for write in self._united(what, old, new, ttl)),
            *self._chats.index.move(old, new, now),
            *Corrections(self._redis, self._keys).move(old, new),
            *self._names_of_people(old, now),
            *await self._closed(old, new),
            *self._known(old, new),
        ]

    def _settings(self, old: int, new: int, settings: Mapping[str, str]) -> list[Command]:
        target = self._names.of_chat("settings", new)
        writes: list[Command] = []
        for name, value in settings.items():
            writes.append(("HSETNX", target, name, value))
            if name in SETTINGS:
                writes += self._chats.closings.follow(new, name, value)
        writes.append(
            ("UNLINK", *(self._names.of_chat(what, old) for what in ("chat", "settings", "admins")))
        )
        return writes

    def _united(self, what: str, old: int, new: int, ttl: int) -> list[Command]:
        source, target = self._names.of_chat(what, old), self._names.of_chat(what, new)
        return [
            ("ZUNIONSTORE", target, 2, source, target, "AGGREGATE", "MAX"),
            ("EXPIRE", target, ttl),
            ("UNLINK", source),
        ]

    def _names_of_people(self, old: int, now: int) -> list[Command]:
        """They are sealed under their key's name; they come anew with what people write."""
        return [("UNLINK", *(self._names.named(old, now // DAY - back) for back in (0, 1)))]

    async def _closed(self, old: int, new: int) -> list[Command]:
        """A closed group stays closed as a supergroup, and is opened there."""
        closed, skip, _ = await self._chats.closings.read(old)
        writes = self._chats.closings.save(new, closed) if closed is not None else []
        writes += self._chats.closings.awake(new, skip) if skip else []
        return [*writes, *self._chats.closings.save(old, None)]

    def _known(self, old: int, new: int) -> list[Command]:
        chat, sealed = self._keys.person(old), self._keys.seal(str(new).encode(), "chats")
        return [
            ("HDEL", names.CHATS, chat),
            ("HSET", names.MOVES, chat, sealed),
            ("EXPIRE", names.MOVES, names.MOVED_TTL),
            ("HSET", names.CHATS, self._keys.person(new), sealed),
            ("SREM", names.NIGHTLY, chat),
            ("SREM", names.AGING, chat),
        ]
