"""The long poll: one process at a time asks Telegram for updates and puts them into the stream.

The offset is written in the same commit as the updates, under the poller's lease: what Telegram is told to
forget is on disk, and a poller that has lost its lease publishes nothing.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import orjson
import structlog

from services.moderation.ingest.client import OtherPoller, PollError, TokenRefused, WebhookSet
from services.moderation.store import Poll
from shared.bus import Commit, Outcome
from shared.bus.leases import Lease
from shared.clock import Clock
from shared.contracts.telegram import TelegramUpdate
from shared.telegram import describe, update_number
from shared.telemetry import metrics

log = structlog.get_logger()
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before the next try after a failure, doubled each time up to the longest."""
REFUSED_PAUSE = 60.0
"""Seconds before a refused token or a taken place is tried again."""
IDLE = 0.2
"""Seconds before a server is asked again that answers at once that there is nothing; Telegram waits."""
REPEAT_LINE = 10
"""Every so many failures in a row the log is told again."""


class Source(Protocol):
    async def fetch(self, offset: int | None) -> Sequence[dict[str, Any]]: ...


class Committing(Protocol):
    @property
    def now(self) -> Clock: ...

    async def commit(self, commit: Commit, lease: Lease | None = None) -> Outcome: ...


def pause_after(failures: int, error: PollError, jitter: random.Random) -> float:
    """Seconds to wait after the nth failure in a row."""
    if error.wait is not None:
        return error.wait + jitter.uniform(0, 1)
    if isinstance(error, TokenRefused):
        return REFUSED_PAUSE
    longest = FIRST_PAUSE * float(2 ** min(failures - 1, 10))
    return min(LONGEST_PAUSE, longest) * jitter.uniform(0.5, 1.0)


@dataclass
class Poller:
    """`bot` is the public part of the token; `webhook_gone` frees the way when our own webhook is set."""

    source: Source
    poll: Poll
    bus: Committing
    bot: str
    webhook_gone: Callable[[], Awaitable[bool]]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: random.Random = field(default_factory=random.Random)
    _failures: int = 0

    async def run(self, lease: Lease) -> None:
        """Until the lease is lost. Raises Unavailable when Redis is away."""
        log.info("polling", bot=True)
        while True:
            offset = await self.poll.offset(self.bot)
            asked = time.monotonic()
            try:
                updates = await self.source.fetch(offset)
            except PollError as error:
                await self._failed(error)
                continue
            if not updates:
                self._failures = 0
                if time.monotonic() - asked < IDLE:
                    await self.sleep(IDLE)
                continue
            if await self._publish(updates, offset, lease) is Outcome.FENCED:
                return

    async def _publish(self, updates: Sequence[dict[str, Any]], offset: int | None, lease: Lease) -> Outcome:
        numbered = [update for update in updates if update_number(update) is not None]
        events = [event_of(update, self.bus.now()) for update in numbered]
        events = [event for event in events if event.update_id >= (offset or 0)]
        following = max((event.update_id for event in events), default=0) + 1
        if not events:
            await self._failed(PollError("no update that is new"))
            return Outcome.DONE
        self._failures = 0
        outcome = await self.bus.commit(
            Commit.of(writes=self.poll.save(self.bot, following), events=events), lease
        )
        for event in events:
            metrics.UPDATES.labels(event.known_kind).inc()
        return outcome

    async def _failed(self, error: PollError) -> None:
        self._failures += 1
        if isinstance(error, WebhookSet) and await self.webhook_gone():
            return
        pause = pause_after(self._failures, error, self.jitter)
        if self._failures == 1 or self._failures % REPEAT_LINE == 0:
            log.warning("poll_failed", reason=error.reason, hint=_hint(error), again_in=round(pause, 1))
        await self.sleep(pause)


def _hint(error: PollError) -> str:
    match error:
        case TokenRefused():
            return "correct DZE_TELEGRAM_TOKEN"
        case OtherPoller():
            return "stop the other process that uses this token"
        case WebhookSet():
            return "the webhook belongs to somebody else: remove it, or use DZE_TELEGRAM_MODE=webhook"
    return "tried again by itself"


def event_of(update: dict[str, Any], received_at: datetime) -> TelegramUpdate:
    """The update as it goes into the stream."""
    update_id, kind, chat_id = describe(update)
    return TelegramUpdate(
        update_id=update_id,
        chat_id=chat_id,
        kind=kind,
        raw=orjson.dumps(update).decode(),
        received_at=received_at,
    )
