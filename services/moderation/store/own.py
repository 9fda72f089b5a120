"""Messages that the bot itself has sent: their ids come back from Telegram to whoever sends."""

from redis.asyncio import Redis

from services.moderation.domain.due import OWN, Due
from services.moderation.store.due import Later
from services.moderation.store.index import Index
from shared.bus.commit import Command
from shared.keys import Keys

FIRST_LOOK = 60
"""Seconds; how long the chat lets the bot's words stand is looked up then."""


class Own:
    """For the actor: puts a sent message into the 48-hour index and among what is due."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._keys = keys
        self._later = Later(redis)
        self._index = Index(redis, keys)

    def sent(self, chat_id: int, message_id: int, at: int, topic: int = 0) -> list[Command]:
        """`at` is unix seconds; `topic` 0 for none."""
        due = Due(self._keys.person(chat_id), OWN, message_id, at)
        found = [(message_id, Index.OURS, at, topic)]
        return [*self._index.save(chat_id, found, at), *self._later.put([(due, at + FIRST_LOOK)])]
