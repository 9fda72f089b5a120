"""Commands that wait for an admin's press, sealed.

`moderation:pending:<c>:<slot>` string: what was asked for in a chat, then a mark that it was carried out.
5 minutes; at most as many in a chat as there are slots, the newer in place of the older.
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
SLOTS = 32
BYTES_MOST = 64 * 1024
"""A message with the one that it answers is far below; more is nobody's command."""


class Place(NamedTuple):
    """Where a command is kept: `code` stands for one message of one chat, `slot` is shared with others."""

    code: str
    slot: int


class Pending(NamedTuple):
    """`update` is the command as Telegram sent it; None once it was carried out."""

    update: Update | None
    unchanged: Expect
    """Nobody else has carried it out meanwhile."""


class PendingStore:
    """Reads are async; what writes returns commands for the commit."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def place(self, update: Update) -> Place:
        chat, message = update.chat, update.message
        number = message.id if message else 0
        code = self._keys.token("pending", f"{chat.id if chat else 0}:{number}:{update.id}", 8)
        return Place(code, number % SLOTS)

    def keep(self, chat_id: int, update: Update) -> list[Command] | None:
        """None for a message that is too long to be kept."""
        key, raw = self._key(chat_id, self.place(update).slot), orjson.dumps(dict(update.raw))
        if len(raw) > BYTES_MOST:
            return None
        return [("SET", key, self._keys.seal(raw, key), "EX", int(PENDING_FOR.total_seconds()))]

    async def get(self, chat_id: int, place: Place) -> Pending | None:
        """None when there is none in this chat, or not any more."""
        key = self._key(chat_id, place.slot)
        found = cast("bytes | None", await self._redis.get(key))
        if found is None:
            return None
        if found == _done(place):
            return Pending(None, Expect.equals(key, found))
        try:
            update = parse(self._keys.unseal(found, key))
        except (InvalidTag, BadUpdate):
            return None
        same = self.place(update) == place and update.chat is not None and update.chat.id == chat_id
        return Pending(update, Expect.equals(key, found)) if same else None

    def spend(self, chat_id: int, place: Place) -> list[Command]:
        """It is carried out, and whoever presses next is told so."""
        key = self._key(chat_id, place.slot)
        return [("SET", key, _done(place), "EX", int(PENDING_FOR.total_seconds()))]

    def _key(self, chat_id: int, slot: int) -> str:
        return f"moderation:pending:{self._keys.person(chat_id)}:{slot}"


def _done(place: Place) -> bytes:
    return f"done:{place.code}".encode()
