"""People: their standing over all chats, under keyed hashes."""

from collections.abc import Collection
from typing import Any

import orjson
from redis.asyncio import Redis

from services.moderation.domain.standing import Presence, Standing
from services.moderation.store import names
from services.moderation.store.names import Names
from shared.bus.commit import Command
from shared.keys import Keys


class People:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)

    async def load(self, people: Collection[str]) -> dict[str, Standing]:
        """The standing of each keyed person."""
        pipe = self._redis.pipeline(transaction=False)
        for person in people:
            pipe.get(self._names.of_person("person", person))
        answers = await pipe.execute()
        return {person: self._open(person, sealed) for person, sealed in zip(people, answers, strict=True)}

    def _open(self, person: str, sealed: bytes | None) -> Standing:
        if sealed is None:
            return Standing()
        stored = orjson.loads(self._keys.unseal(sealed, f"person:{person}"))
        return Standing(
            {key: _presence(values) for key, values in stored["chats"].items()},
            [(at, chat) for at, chat in stored["joins"]],
        )

    def save(self, person: str, standing: Standing) -> list[Command]:
        """Sealed: it says which chats somebody is in."""
        value = orjson.dumps(
            {"chats": {key: _values(one) for key, one in standing.chats.items()}, "joins": standing.joins}
        )
        sealed = self._keys.seal(value, f"person:{person}")
        ttl = names.LISTED_TTL if standing.banned else names.PERSON_TTL
        return [("SET", self._names.of_person("person", person), sealed, "EX", ttl)]


def _values(one: Presence) -> list[Any]:
    flags = one.left | one.trusted << 1
    return [one.chat_id, one.joined, one.seen, one.days, flags, one.place, one.evidence, one.told]


def _presence(values: list[Any]) -> Presence:
    chat_id, joined, seen, days, flags, place, evidence, told = values
    return Presence(
        chat_id,
        joined,
        seen,
        days,
        bool(flags & 1),
        tuple(place) if place else None,
        evidence,
        bool(flags & 2),
        told,
    )
