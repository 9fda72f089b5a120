"""Which ban or restriction the bot is about to lift or to shorten, so that what it undoes by accident shows.

Between the look at what stands and the call that follows, somebody may set something else by hand, which the
call then replaces. Telegram tells what a call has replaced; here it says what was meant to be.

`moderation:lifted:<t>`: empty; `t` a token of chat, person, and what stood with its end. 48 h, longer than
Telegram keeps an update.
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

    def meant(self, chat_id: int, user_id: int, stands: Membership) -> Command:
        """What stands is to be lifted or shortened."""
        return ("SET", self._key(chat_id, user_id, stands), "", "EX", LIFTED_SECONDS)

    async def was_meant(self, chat_id: int, user_id: int, stood: Membership) -> bool:
        """Whether what stood was to be lifted or shortened."""
        return bool(await self._redis.exists(self._key(chat_id, user_id, stood)))

    def _key(self, chat_id: int, user_id: int, stands: Membership) -> str:
        what = f"{chat_id}:{user_id}:{stands.status}:{stands.until}"
        return f"moderation:lifted:{self._keys.token('lifted', what, 10)}"
