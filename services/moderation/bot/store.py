"""The bot's Redis: reviews that wait for a decision, decisions taken, who talks to the bot."""

from collections.abc import Collection, Sequence
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
from shared.contracts.listings import Link
from shared.contracts.submissions import ReviewRequested
from shared.keys import Keys

OPEN = "moderation:reviews:open"
"""Submissions that wait for a decision, by when it was asked for; each leaves with its decision."""
HELD = "moderation:reviews:held"
"""Those that have no card yet, the next one first: those with more work, then those that wait longer."""
UNPROVEN = "moderation:reviews:unproven"
"""Those that came without work and have a card."""
RANK_SECONDS = 10**7
"""A bit of work counts as so many seconds of waiting, longer than anything waits."""
UNPROVEN_RANK = 10**12
"""Added where no work was done at all."""
REVIEW_SECONDS = 180 * 86400
DECIDED_SECONDS = 90 * 86400
CLOSED_SECONDS = 2 * 86400
BULK_SHOWN = "moderation:reviews:bulk"
"""The card on which many are refused together; expires."""
BULK_SECONDS = 7 * 86400
BULK_AGAIN_SECONDS = 3600
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
    beside: tuple[ReviewRequested, ...] = ()
    """Other open proposals for the same link, on the same card."""
    version: int = 0
    """Counts changes of `beside`: a button of an earlier card does not decide on what its presser never
    saw."""

    @property
    def everyone(self) -> tuple[ReviewRequested, ...]:
        return (self.request, *self.beside)


class Beside(Message):
    """What stands on a card besides its first proposal."""

    requests: tuple[ReviewRequested, ...] = ()


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
        fields = await self._redis.hmget(key, ["request", "attempt", "found", "beside", "version"])
        sealed, attempt, found, beside, version = cast("list[bytes | None]", fields)
        request = self._opened(ReviewRequested, sealed, key)
        if request is None:
            return None
        others = self._opened(Beside, beside, key) or Beside()
        return OpenReview(
            request,
            int(attempt or 0),
            self._opened(LinkFound, found, key),
            others.requests,
            int(version or 0),
        )

    async def first_of(self, submission_id: str) -> str | None:
        """The proposal on whose card this one stands besides."""
        found = await self._redis.hget(_review_key(submission_id), "first")
        return _text(cast("bytes | None", found))

    async def first_of_link(self, link: Link) -> str | None:
        """The proposal whose card gathers those for this link."""
        return _text(cast("bytes | None", await self._redis.get(self._link_key(link))))

    def gathers(self, link: Link, submission_id: str) -> list[Command]:
        return [("SET", self._link_key(link), submission_id, "EX", REVIEW_SECONDS)]

    def still_gathers(self, link: Link, submission_id: str | None) -> Expect:
        return Expect.equals(self._link_key(link), submission_id)

    def keep_beside(self, review: OpenReview, others: Sequence[ReviewRequested]) -> list[Command]:
        """What stands besides on the card of an open review, in place of what stood there."""
        key = _review_key(review.request.submission_id)
        sealed = self._keys.seal(Beside(requests=tuple(others)).model_dump_json().encode(), key)
        writes: list[Command] = [("HSET", key, "beside", sealed, "version", review.version + 1)]
        for other in others:
            own = _review_key(other.submission_id)
            writes += [
                ("HSET", own, "first", review.request.submission_id),
                ("EXPIRE", own, REVIEW_SECONDS),
                *self.forget_review(other.submission_id),
            ]
        return writes

    def at_version(self, review: OpenReview) -> Expect:
        """Nothing has come to stand besides, or gone, since it was read."""
        value = str(review.version) if review.version else None
        return Expect.equals(_review_key(review.request.submission_id), value, "version")

    def reopen(self, submission_id: str) -> list[Command]:
        """The decision came to nothing: forget it, and what stood besides."""
        key = _review_key(submission_id)
        return [("DEL", _decided_key(submission_id)), ("HDEL", key, "request", "beside", "version", "first")]

    def _link_key(self, link: Link) -> str:
        return f"moderation:review-of:{self._keys.token('review-link', link.key)}"

    def keep_review(
        self, request: ReviewRequested, attempt: int, found: LinkFound | None = None
    ) -> list[Command]:
        key = _review_key(request.submission_id)
        sealed = self._keys.seal(request.model_dump_json().encode(), key)
        seen = ("found", self._keys.seal(found.model_dump_json().encode(), key)) if found else ()
        return [
            ("HSET", key, "request", sealed, "attempt", attempt, *seen),
            ("EXPIRE", key, REVIEW_SECONDS),
            *self._queued(request, posted=attempt > 0),
        ]

    def _queued(self, request: ReviewRequested, *, posted: bool) -> list[Command]:
        since, subject = int(request.requested_at.timestamp()), request.submission_id
        if not posted:
            rank = since - request.work * RANK_SECONDS if request.work else since + UNPROVEN_RANK
            return [("ZREM", OPEN, subject), ("ZADD", HELD, rank, subject)]
        unproven: list[Command] = [] if request.work else [("ZADD", UNPROVEN, since, subject)]
        return [("ZADD", OPEN, since, subject), ("ZREM", HELD, subject), *unproven]

    async def held(self, most: int) -> list[str]:
        """Submissions without a card, the next one first."""
        return [row.decode() for row in cast("list[bytes]", await self._redis.zrange(HELD, 0, most - 1))]

    async def held_unproven(self, most: int) -> tuple[int, list[str]]:
        """How many submissions without work have no card, and the first of them."""
        found = await self._redis.zrangebyscore(HELD, UNPROVEN_RANK, "+inf", start=0, num=most)
        rows = cast("list[bytes]", found)
        return int(await self._redis.zcount(HELD, UNPROVEN_RANK, "+inf")), [row.decode() for row in rows]

    async def unproven_shown(self) -> int:
        return int(await self._redis.zcard(UNPROVEN))

    async def cards_of(self, minute: int) -> int:
        """Cards posted in that minute."""
        return int(await self._redis.get(_minute_key(minute)) or 0)

    def count_card(self, minute: int) -> list[Command]:
        return [("INCR", _minute_key(minute)), ("EXPIRE", _minute_key(minute), 180)]

    async def bulk(self, code: str) -> list[str] | None:
        """The submissions of a card on which many are refused together."""
        found = cast("bytes | None", await self._redis.get(f"moderation:bulk:{code}"))
        return None if found is None else found.decode().split()

    async def bulk_is_shown(self) -> bool:
        return bool(await self._redis.exists(BULK_SHOWN))

    def keep_bulk(self, code: str, submissions: Sequence[str]) -> list[Command]:
        return [
            ("SET", f"moderation:bulk:{code}", " ".join(submissions), "EX", BULK_SECONDS),
            ("SET", BULK_SHOWN, code, "EX", BULK_AGAIN_SECONDS),
        ]

    def bulk_is_done(self, code: str) -> list[Command]:
        return [("UNLINK", f"moderation:bulk:{code}"), ("UNLINK", BULK_SHOWN)]

    def at_attempt(self, submission_id: str, attempt: int) -> Expect:
        """Nobody else has posted a card meanwhile."""
        return Expect.equals(_review_key(submission_id), str(attempt), "attempt")

    def close_review(self, submission_id: str, decided: Decided) -> list[Command]:
        """What was proposed stays a little, for the card to be written anew if the decision cannot stand."""
        return [
            ("SET", _decided_key(submission_id), decided.model_dump_json(), "EX", DECIDED_SECONDS),
            ("EXPIRE", _review_key(submission_id), CLOSED_SECONDS),
            *self.forget_review(submission_id),
        ]

    def forget_review(self, submission_id: str) -> list[Command]:
        """What waited for half a year is gone."""
        return [("ZREM", key, submission_id) for key in (OPEN, HELD, UNPROVEN)]

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


def _minute_key(minute: int) -> str:
    return f"moderation:reviews:cards:{minute}"


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode()


def _review_key(submission_id: str) -> str:
    return f"moderation:review:{submission_id}"


def _decided_key(subject: str) -> str:
    return f"moderation:decided:{subject}"
