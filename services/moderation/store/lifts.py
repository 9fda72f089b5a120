"""Which ban or restriction the bot is about to lift or to shorten, so that what it undoes by accident shows.

Between the look at what stands and the call that follows, somebody may set something else by hand, which the
call then replaces. Telegram tells what a call has replaced; here it says what was meant to be.

`moderation:lifted:<t>`: empty; `t` a token of chat, person, and what stood with its end; or of chat and
person alone: that an actor that notes this did something to them. 48 h, longer than Telegram keeps an update.
"""

from redis.asyncio import Redis

from services.moderation.domain.membership import Membership
from shared.bus.commit import Command
from shared.keys import Keys

LIFTED_SECONDS = 48 * 3600


class Lifts:
    """What is written is written before the call, outside any commit."""

    def __init__(self, redis: "Redis", keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def noted(self, chat_id: int, user_id: int, lifted: Membership | None) -> list[Command]:
        """Something is done to a person; `lifted`: what stands and is meant to be lifted or shortened."""
        keys = [self._key(chat_id, user_id)]
        keys += [] if lifted is None else [self._key(chat_id, user_id, lifted)]
        return [("SET", key, "", "EX", LIFTED_SECONDS) for key in keys]

    async def was_meant(self, chat_id: int, user_id: int, stood: Membership) -> bool:
        """Whether what stood was to be lifted or shortened."""
        return bool(await self._redis.exists(self._key(chat_id, user_id, stood)))

    async def is_noted(self, chat_id: int, user_id: int) -> bool:
        """Whether what was done to a person is noted here: during an upgrade an older actor notes nothing."""
        return bool(await self._redis.exists(self._key(chat_id, user_id)))

    def _key(self, chat_id: int, user_id: int, stands: Membership | None = None) -> str:
        what = f"{chat_id}:{user_id}" + ("" if stands is None else f":{stands.status}:{stands.until}")
        return f"moderation:lifted:{self._keys.token('lifted', what, 10)}"
