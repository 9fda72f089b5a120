"""The bot's Redis: reviews that wait for a decision, decisions taken, who talks to the bot."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from cryptography.exceptions import InvalidTag
from redis.asyncio import Redis

from services.moderation.bot.arrival_store import ArrivalStore
from services.moderation.bot.news_store import NEWS_SECONDS, NewsStore
from services.moderation.bot.pending_store import PendingStore
from services.moderation.store.places import Places
from services.moderation.store.questions import Questions
from shared.bus.commit import Command, Expect
from shared.contracts.base import Message, MessageT
from shared.contracts.links import Sighting
from shared.contracts.submissions import ReviewRequested
from shared.keys import Keys

OPEN = "moderation:reviews:open"
"""Submissions that wait for a decision, by when it was asked for; each leaves with its decision."""
REVIEW_SECONDS = 180 * 86400
DECIDED_SECONDS = 90 * 86400
CLOSED_SECONDS = 2 * 86400
TALKS_SECONDS = 180 * 86400


class LinkFound(Message):
    """What a look-up found under a proposed link when its card was made; `seen` is None for nothing.

    `other`: another chat is listed under this link.
    """

    seen: Sighting | None = None
    other: bool = False


@dataclass(frozen=True)
class OpenReview:
    """A review that waits; `attempt` counts the cards posted for it, 0 when there is none yet.

    `found` is None where the link was not looked up.
    """

    request: ReviewRequested
    attempt: int
    found: LinkFound | None = None


class Decided(Message):
    """What was decided of a review or an advice; `by` is a short code."""

    decision: str
    by: str = ""


class BotStore:
    """What a resident proposed is sealed. `news` waits for a chat's admins, `pending` for a press, `arrivals`
    are cards about new chats.
    """

    def __init__(self, redis: "Redis", keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self.news = NewsStore(redis, keys)
        self.arrivals = ArrivalStore(redis, keys)
        self.pending = PendingStore(redis, keys)
        self.places = Places(redis)
        self.questions = Questions(redis, keys)

    # Reviews.

    async def review(self, submission_id: str) -> OpenReview | None:
        """None when it is not open."""
        key = _review_key(submission_id)
        fields = await self._redis.hmget(key, ["request", "attempt", "found"])
        sealed, attempt, found = cast("list[bytes | None]", fields)
        request = self._opened(ReviewRequested, sealed, key)
        if request is None:
            return None
        return OpenReview(request, int(attempt or 0), self._opened(LinkFound, found, key))

    def keep_review(
        self, request: ReviewRequested, attempt: int, found: LinkFound | None = None
    ) -> list[Command]:
        key = _review_key(request.submission_id)
        sealed = self._keys.seal(request.model_dump_json().encode(), key)
        seen = ("found", self._keys.seal(found.model_dump_json().encode(), key)) if found else ()
        return [
            ("HSET", key, "request", sealed, "attempt", attempt, *seen),
            ("EXPIRE", key, REVIEW_SECONDS),
            ("ZADD", OPEN, int(request.requested_at.timestamp()), request.submission_id),
        ]

    def at_attempt(self, submission_id: str, attempt: int) -> Expect:
        """Nobody else has posted a card meanwhile."""
        return Expect.equals(_review_key(submission_id), str(attempt), "attempt")

    def close_review(self, submission_id: str, decided: Decided) -> list[Command]:
        """What was proposed stays a little, for the card to be written anew if the decision cannot stand."""
        return [
            ("SET", _decided_key(submission_id), decided.model_dump_json(), "EX", DECIDED_SECONDS),
            ("EXPIRE", _review_key(submission_id), CLOSED_SECONDS),
            ("ZREM", OPEN, submission_id),
        ]

    def forget_review(self, submission_id: str) -> list[Command]:
        """What waited for half a year is gone."""
        return [("ZREM", OPEN, submission_id)]

    def undecided(self, subject: str) -> Expect:
        """Nobody has decided on this submission or advice."""
        return Expect.absent(_decided_key(subject))

    def as_decided(self, subject: str, decided: Decided | None) -> Expect:
        """The decision is still the one that was read."""
        value = None if decided is None else decided.model_dump_json()
        return Expect.equals(_decided_key(subject), value)

    async def decided(self, subject: str) -> Decided | None:
        found = cast("bytes | None", await self._redis.get(_decided_key(subject)))
        return None if found is None else Decided.model_validate_json(found)

    async def open_reviews(self, most: int) -> list[str]:
        """Submission ids, those that wait longest first."""
        return [row.decode() for row in cast("list[bytes]", await self._redis.zrange(OPEN, 0, most - 1))]

    def decide(self, subject: str, decided: Decided) -> list[Command]:
        """A decision that is not on a submission; on the condition that it is `undecided`."""
        return [("SET", _decided_key(subject), decided.model_dump_json(), "EX", DECIDED_SECONDS)]

    def close_advice(self, code: str, decided: Decided) -> list[Command]:
        return [("SET", _decided_key(code), decided.model_dump_json(), "EX", NEWS_SECONDS)]

    # Who has opened the bot: only to them it can write first.

    def talks(self, user_id: int, *, now_does: bool) -> list[Command]:
        key = f"moderation:talks:{self._keys.person(user_id)}"
        return [("SET", key, "1", "EX", TALKS_SECONDS)] if now_does else [("UNLINK", key)]

    async def who_talks(self, user_ids: list[int]) -> list[int]:
        """Those of these people who have opened the bot."""
        if not user_ids:
            return []
        found = await self._redis.mget([f"moderation:talks:{self._keys.person(one)}" for one in user_ids])
        return [one for one, value in zip(user_ids, found, strict=True) if value is not None]

    async def somebody_talks(self, people: Collection[str]) -> bool:
        """Whether one of these keyed people has opened the bot."""
        keys = [f"moderation:talks:{person}" for person in people]
        return bool(keys) and any(await self._redis.mget(keys))

    def _opened(self, model: type[MessageT], sealed: bytes | None, key: str) -> MessageT | None:
        try:
            return None if sealed is None else model.model_validate_json(self._keys.unseal(sealed, key))
        except InvalidTag:
            return None


def _review_key(submission_id: str) -> str:
    return f"moderation:review:{submission_id}"


def _decided_key(subject: str) -> str:
    return f"moderation:decided:{subject}"
