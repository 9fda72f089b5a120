"""People: their standing over all chats, under keyed hashes."""

from collections.abc import Collection, Mapping
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
        """The standing of each keyed person; chats that have moved stand under their new id."""
        if not people:
            return {}
        pipe = self._redis.pipeline(transaction=False)
        pipe.mget([self._names.of_person("person", person) for person in people])
        pipe.hgetall(names.MOVES)
        answers, moves = await pipe.execute()
        found = {person: self._open(person, sealed) for person, sealed in zip(people, answers, strict=True)}
        if moves:
            moved = {key.decode(): int(self._keys.unseal(new, "chats")) for key, new in moves.items()}
            for standing in found.values():
                self._follow(standing, moved)
        return found

    def _follow(self, standing: Standing, moved: Mapping[str, int]) -> None:
        for old in standing.chats.keys() & moved.keys():
            presence, new = standing.chats.pop(old), moved[old]
            presence.chat_id = new
            standing.chats.setdefault(self._keys.person(new), presence)
        if any(chat in moved for _, chat in standing.joins):
            standing.joins = [
                (at, self._keys.person(moved[chat]) if chat in moved else chat) for at, chat in standing.joins
            ]

    def _open(self, person: str, sealed: bytes | None) -> Standing:
        if sealed is None:
            return Standing()
        stored = orjson.loads(self._keys.unseal(sealed, f"person:{person}"))
        return Standing(
            {key: _presence(values) for key, values in stored["chats"].items()},
            [(at, chat) for at, chat in stored["joins"]],
            [(at, look) for at, look in stored.get("looks", ())],
        )

    def save(self, person: str, standing: Standing) -> list[Command]:
        """Sealed: it says which chats somebody is in."""
        value = orjson.dumps(
            {
                "chats": {key: _values(one) for key, one in standing.chats.items()},
                "joins": standing.joins,
                "looks": standing.looks,
            }
        )
        sealed = self._keys.seal(value, f"person:{person}")
        ttl = names.LISTED_TTL if standing.banned else names.PERSON_TTL
        return [("SET", self._names.of_person("person", person), sealed, "EX", ttl)]


LATER: tuple[Any, ...] = ("", 0, 0, (), "", ())
"""What stands at the end where an earlier version has not stored it yet."""


def _values(one: Presence) -> list[Any]:
    flags = one.left | one.trusted << 1 | one.leads << 2
    told = [one.joined, one.seen, one.days, flags, one.place, one.evidence, one.told]
    return [one.chat_id, *told, one.road, one.first, one.asked, one.rules, one.level, one.vouched]


def _presence(values: list[Any]) -> Presence:
    """What an earlier version has stored ends before `road` or `level`."""
    chat_id, joined, seen, days, flags, place, evidence, told, *later = values
    road, first, asked, rules, level, vouched = [*later, *LATER[len(later) :]]
    return Presence(
        chat_id=chat_id,
        joined=joined,
        seen=seen,
        days=days,
        left=bool(flags & 1),
        place=tuple(place) if place else None,
        evidence=evidence,
        trusted=bool(flags & 2),
        told=told,
        road=road,
        first=first,
        asked=asked,
        rules=tuple(rules),
        level=level,
        vouched=tuple(vouched),
        leads=bool(flags & 4),
    )
