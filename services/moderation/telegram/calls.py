"""One call to Telegram: a permit first, some tries, and the chat waits when Telegram says so."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from services.moderation.telegram.errors import (
    Conflict,
    Forbidden,
    Migrated,
    RetryAfter,
    Transient,
    Unauthorized,
)
from services.moderation.telegram.pacing import windows
from services.moderation.telegram.ports import Caller
from services.moderation.telegram.store import ActorStore, ChatState
from shared.bus.errors import TryLater
from shared.contracts.telegram import Method
from shared.telemetry.metrics import CALL_SECONDS, HELD_BACK, SENT_AGAIN

log = structlog.get_logger()

Params = dict[str, Any]
Prepare = Callable[[], Awaitable[Params]]
"""Makes a try's parameters right before it."""
PATIENCE = 3.0
"""Seconds that the rest of a work already begun waits here for a permit."""
TRIES = 3
"""Tries at once when Telegram does not answer properly; then the chat waits a little longer."""
OPERATOR_SECONDS = 30.0
"""Wait when only the operator can help: the token is refused."""
SECONDS = 8.0
SEND_SECONDS = 20.0
"""How long an answer is waited for; longer for what must not be done twice."""
LATE = 0.02
"""Telegram counts from its answer, we from the moment when we have read it; a little more is added."""


class Unanswered(TryLater):
    """Telegram did not answer properly: it is not known whether it was done."""


@dataclass(frozen=True)
class Calls:
    """Paced calls. Sleep and jitter are arguments, so that tests need no time."""

    telegram: Caller
    store: ActorStore
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[float, float], float] = random.uniform

    async def __call__(self, method: Method, chat_id: int, params: Params | Prepare) -> Any:
        """The answer. Raises TryLater, or Gone, Forbidden, Refused, Migrated for good; Unanswered: who knows.

        The permit of the first try is the caller's business. Parameters that are to be made for each try are
        made after its permit: nothing waits between them and the call, and what fails in it fails the try.
        """
        seconds = SEND_SECONDS if method is Method.SEND_MESSAGE else SECONDS
        for attempt in range(TRIES):
            if attempt:
                await self.sleep(self.jitter(0.1, 0.3) * 2**attempt)
                await self.permit(method, chat_id, PATIENCE)
                SENT_AGAIN.inc(method is Method.SEND_MESSAGE)
            try:
                given = params if isinstance(params, dict) else await params()
                with CALL_SECONDS.labels(method.value).time():
                    return await self.telegram.call(method.value, given, seconds=seconds)
            except RetryAfter as wait:
                HELD_BACK.labels(method.value).inc()
                await self.store.hold(chat_id, method, wait.seconds)
                raise TryLater("telegram asks to wait", wait.seconds + LATE) from None
            except Transient as error:
                log.info("telegram_unsteady", method=method.value, error=str(error), attempt=attempt + 1)
            except (Unauthorized, Conflict) as error:
                log.error("telegram_refuses_the_bot", error=type(error).__name__)  # noqa: TRY400 - no traceback
                raise TryLater("the token is refused", OPERATOR_SECONDS) from None
        raise Unanswered("telegram does not answer", self.jitter(2, 6))

    async def permit(self, method: Method, chat_id: int, patience: float = 0.0) -> None:
        """Take a permit for one call. Raises TryLater when it is not to be had within so many seconds, and
        Migrated or Forbidden for a chat that has moved or is parked.
        """
        waited = 0.0
        while True:
            wait, chat = await self.store.take(chat_id, method, windows(method, chat_id))
            _check(chat)
            if wait <= 0:
                return
            if waited + wait > patience:
                raise TryLater("paced", wait)
            await self.sleep(wait)
            waited += wait


def _check(chat: ChatState) -> None:
    if chat.moved_to is not None:
        raise Migrated(chat.moved_to)
    if chat.parked:
        raise Forbidden("chat.parked")
