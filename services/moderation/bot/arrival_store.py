"""Cards in the reviewers' chat about chats that wait for a decision.

`moderation:arrival:<card>` string: sealed, what a card shows. 180 days.
`moderation:arrivals` zset: cards that are open, by when they were posted. Each until it is decided.
`moderation:arrivals:posted` zset: what was posted within the hour, by when. 1 h.
"""

from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from pydantic import Field, ValidationError
from redis.asyncio import Redis

from shared.bus.commit import Command, Expect
from shared.contracts.base import Message, Moment
from shared.keys import Keys

OPEN, POSTED = "moderation:arrivals", "moderation:arrivals:posted"
CARD_SECONDS = 180 * 86_400
HOUR = 3600


class Card(Message):
    """`chats` are raw ids, those that are shown first; `attempt` counts the messages, `revision` the states
    of the newest. `people`: members of a chat by its id where that was learnt, 0 for few.
    """

    id: str
    chats: tuple[int, ...]
    revision: int = 1
    attempt: int = 1
    at: Moment
    people: dict[str, int] = Field(default_factory=dict)
    others: int = 0
    """On the card about all chats of before: those of which no listing is known."""
    unsure: int = 0
    """Those of the others whose name is listed, and of which it is not known yet whether it is theirs."""
    closed: bool = False


class ArrivalStore:
    """Reads are async; what writes returns commands for the commit."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its own types allow for decoded answers everywhere
        self._keys = keys

    async def card(self, card_id: str) -> tuple[Card | None, Expect]:
        """What it shows, and the condition that it still does."""
        key = _key(card_id)
        sealed = await self._redis.get(key)
        return self._opened(sealed, key), Expect.equals(key, sealed)

    def _opened(self, sealed: bytes | None, key: str) -> Card | None:
        try:
            return None if sealed is None else Card.model_validate_json(self._keys.unseal(sealed, key))
        except (InvalidTag, ValidationError):
            return None

    def keep(self, card: Card) -> list[Command]:
        key, at = _key(card.id), int(card.at.timestamp())
        sealed = self._keys.seal(card.model_dump_json().encode(), key)
        listed: Command = ("ZREM", OPEN, card.id) if card.closed else ("ZADD", OPEN, at, card.id)
        return [("SET", key, sealed, "EX", CARD_SECONDS), listed]

    async def open_cards(self) -> list[str]:
        """The oldest first."""
        return [one.decode() for one in await self._redis.zrange(OPEN, 0, -1)]

    def posted(self, what: str, now: datetime) -> list[Command]:
        """Remember that something new was posted."""
        at = int(now.timestamp())
        return [
            ("ZADD", POSTED, at, what),
            ("ZREMRANGEBYSCORE", POSTED, "-inf", at - HOUR),
            ("EXPIRE", POSTED, HOUR),
        ]

    async def lately(self, now: datetime) -> list[str]:
        """What was posted within the hour."""
        found = await self._redis.zrange(POSTED, int(now.timestamp()) - HOUR + 1, "+inf", byscore=True)
        return [one.decode() for one in found]


def _key(card_id: str) -> str:
    return f"moderation:arrival:{card_id}"
