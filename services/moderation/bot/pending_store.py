"""Commands that wait for an admin's press, sealed.

`moderation:pending:<code>` string: what was asked for, then a mark that it was carried out. 5 minutes.
"""

from datetime import timedelta
from typing import NamedTuple, cast

import orjson
from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from services.moderation.domain.update import BadUpdate, Update, parse
from shared.bus.commit import Command, Expect
from shared.keys import Keys

PENDING_FOR = timedelta(minutes=5)
DONE = b"done"


class Pending(NamedTuple):
    """`update` is the command as Telegram sent it; None once it was carried out."""

    chat_id: int
    update: Update | None
    unchanged: Expect
    """Nobody else has carried it out meanwhile."""


class PendingStore:
    """Reads are async; what writes returns commands for the commit."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def code(self, update: Update) -> str:
        """What the command is kept under: it stands for one message of one chat."""
        chat, message = update.chat, update.message
        where = f"{chat.id if chat else 0}:{message.id if message else 0}:{update.id}"
        return self._keys.token("pending", where, 8)

    def keep(self, update: Update) -> list[Command]:
        key = _key(self.code(update))
        sealed = self._keys.seal(orjson.dumps(dict(update.raw)), key)
        return [("SET", key, sealed, "EX", int(PENDING_FOR.total_seconds()))]

    async def get(self, code: str) -> Pending | None:
        """None when there is none, or not any more."""
        key = _key(code)
        found = cast("bytes | None", await self._redis.get(key))
        if found is None:
            return None
        if found == DONE:
            return Pending(0, None, Expect.equals(key, found))
        try:
            update = parse(self._keys.unseal(found, key))
        except (InvalidTag, BadUpdate):
            return None
        return Pending(update.chat.id if update.chat else 0, update, Expect.equals(key, found))

    def spend(self, code: str) -> list[Command]:
        """It is carried out, and whoever presses next is told so."""
        return [("SET", _key(code), DONE, "EX", int(PENDING_FOR.total_seconds()))]


def _key(code: str) -> str:
    return f"moderation:pending:{code}"
