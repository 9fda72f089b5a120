"""Questions to the reviewers about chats under listed links: what waits, and which card shows it."""

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from shared.bus.commit import Command, Expect
from shared.contracts.links import LinkChanged
from shared.contracts.listings import ListingId
from shared.keys import Keys

OPEN = "moderation:questions:open"
"""Listings whose link waits for a decision, by when it was hidden; each leaves with its decision."""
DUE = "moderation:questions:due"
"""Listings whose card is to be posted or changed; each leaves when that is done."""
CLOSED_SECONDS = 2 * 86400


@dataclass(frozen=True)
class Question:
    """What the directory said last of a link, and its card.

    `attempt` counts the cards posted, 0 for none yet; `shown` stands for what the last one says; it is
    `closed` when it has no buttons any more.
    """

    event: LinkChanged
    sealed: bytes
    attempt: int
    shown: str
    closed: bool


class Questions:
    """Reads are coroutines; writes are lists of commands for a commit."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys

    async def note(self, event: LinkChanged) -> list[Command]:
        """Keep a question; or what came of one, for its card. Nothing for what was never asked."""
        key, listing_id = _key(event.listing_id), event.listing_id
        asked = event.state == "asked"
        if not asked and not await self._redis.exists(key):
            return []
        sealed = self._keys.seal(event.model_dump_json().encode(), key)
        at = int((event.hidden_since or event.changed_at).timestamp())
        waits: list[Command] = [("ZADD", OPEN, at, listing_id), ("PERSIST", key)]
        ended: list[Command] = [("ZREM", OPEN, listing_id), ("EXPIRE", key, CLOSED_SECONDS)]
        return [("HSET", key, "event", sealed), ("ZADD", DUE, at, listing_id), *(waits if asked else ended)]

    async def waiting(self, most: int) -> list[ListingId]:
        """Listings whose card is to be posted or changed, then those whose card may be missing."""
        due = await self._redis.zrange(DUE, 0, most - 1)
        found = [*due, *await self._redis.zrange(OPEN, 0, most - 1)]
        return [one.decode() for one in dict.fromkeys(found)][:most]

    async def get(self, listing_id: ListingId) -> Question | None:
        """None when nothing was asked, or long ago."""
        key = _key(listing_id)
        sealed, attempt, shown, closed = await self._redis.hmget(key, "event", "attempt", "shown", "closed")
        if sealed is None:
            return None
        try:
            event = LinkChanged.model_validate_json(self._keys.unseal(sealed, key))
        except InvalidTag:
            return None
        return Question(event, sealed, int(attempt or 0), (shown or b"").decode(), closed == b"1")

    def unchanged(self, question: Question) -> Expect:
        """Nothing else is known of the link meanwhile."""
        return Expect.equals(_key(question.event.listing_id), question.sealed, "event")

    def at_attempt(self, question: Question) -> Expect:
        """Nobody else has posted a card meanwhile."""
        attempt = str(question.attempt) if question.attempt else None
        return Expect.equals(_key(question.event.listing_id), attempt, "attempt")

    def show(self, listing_id: ListingId, attempt: int, shown: str) -> list[Command]:
        """A card says it now, with buttons."""
        key = _key(listing_id)
        return [
            ("HSET", key, "attempt", attempt, "shown", shown, "closed", 0),
            ("ZREM", DUE, listing_id),
        ]

    def close(self, listing_id: ListingId) -> list[Command]:
        """The card has no buttons any more. It is known for a while, should the directory say more."""
        key = _key(listing_id)
        return [
            ("HSET", key, "closed", 1),
            ("EXPIRE", key, CLOSED_SECONDS),
            ("ZREM", OPEN, listing_id),
            ("ZREM", DUE, listing_id),
        ]

    def forget(self, listing_id: ListingId) -> list[Command]:
        return [("ZREM", OPEN, listing_id), ("ZREM", DUE, listing_id)]

    async def count(self) -> int:
        """How many links wait for a decision."""
        return int(await self._redis.zcard(OPEN))


def _key(listing_id: ListingId) -> str:
    return f"moderation:question:{listing_id}"
