"""Sanctions that were begun: what stood before the call, until it is known what became of it.

A call whose answer is lost, or after which the process dies, may have been carried out. The next try finds
here what stood before, so that what Telegram then shows is taken for what it is, and can be taken back.

`moderation:began:<t>`: sealed; what stood before, and the end that was set; `t` a token of the action. Until
the action's end is committed, 48 h at most.
"""

from typing import NamedTuple, cast

import orjson
from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from services.moderation.domain.membership import Membership
from services.moderation.store.lifts import Lifts
from shared.bus.commit import Command
from shared.contracts.telegram import TelegramAction
from shared.keys import Keys

BEGUN_SECONDS = 48 * 3600


class Tried(NamedTuple):
    """`before`: what stood; `until`: the end that the call sets, None where it lifts something."""

    before: Membership
    until: int | None


class Begun:
    """Written at once, outside any commit: it must be there when the call is made."""

    def __init__(self, redis: "Redis", keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._lifts = Lifts(redis, keys)

    async def tried(self, action_id: str) -> Tried | None:
        """The first try of which no end is known; None where there was none."""
        key = self._key(action_id)
        sealed = cast("bytes | None", await self._redis.get(key))
        try:
            found = None if sealed is None else orjson.loads(self._keys.unseal(sealed, key))
        except InvalidTag:
            return None
        return None if found is None else Tried(Membership(*found[0]), found[1])

    async def begin(self, action: TelegramAction, tried: Tried, lifted: Membership | None) -> None:
        """`lifted`: what stands and is meant to be lifted or shortened."""
        key = self._key(action.action_id)
        before = (tried.before.status, tried.before.until, dict(tried.before.permissions))
        sealed = self._keys.seal(orjson.dumps((before, tried.until)), key)
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.set(key, sealed, ex=BEGUN_SECONDS)
            for command in self._lifts.noted(action.chat_id, int(action.params["user_id"]), lifted):
                pipe.execute_command(*command)
            await pipe.execute()

    async def not_begun(self, action_id: str) -> None:
        """Telegram has certainly not carried it out."""
        await self._redis.unlink(self._key(action_id))

    def ended(self, action_id: str) -> list[Command]:
        """It is known what became of it."""
        return [("UNLINK", self._key(action_id))]

    def _key(self, action_id: str) -> str:
        return f"moderation:began:{self._keys.token('action', action_id, 10)}"
