"""The bot's Redis: reviews that wait for a decision, and decisions taken."""

from redis.asyncio import Redis

from shared.bus.commit import Command, Expect
from shared.keys import Keys


class BotStore:
    """`moderation:review:...`; what a resident proposed is sealed."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys


__all__ = ["BotStore", "Command", "Expect"]
