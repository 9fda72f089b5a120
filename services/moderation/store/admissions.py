"""Which chats are heard, and by whom each is led, as far as teams need it.

`moderation:admissions` hash: `<c>` the sealed admission of a chat, `<c>:admins` the sealed tokens of its
    human owner and admins with when each was last one, `version` a counter of changes that others feel. A
    chat of which nothing was decided goes when the bot leaves it.
`moderation:admissions:due` zset: keyed chats by when their admins are looked up next. Likewise.

The tokens have a purpose of their own: they are no keyed hashes of people as used elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from services.moderation.domain.admission import ADMINS_KEPT, NOT_YET, Admission, Admissions
from services.moderation.store.names import ADMISSIONS, ADMISSIONS_DUE, DAY
from shared.bus.commit import Command, Commit, Expect
from shared.keys import Keys

log = structlog.get_logger()
VERSION = "version"
LED = ":admins"
LOOKED_UP_EVERY = DAY // 2
"""Seconds until a chat's admins are looked up again where nothing else has asked for them."""


@dataclass(frozen=True)
class Recorded:
    """All admissions as of one version; `led`: by keyed chat, tokens with unix seconds of when last seen."""

    version: bytes | None = None
    admissions: Admissions = field(default_factory=Admissions)
    led: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class AdmissionStore:
    """Reads are async; what writes returns commands for the commit."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys
        self._latest: Recorded | None = None

    # For whoever decides.

    @property
    def latest(self) -> Recorded:
        """What was read last; see `at`."""
        return self._latest or Recorded()

    async def current(self) -> Admissions:
        """As they now are; read anew only when they have changed."""
        return (await self.at(await self._redis.hget(ADMISSIONS, VERSION))).admissions

    async def current_version(self) -> bytes | None:
        """None before anything was recorded."""
        return (await self.at(await self._redis.hget(ADMISSIONS, VERSION))).version

    async def at(self, version: bytes | None) -> Recorded:
        """Read anew unless this is the version at hand."""
        if self._latest is None or self._latest.version != version:
            self._latest = await self.all()
        return self._latest

    def unchanged(self) -> Expect:
        """Nobody has changed what was read last."""
        return Expect.equals(ADMISSIONS, self.latest.version, VERSION)

    # For whoever looks at all or changes one.

    async def all(self) -> Recorded:
        """Everything as it stands, also what no version counts."""
        stored = {name.decode(): value for name, value in (await self._redis.hgetall(ADMISSIONS)).items()}
        version = stored.pop(VERSION, None)
        led, chats = dict[str, dict[str, int]](), dict[str, Admission]()
        for name, sealed in stored.items():
            if name.endswith(LED):
                led[name.removesuffix(LED)] = self._led(name.removesuffix(LED), sealed) or {}
            elif (found := self._admission(name, sealed)) is not None:
                chats[name] = found
        admins = {chat: frozenset(tokens) for chat, tokens in led.items()}
        return Recorded(version, Admissions(chats, admins), led)

    async def read(self, chat: str) -> tuple[Admission | None, Expect]:
        """Of one keyed chat, and the condition that nobody has changed it."""
        sealed = await self._redis.hget(ADMISSIONS, chat)
        found = None if sealed is None else self._admission(chat, sealed)
        return found, Expect.equals(ADMISSIONS, sealed, chat)

    def begin(self) -> list[Command]:
        """From now on a chat of which nothing is recorded has come since."""
        return [("HINCRBY", ADMISSIONS, VERSION, 1)]

    def not_begun(self) -> Expect:
        return Expect.absent(ADMISSIONS, VERSION)

    def absent(self, chat: str) -> Expect:
        """Nothing is recorded of a chat."""
        return Expect.absent(ADMISSIONS, chat)

    def save(self, chat: str, admission: Admission, *, is_felt: bool) -> list[Command]:
        """`is_felt`: other chats hear it or did; then everybody reads all admissions anew."""
        sealed = self._keys.seal(orjson.dumps(tuple(admission)), _context(chat))
        writes: list[Command] = [
            ("HSET", ADMISSIONS, chat, sealed),
            ("ZADD", ADMISSIONS_DUE, "NX", 0, chat),
        ]
        return [*writes, ("HINCRBY", ADMISSIONS, VERSION, 1)] if is_felt else writes

    def forget(self, chat: str) -> list[Command]:
        """The bot has left a chat of which nobody has decided anything."""
        return [("HDEL", ADMISSIONS, chat, chat + LED), ("ZREM", ADMISSIONS_DUE, chat)]

    def rest(self, chat: str) -> list[Command]:
        """Its admins are not looked up while the bot is out."""
        return [("ZREM", ADMISSIONS_DUE, chat)]

    # Admins.

    def tokens(self, people: Iterable[int]) -> frozenset[str]:
        """Opaque tokens of people who lead chats."""
        return frozenset(self._keys.token("chat admins", str(one), 8) for one in people)

    async def learnt(self, chat: str, tokens: Iterable[str], now: int) -> list[Command]:
        """A fresh list of a chat's admins; who was one lately still counts."""
        stored = await self._redis.hget(ADMISSIONS, chat + LED)
        before = (self._led(chat, stored) if stored else None) or {}
        kept = {token: at for token, at in before.items() if now - at < ADMINS_KEPT}
        led = {**kept, **dict.fromkeys(tokens, now)}
        writes: list[Command] = [("ZADD", ADMISSIONS_DUE, now + LOOKED_UP_EVERY, chat)]
        if led.keys() == before.keys() and all(led[one] - before[one] < DAY for one in led):
            return writes
        sealed = self._keys.seal(orjson.dumps(led), _context(chat + LED))
        writes.append(("HSET", ADMISSIONS, chat + LED, sealed))
        if led.keys() != before.keys() and (await self.current()).is_known(chat):
            writes.append(("HINCRBY", ADMISSIONS, VERSION, 1))
        return writes

    async def due(self, now: int, most: int) -> list[str]:
        """Keyed chats whose admins are to be looked up by now, the longest waiting first."""
        found = await self._redis.zrange(ADMISSIONS_DUE, "-inf", now, byscore=True, offset=0, num=most)
        return [chat.decode() for chat in found]

    def look_soon(self, chat: str) -> list[Command]:
        """The admins of this chat have changed."""
        return [("ZADD", ADMISSIONS_DUE, "XX", 0, chat)]

    # A group becomes a supergroup.

    async def move(self, old: str, new: str) -> Commit:
        """What was decided of a group holds for the supergroup; what was decided of that wins where the group
        was only a guest by default.
        """
        (was, unchanged), (there, untouched) = await self.read(old), await self.read(new)
        if was is None:
            return Commit()
        merged = was if there is None else _merged(was, there)
        writes: list[Command] = [*self.save(new, merged, is_felt=True), *self.forget(old)]
        led = await self._redis.hget(ADMISSIONS, old + LED)
        tokens = None if led is None else self._led(old, led)
        if tokens:
            sealed = self._keys.seal(orjson.dumps(tokens), _context(new + LED))
            writes.append(("HSETNX", ADMISSIONS, new + LED, sealed))
        return Commit.of(writes=writes, expect=[unchanged, untouched])

    def _admission(self, chat: str, sealed: bytes) -> Admission | None:
        try:
            return Admission(*orjson.loads(self._keys.unseal(sealed, _context(chat))))
        except (InvalidTag, TypeError, ValueError) as error:
            log.warning("admission_unreadable", reason=type(error).__name__)
            return None

    def _led(self, chat: str, sealed: bytes) -> dict[str, int] | None:
        try:
            return dict(orjson.loads(self._keys.unseal(sealed, _context(chat + LED))))
        except (InvalidTag, TypeError, ValueError) as error:
            log.warning("admins_unreadable", reason=type(error).__name__)
            return None


def _merged(was: Admission, there: Admission) -> Admission:
    kept = was if was.by or not there.by else there
    return kept._replace(
        came=min((came for came in (was.came, there.came) if came != NOT_YET), default=NOT_YET),
        words_from=max(was.words_from, there.words_from),
        brought_by=was.brought_by or there.brought_by,
    )


def _context(name: str) -> str:
    return f"admission:{name}"
