"""Where the directory places a chat, found by its link; and when a listed chat is to be looked up again."""

from typing import Any

from redis.asyncio import Redis

from services.moderation.store.names import CHECKS, LINKS, PLACES
from shared.bus.commit import Command
from shared.contracts.listings import Listing


class Places:
    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere

    async def link_of(self, listing_id: str) -> str | None:
        """The link under which a listing was known."""
        found = await self._redis.hget(LINKS, listing_id)
        return found.decode() if found else None

    def put(self, listing: Listing, before: str | None, due: int | None) -> list[Command]:
        """A listing as it now stands; `due` is when its chat is first looked up, None for never."""
        link, place = listing.link.key, listing.place
        writes: list[Command] = [] if before in (None, link) else self._drop(str(before))
        writes.append(("HSET", PLACES, link, f"{place.lat},{place.lon},{place.precision}"))
        writes.append(("HSET", LINKS, listing.id, link))
        if due is not None:
            writes.append(("ZADD", CHECKS, "NX", due, link))
        return writes

    def remove(self, listing_id: str, before: str | None) -> list[Command]:
        gone: list[Command] = [("HDEL", LINKS, listing_id)]
        return gone + (self._drop(before) if before else [])

    def _drop(self, link: str) -> list[Command]:
        return [("HDEL", PLACES, link), ("ZREM", CHECKS, link)]

    async def due(self, now: int, most: int) -> list[str]:
        """Links whose look-up is due by `now`, in unix seconds, the longest waiting first."""
        found = await self._redis.zrangebyscore(CHECKS, "-inf", now, start=0, num=most)
        return [link.decode() for link in found]

    def look_again(self, link: str, due: int) -> list[Command]:
        """When the link is looked up next; nothing when it is listed no more."""
        return [("ZADD", CHECKS, "XX", due, link)]
