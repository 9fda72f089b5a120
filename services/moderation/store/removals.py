"""Who was removed or muted elsewhere on the word of a chat, to be taken back when that word is withdrawn.

`moderation:removals:<c>` zset: sealed, where and under which code, by when. 30 days, at most 500 of a chat.
`moderation:withdrawn` zset: pieces of news about withdrawn words that are still to be sent. Each until then.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson
import structlog
from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from services.moderation.store.names import DAY
from shared.bus.commit import Command
from shared.keys import Keys

log = structlog.get_logger()
KEPT, KEPT_FOR = 500, 30 * DAY
WITHDRAWN = "moderation:withdrawn"
_CONTEXT = "removal"
"""The chats are no part of it: they may move."""


class Removal(NamedTuple):
    """`chat` is the keyed hash of where it was done, `code` that of its undo, `person` a short code."""

    chat: str
    code: str
    person: str
    at: int


class Removals:
    """Reads are async; what writes returns commands for the commit."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys

    def note(self, sources: Iterable[str], removal: Removal) -> list[Command]:
        """Something was done on the word of these keyed chats."""
        writes: list[Command] = []
        for source in sources:
            sealed = self._keys.seal(orjson.dumps(tuple(removal)), _CONTEXT)
            writes += [
                ("ZADD", _key(source), removal.at, sealed),
                ("ZREMRANGEBYRANK", _key(source), 0, -KEPT - 1),
                ("EXPIRE", _key(source), KEPT_FOR),
            ]
        return writes

    async def of(self, source: str) -> list[Removal]:
        """What was done on the word of a keyed chat, oldest first; each once."""
        found: dict[tuple[str, str], Removal] = {}
        for sealed in await self._redis.zrange(_key(source), 0, -1):
            try:
                one = Removal(*orjson.loads(self._keys.unseal(sealed, _CONTEXT)))
            except (InvalidTag, TypeError, ValueError) as error:
                log.warning("removal_unreadable", reason=type(error).__name__)
                continue
            found[one.chat, one.code] = one
        return [*found.values()]

    def forget(self, source: str) -> list[Command]:
        """Their admins have been told."""
        return [("UNLINK", _key(source))]

    def move(self, old: str, new: str) -> list[Command]:
        source, target = _key(old), _key(new)
        return [
            ("ZUNIONSTORE", target, 2, source, target, "AGGREGATE", "MAX"),
            ("EXPIRE", target, KEPT_FOR),
            ("UNLINK", source),
        ]

    # News about withdrawn words.

    def to_send(self, code: str, at: int) -> list[Command]:
        return [("ZADD", WITHDRAWN, "NX", at, code)]

    async def waiting(self, most: int) -> list[str]:
        """Codes of pieces that are to be sent, the oldest first."""
        return [code.decode() for code in await self._redis.zrange(WITHDRAWN, 0, most - 1)]

    def sent(self, code: str) -> list[Command]:
        return [("ZREM", WITHDRAWN, code)]


def _key(chat: str) -> str:
    return f"moderation:removals:{chat}"
