"""The chats that the bot is in, all at once: what they are and how the bot stands there."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from redis.asyncio import Redis

from services.moderation.domain.update import Chat
from services.moderation.identity import TYPES
from services.moderation.store import forms, names, packed, places
from services.moderation.store.names import Names
from shared.bus.commit import Command
from shared.keys import Keys

FEW = 20
"""Below this a chat's number of members is neither stored nor shown."""


class Health(NamedTuple):
    """How the bot stands in a chat: its membership, rights that it lacks, when somebody's message was noted
    last (unix seconds, 0 for none), and how many members there are (0: few, or not known).
    """

    bot: str = ""
    lacks: tuple[str, ...] = ()
    heard: int = 0
    people: int = 0


class Listed(NamedTuple):
    """`chats` are listed; of those in `unsure` the name is, and which chat that is was not looked up yet."""

    chats: frozenset[int] = frozenset()
    unsure: frozenset[int] = frozenset()


def _health(fields: Sequence[bytes | None], newest: Sequence[tuple[bytes, float]]) -> Health:
    bot, lacks, people = ((value or b"").decode() for value in fields)
    heard = packed.unpack(newest[0][1])[0] if newest else 0
    return Health(bot, tuple(lacks.split()), heard, int(people or 0))


class Visited:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)

    async def here(self) -> dict[str, int]:
        """The chats that the bot is in: keyed hash and id."""
        stored = await self._redis.hgetall(names.CHATS)
        return {key.decode(): int(self._keys.unseal(sealed, "chats")) for key, sealed in stored.items()}

    async def abouts(self, chats: Collection[int]) -> dict[int, Chat]:
        """Kind, title and user name of those chats of which they are known."""
        pipe = self._redis.pipeline(transaction=False)
        for chat_id in chats:
            pipe.hget(self._names.of_chat("chat", chat_id), "about")
        found = zip(chats, await pipe.execute(), strict=True)
        return {chat_id: about for chat_id, one in found if one and (about := forms.about(self._keys, one))}

    def counted(self, chat_id: int, people: int) -> list[Command]:
        """How many members a chat has; few are not stored."""
        key = self._names.of_chat("chat", chat_id)
        return [("HSET", key, "people", people) if people >= FEW else ("HDEL", key, "people")]

    def lacks(self, chat_id: int, rights: Iterable[str]) -> list[Command]:
        """Rights that the bot needs in a chat and has not got."""
        key, lacking = self._names.of_chat("chat", chat_id), " ".join(rights)
        return [("HSET", key, "lacks", lacking) if lacking else ("HDEL", key, "lacks")]

    async def healths(self, chats: Collection[int]) -> dict[int, Health]:
        """How the bot stands in some chats."""
        pipe = self._redis.pipeline(transaction=False)
        for chat_id in chats:
            pipe.hmget(self._names.of_chat("chat", chat_id), ["bot", "lacks", "people"])
            pipe.zrange(self._names.of_chat("seen", chat_id), 0, 0, desc=True, withscores=True)
        found = iter(await pipe.execute())
        return {chat_id: _health(next(found), next(found)) for chat_id in chats}

    async def listed(self, chats: Iterable[Chat]) -> Listed:
        """Those of these chats that the directory lists. A user name alone says nothing: somebody else may
        have taken it since.
        """
        named = {one.id: one for one in chats if one.username}
        pipe = self._redis.pipeline(transaction=False)
        for chat_id, one in named.items():
            pipe.hget(names.PLACES, f"u:{one.username}")
            pipe.hget(names.IDENTITIES, f"u:{one.username}")
            pipe.hget(self._names.of_chat("chat", chat_id), "former")
        found = iter(await pipe.execute())
        answers = [(one, next(found), next(found), next(found)) for one in named.values()]
        placed = [(one, known, former) for one, place, known, former in answers if place is not None]
        return Listed(
            frozenset(one.id for one, known, former in placed if self._is_it(one, known, former)),
            frozenset(one.id for one, known, _ in placed if known is None),
        )

    def _is_it(self, chat: Chat, listed: bytes | None, former: bytes | None) -> bool:
        """Whether this is the chat that is listed, also from before it became a supergroup."""
        if listed is None:
            return False
        before = None if former is None else int(self._keys.unseal(former, "chats"))
        kind = {"": TYPES.get(chat.type, "other")}
        return listed.decode() in places.identities(self._keys, (chat.id, before), kind)
