"""One call to Telegram: a permit first, some tries, and the chat waits when Telegram says so."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from services.moderation.telegram.errors import Conflict, RetryAfter, Transient, Unauthorized
from services.moderation.telegram.pacing import windows
from services.moderation.telegram.ports import Caller
from services.moderation.telegram.store import ActorStore
from shared.bus.errors import TryLater
from shared.contracts.telegram import Method

log = structlog.get_logger()

PATIENCE = 0.3
"""Seconds that are waited here for a permit; for longer this chat waits in the bus and the others go on."""
TRIES = 3
"""Tries at once when Telegram does not answer properly; then the chat waits a little longer."""
OPERATOR_SECONDS = 30.0
"""Wait when only the operator can help: the token is refused."""


@dataclass(frozen=True)
class Calls:
    """Paced calls. Sleep and jitter are arguments, so that tests need no time."""

    telegram: Caller
    store: ActorStore
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[float, float], float] = random.uniform

    async def __call__(self, method: Method, chat_id: int, params: dict[str, Any]) -> Any:
        """The answer. Raises TryLater, or Gone, Forbidden, Refused, Migrated for good."""
        for attempt in range(TRIES):
            await self._permit(method, chat_id)
            try:
                return await self.telegram.call(method.value, params)
            except RetryAfter as wait:
                await self.store.hold(chat_id, method, wait.seconds)
                raise TryLater("telegram asks to wait", wait.seconds + self.jitter(0, 0.5)) from None
            except Transient as error:
                log.info("telegram_unsteady", method=method.value, error=str(error), attempt=attempt + 1)
                await self.sleep(self.jitter(0.1, 0.3) * 2**attempt)
            except (Unauthorized, Conflict) as error:
                log.error("telegram_refuses_the_bot", error=type(error).__name__)  # noqa: TRY400 - no traceback
                raise TryLater("the token is refused", OPERATOR_SECONDS) from None
        raise TryLater("telegram does not answer", self.jitter(2, 6))

    async def _permit(self, method: Method, chat_id: int) -> None:
        waited = 0.0
        while (wait := await self.store.take(chat_id, method, windows(method, chat_id))) > 0:
            if waited + wait > PATIENCE:
                raise TryLater("paced", wait)
            await self.sleep(wait)
            waited += wait
