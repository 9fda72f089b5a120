"""People: their standing over all chats, under keyed hashes."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from redis.asyncio import Redis

from services.moderation.domain.standing import Presence, Standing
from services.moderation.domain.standing.person import Passed
from services.moderation.store import names
from services.moderation.store.admissions import VERSION, AdmissionStore
from services.moderation.store.names import Names
from shared.bus.commit import Command
from shared.keys import Keys


class People:
    """`admissions` are in step with what was loaded last."""

    def __init__(self, redis: Redis, keys: Keys, admissions: AdmissionStore | None = None) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)
        self.admissions = admissions or AdmissionStore(redis, keys)

    async def load(self, people: Collection[str]) -> dict[str, Standing]:
        """The standing of each keyed person; chats that have moved stand under their new id.

        Admissions are read anew when they have changed: their version comes in the same round trip.
        """
        if not people:
            return {}
        pipe = self._redis.pipeline(transaction=False)
        pipe.mget([self._names.of_person("person", person) for person in people])
        pipe.hgetall(names.MOVES)
        pipe.hget(names.ADMISSIONS, VERSION)
        answers, moves, version = await pipe.execute()
        await self.admissions.at(version)
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
        standing.joins = [(at, self._now(chat, moved)) for at, chat in standing.joins]
        for one in standing.chats.values():
            one.ban_sources = self._all_now(one.ban_sources, moved)
            one.ban_needs = self._all_now(one.ban_needs, moved)
            one.trust_sources = self._all_now(one.trust_sources, moved)
            if one.passed is not None:
                one.passed = one.passed._replace(
                    against=self._all_now(one.passed.against, moved),
                    favour=self._all_now(one.passed.favour, moved),
                    needs=self._all_now(one.passed.needs, moved),
                )

    def _all_now(self, chats: tuple[str, ...], moved: Mapping[str, int]) -> tuple[str, ...]:
        return tuple(self._now(chat, moved) for chat in chats)

    def _now(self, chat: str, moved: Mapping[str, int]) -> str:
        """The keyed hash of the id that a chat now has."""
        return self._keys.person(moved[chat]) if chat in moved else chat

    def _open(self, person: str, sealed: bytes | None) -> Standing:
        if sealed is None:
            return Standing()
        stored = orjson.loads(self._keys.unseal(sealed, f"person:{person}"))
        more = stored.get("more", {})
        return Standing(
            {key: _presence(values, more.get(key, {})) for key, values in stored["chats"].items()},
            [(at, chat) for at, chat in stored["joins"]],
        )

    def save(self, person: str, standing: Standing) -> list[Command]:
        """Sealed: it says which chats somebody is in."""
        value = orjson.dumps(
            {
                "chats": {key: _values(one) for key, one in standing.chats.items()},
                "joins": standing.joins,
                "more": {key: more for key, one in standing.chats.items() if (more := _more(one))},
            }
        )
        sealed = self._keys.seal(value, f"person:{person}")
        remembers = self.admissions.latest.admissions.remembers_bans
        ttl = names.LISTED_TTL if any(map(remembers, standing.banned)) else names.PERSON_TTL
        return [("SET", self._names.of_person("person", person), sealed, "EX", ttl)]


LATER: tuple[Any, ...] = ("", 0, 0, (), "", ())
"""What stands at the end where an earlier version has not stored it yet."""


def _values(one: Presence) -> list[Any]:
    flags = one.left | one.trusted << 1 | one.leads << 2
    told = [one.joined, one.seen, one.days, flags, one.place, one.evidence, one.told]
    return [one.chat_id, *told, one.road, one.first, one.asked, one.rules, one.level, one.vouched]


def _more(one: Presence) -> dict[str, Any]:
    """What most have nothing of. Apart, so that an earlier version can read the rest."""
    values = {
        "met": one.met,
        "looks": one.looks,
        "trusted_at": one.trusted_at,
        "leads_at": one.leads_at,
        "passed": one.passed and tuple(one.passed),
        "ban_sources": one.ban_sources,
        "ban_needs": one.ban_needs,
        "trust_sources": one.trust_sources,
        "firm_rules": one.firm_rules,
    }
    return {name: value for name, value in values.items() if value}


def _presence(values: list[Any], more: Mapping[str, Any]) -> Presence:
    """What an earlier version has stored ends before `road` or `level`, and there is no more of it."""
    chat_id, joined, seen, days, flags, place, evidence, told, *later = values
    road, first, asked, rules, level, vouched = [*later, *LATER[len(later) :]][: len(LATER)]
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
        met=more.get("met", False),
        looks=[(at, look) for at, look in more.get("looks", ())],
        trusted_at=more.get("trusted_at", 0),
        leads_at=more.get("leads_at", 0),
        passed=_passed(more.get("passed")),
        ban_sources=tuple(more.get("ban_sources", ())),
        ban_needs=tuple(more.get("ban_needs", ())),
        trust_sources=tuple(more.get("trust_sources", ())),
        firm_rules=tuple(more.get("firm_rules", ())),
    )


def _passed(values: list[Any] | None) -> Passed | None:
    if values is None:
        return None
    at, firm, own, against, favour, needs = values
    return Passed(at, firm, own, tuple(against), tuple(favour), tuple(needs))
