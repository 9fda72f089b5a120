"""What known chats teach the others about texts, each chat's lessons apart.

`moderation:lent` hash: `<c>` a chat's sealed correction as it is lent to others, `revision` a counter of
    changes. 1 year after the last lesson. A chat that is heard no more has its part taken out at once.
"""

from typing import Any

import structlog
from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from services.moderation.domain.admission import Admissions
from services.moderation.spam.agreed import agreed
from services.moderation.spam.model import BadModelError
from services.moderation.spam.online import NONE, Correction, from_bytes, to_bytes
from services.moderation.store.admissions import AdmissionStore
from shared.bus.commit import Command, Expect
from shared.keys import Keys

log = structlog.get_logger()
LENT = "moderation:lent"
REVISION = "revision"
LENT_TTL = 365 * 86_400
YOUNG = "young"
"""In place of a team of less than a week with the bot: all of these are one voice."""


class Lent:
    def __init__(self, redis: Redis, keys: Keys, admissions: AdmissionStore) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self.admissions = admissions
        self._taught: dict[str, Correction] = {}
        self._revision: bytes | None = None
        self._made: tuple[object, Correction] | None = None

    async def deployment(self, now: int) -> Correction:
        """What independent teams have taught alike; `now` in unix seconds."""
        admissions = await self.admissions.current()
        await self._load()
        teams = _teams(self._taught, admissions, now)
        made_of = (self._revision, tuple(sorted((team, *chats) for team, chats in teams.items())))
        if self._made is None or self._made[0] != made_of:
            taught = ([self._taught[chat] for chat in chats] for chats in teams.values())
            self._made = made_of, agreed(taught)
        return self._made[1]

    async def _load(self) -> None:
        revision = await self._redis.hget(LENT, REVISION)
        if revision == self._revision:
            return
        stored = await self._redis.hgetall(LENT)
        self._revision = stored.pop(REVISION.encode(), None)
        self._taught = {key.decode(): self._open(key.decode(), sealed) for key, sealed in stored.items()}

    def _open(self, chat: str, sealed: bytes | None) -> Correction:
        try:
            return NONE if sealed is None else from_bytes(self._keys.unseal(sealed, _context(chat)))
        except (BadModelError, InvalidTag, ValueError) as error:
            log.warning("spam_correction_unreadable", reason=type(error).__name__)
            return NONE

    async def of(self, chat: str) -> tuple[Correction, Expect]:
        """What one keyed chat lends, and the condition that nobody has taught it meanwhile."""
        sealed = await self._redis.hget(LENT, chat)
        return self._open(chat, sealed), Expect.equals(LENT, sealed, chat)

    def save(self, chat: str, correction: Correction) -> list[Command]:
        sealed = self._keys.seal(to_bytes(correction), _context(chat))
        return [("HSET", LENT, chat, sealed), ("HINCRBY", LENT, REVISION, 1), ("EXPIRE", LENT, LENT_TTL)]

    def forget(self, chat: str) -> list[Command]:
        """The chat is heard no more; what it taught does not come back when it is admitted again."""
        return [("HDEL", LENT, chat), ("HINCRBY", LENT, REVISION, 1), ("EXPIRE", LENT, LENT_TTL)]

    async def move(self, old: str, new: str) -> list[Command]:
        """A chat's part under its new keyed hash; what that has lent already stays."""
        found, _ = await self.of(old)
        if not len(found.buckets):
            return []
        sealed = self._keys.seal(to_bytes(found), _context(new))
        return [("HSETNX", LENT, new, sealed), ("HDEL", LENT, old), ("HINCRBY", LENT, REVISION, 1)]


def _teams(taught: dict[str, Correction], admissions: Admissions, now: int) -> dict[str, list[str]]:
    """Known chats that have taught something, by their teams."""
    teams: dict[str, list[str]] = {}
    for chat in sorted(taught):
        if admissions.is_known(chat):
            team = admissions.team(chat)
            teams.setdefault(YOUNG if admissions.is_young(team, now) else team, []).append(chat)
    return teams


def _context(chat: str) -> str:
    return f"lent:{chat}"
