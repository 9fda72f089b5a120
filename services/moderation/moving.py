"""A group has become a supergroup: all of moderation moves with it, in one commit.

Whoever learns of it first moves everything: who decides what the group or the supergroup says of it, or the
actor whose call met it. The others find it done.
"""

from dataclasses import dataclass

from redis.asyncio import Redis

from services.moderation.bot.news_store import NewsStore
from services.moderation.store import Store
from services.moderation.store.moving import Moving
from services.moderation.telegram.store import ActorStore
from shared.bus.commit import NOTHING, Commit
from shared.keys import Keys


@dataclass(frozen=True)
class Mover:
    """`chats`: what is known of a chat; `acts`: its log and undo codes; `news`: what waits for admins."""

    chats: Moving
    acts: ActorStore
    news: NewsStore

    async def __call__(self, old: int, new: int, now: int) -> Commit:
        """Everything at once, NOTHING when it is done; `now` in unix seconds."""
        if old == new or await self.chats.is_done(old):
            return NOTHING
        moved = await self.chats.commit(old, new, now) + await self.acts.move(old, new)
        return moved + Commit.of(writes=self.news.move(old, new))


def mover(redis: "Redis", keys: Keys) -> Mover:
    """With stores of its own."""
    return Mover(Store(redis, keys).moving, ActorStore(redis, keys), NewsStore(redis, keys))
