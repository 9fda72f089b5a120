"""What goes into lists shared with other operators, and whom their lists would touch.

`moderation:shared:said:<l>` hash: which chat has banned whom, sealed under a token of both. 1 year.
`moderation:shared:revoked:<l>` set: people by the hash of that list whose ban was taken back. 1 year.
`moderation:shared:preview:<l>` set: keyed people whom the list of others names. 30 days.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson
import structlog
from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from services.moderation.domain.admission import Admissions
from services.moderation.domain.standing.person import SHARED
from services.moderation.store.names import DAY, LISTED_TTL, MOVES
from shared.bus.commit import Command
from shared.keys import Keys

log = structlog.get_logger()
PREVIEW_TTL = 30 * DAY
_CONTEXT = "shared list"


class Ban(NamedTuple):
    """`person` is the hash of a list, `chat` a keyed hash; `sources` are chats on whose word it rests."""

    person: str
    chat: str
    at: int
    sources: tuple[str, ...] = ()


class Shared:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys

    def banned(self, name: str, bans: Iterable[Ban]) -> list[Command]:
        """Admins of these chats have banned somebody."""
        key, writes = _said(name), list[Command]()
        for ban in bans:
            sealed = self._keys.seal(orjson.dumps(tuple(ban)), _CONTEXT)
            writes += [
                ("HSET", key, self._field(ban.person, ban.chat), sealed),
                ("SREM", _revoked(name), ban.person),
                ("EXPIRE", key, LISTED_TTL),
            ]
        return writes

    def revoked(self, name: str, person: str, chat: str) -> list[Command]:
        """Taken back by the admins of a chat: it stays in the list as revoked, for those who have the old
        one, unless another chat has banned the same person.
        """
        key = _revoked(name)
        taken = ("HDEL", _said(name), self._field(person, chat))
        return [taken, ("SADD", key, person), ("EXPIRE", key, LISTED_TTL)]

    def _field(self, person: str, chat: str) -> str:
        return self._keys.token("shared ban", f"{person}:{chat}", 8)

    async def published(
        self, name: str, admissions: Admissions, days: int, now: int
    ) -> tuple[dict[str, int], frozenset[str]]:
        """Entries with their ends, and what is revoked: of chats that are heard. `now` in unix seconds."""
        bans = await self._bans(name)
        good = [ban for ban in bans if ban.at + days * DAY > now and _is_heard(ban, admissions)]
        entries: dict[str, int] = {}
        for ban in good:
            entries[ban.person] = max(ban.at + days * DAY, entries.get(ban.person, 0))
        gone = {one.decode() for one in await self._redis.smembers(_revoked(name))}
        gone |= {ban.person for ban in bans if ban.at + days * DAY > now}
        return entries, frozenset(gone - entries.keys())

    async def _bans(self, name: str) -> list[Ban]:
        """All that was ever said and not taken back, under the ids that chats now have."""
        stored, moves = await self._redis.hvals(_said(name)), await self._redis.hgetall(MOVES)
        moved = {
            key.decode(): self._keys.person(int(self._keys.unseal(new, "chats")))
            for key, new in moves.items()
        }
        return [found for sealed in stored if (found := self._ban(sealed, moved)) is not None]

    def _ban(self, sealed: bytes, moved: Mapping[str, str]) -> Ban | None:
        try:
            person, chat, at, sources = orjson.loads(self._keys.unseal(sealed, _CONTEXT))
        except (InvalidTag, ValueError) as error:
            log.warning("shared_ban_unreadable", reason=type(error).__name__)
            return None
        return Ban(person, moved.get(chat, chat), at, tuple(moved.get(one, one) for one in sources))

    def would_touch(self, names: Iterable[str], person: str) -> list[Command]:
        """`person` is this deployment's own keyed hash."""
        return [
            write
            for name in names
            for write in (("SADD", _preview(name), person), ("EXPIRE", _preview(name), PREVIEW_TTL))
        ]

    async def touched(self, name: str) -> set[str]:
        """Keyed people seen in the last thirty days whom the list names."""
        return {one.decode() for one in await self._redis.smembers(_preview(name))}


def _is_heard(ban: Ban, admissions: Admissions) -> bool:
    """Whether the chat is known and what it said not withdrawn; the same for a word that it only repeats.

    What repeats the list of another operator is theirs to publish.
    """
    rests = [one for one in ban.sources if one != SHARED and admissions.is_heard(one, ban.at)]
    return admissions.is_heard(ban.chat, ban.at) and (bool(rests) or not ban.sources)


def _said(name: str) -> str:
    return f"moderation:shared:said:{name}"


def _revoked(name: str) -> str:
    return f"moderation:shared:revoked:{name}"


def _preview(name: str) -> str:
    return f"moderation:shared:preview:{name}"
