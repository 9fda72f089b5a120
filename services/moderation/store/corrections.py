"""What `/spam` and undone bans have taught, features of the last suspicious text of a person, and copies.

No text is kept: corrections and features are numbers of buckets, sealed; a copy is known by a keyed hash.
"""

import zlib
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import orjson
import structlog
from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from services.moderation.domain.reading import Copies
from services.moderation.spam.model import BadModelError
from services.moderation.spam.online import NONE, Correction, from_bytes, to_bytes
from services.moderation.store.admissions import AdmissionStore
from services.moderation.store.lent import Lent
from services.moderation.store.names import Names
from shared.bus.commit import Command, Commit, Expect
from shared.keys import Keys

log = structlog.get_logger()
TAUGHT_TTL = 365 * 86400
"""After the last lesson."""
CASE_TTL = 48 * 3600
COPY_WITHIN = 3600
_CONTEXT, _CASE = "spam.correction", "spam.case"
_CACHED = 1024
"""Corrections of chats kept decoded; the largest take 160 kB, most a few."""


class Kept(NamedTuple):
    """`revision` is empty for what has never been taught."""

    correction: Correction
    revision: bytes = b""


UNTAUGHT = Kept(NONE)


class Corrections:
    """`lent` is what chats teach the others.

    `moderation:{pp}:taught:<c>` hash: revision and sealed correction. 1 year after the last lesson.
    `moderation:{pp}:case:<c>:<p>` string: sealed features of a person's last text that was taken, or
        reported, for spam, so that an admin's word can teach. 48 h.
    `moderation:copies:<h>` string: when a text with this keyed hash was written in which keyed chats. 1 h.
    """

    def __init__(self, redis: Redis, keys: Keys, admissions: AdmissionStore | None = None) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._names = Names(keys)
        self._cache: dict[int, Kept] = {}
        self.lent = Lent(redis, keys, admissions or AdmissionStore(redis, keys))

    async def correction(self, chat_id: int) -> Correction:
        """What one chat has learnt."""
        return (await self.load([chat_id]))[chat_id].correction

    async def load(self, wanted: Collection[int]) -> dict[int, Kept]:
        """Several of them; only what has changed since is fetched and opened."""
        order = list(wanted)
        pipe = self._redis.pipeline(transaction=False)
        for one in order:
            pipe.hget(self._key(one), "revision")
        revisions = dict(zip(order, await pipe.execute(), strict=True))
        stale = [one for one in order if (revisions[one] or b"") != self._cached(one).revision]
        await self._fetch([one for one in stale if revisions[one]])
        for one in stale:
            if not revisions[one]:
                self._cache.pop(one, None)
        return {one: self._cached(one) for one in order}

    def _cached(self, one: int) -> Kept:
        return self._cache.get(one, UNTAUGHT)

    async def _fetch(self, stale: list[int]) -> None:
        if not stale:
            return
        pipe = self._redis.pipeline(transaction=False)
        for one in stale:
            pipe.hmget(self._key(one), ["revision", "sealed"])
        found = await pipe.execute()
        if len(self._cache) + len(stale) > _CACHED:
            self._cache.clear()
        for one, (revision, sealed) in zip(stale, found, strict=True):
            self._cache[one] = Kept(self._open(sealed), revision or b"")

    def _open(self, sealed: bytes | None) -> Correction:
        try:
            return NONE if sealed is None else from_bytes(self._keys.unseal(sealed, _CONTEXT))
        except (BadModelError, InvalidTag) as error:
            log.warning("spam_correction_unreadable", reason=str(error) or type(error).__name__)
            return NONE

    def save_correction(self, chat_id: int, correction: Correction) -> list[Command]:
        """The commands that store it, for a commit; see `unchanged`."""
        key, plain = self._key(chat_id), to_bytes(correction)
        revision = f"{correction.reports}:{zlib.crc32(plain):08x}"
        sealed = self._keys.seal(plain, _CONTEXT)
        return [("HSET", key, "revision", revision, "sealed", sealed), ("EXPIRE", key, TAUGHT_TTL)]

    def unchanged(self, chat_id: int, kept: Kept) -> Expect:
        """Nobody has taught it meanwhile."""
        return Expect.equals(self._key(chat_id), kept.revision or None, "revision")

    def move(self, old: int, new: int) -> list[Command]:
        """A chat's correction under its new id; what the new one has learnt already stays."""
        return [("COPY", self._key(old), self._key(new)), ("UNLINK", self._key(old))]

    def _key(self, chat_id: int) -> str:
        return self._names.of_chat("taught", chat_id)

    # Cases.

    def keep_case(self, chat_id: int, person: str, features: bytes) -> list[Command]:
        """`person` is a keyed hash, `features` come from `spam.cases.pack`."""
        return [("SET", self._case(chat_id, person), self._keys.seal(features, _CASE), "EX", CASE_TTL)]

    async def cases(self, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], bytes]:
        """The features of those of whom there are any."""
        order = list(dict.fromkeys(wanted))
        found = await self._redis.mget([self._case(*one) for one in order]) if order else []
        return {
            one: self._keys.unseal(sealed, _CASE)
            for one, sealed in zip(order, found, strict=True)
            if sealed is not None
        }

    def move_case(self, old: int, new: int, person: str) -> list[Command]:
        """A case under the chat's new id; none is no matter."""
        source = self._case(old, person)
        return [("COPY", source, self._case(new, person)), ("UNLINK", source)]

    def _case(self, chat_id: int, person: str) -> str:
        return f"{self._names.of_chat('case', chat_id)}:{person}"

    # Copies.

    async def copies(self, hashes: Collection[str], now: int) -> dict[str, Copies]:
        """In which chats each text was seen within the hour before `now` (unix seconds)."""
        order = sorted(hashes)
        found = await self._redis.mget([_copies_key(one) for one in order]) if order else []
        return {one: _copies(one, stored, now) for one, stored in zip(order, found, strict=True)}

    def save_copies(self, seen: Iterable[Copies]) -> Commit:
        """Two chats in which the same text comes at the same moment are decided one after the other."""
        found = {one.text: one for one in seen}
        return Commit.of(
            writes=[
                ("SET", _copies_key(text), orjson.dumps(one.chats), "EX", COPY_WITHIN)
                for text, one in found.items()
            ],
            expect=[Expect.equals(_copies_key(text), one.stored) for text, one in found.items()],
        )


def _copies_key(text: str) -> str:
    return f"moderation:copies:{text}"


def _copies(text: str, stored: bytes | None, now: int) -> Copies:
    chats = {} if stored is None else orjson.loads(stored)
    return Copies(text, stored, {chat: at for chat, at in chats.items() if now - at < COPY_WITHIN})
