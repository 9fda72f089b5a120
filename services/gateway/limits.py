"""Limits that need not know who somebody is: quotas of everybody together, over all gateways."""

import asyncio
import time
from collections.abc import Callable, Sequence

from services.gateway.store import Store

AT_ONCE_SECONDS = 0.1
"""A gateway takes with one call what the quota gives in so long a time: few proposals wait for one."""
HELD_SECONDS = 1.0
"""What it has taken and not spent is given up after this."""
LOOK_SECONDS = 0.25
"""For so long an answer about what is left is good enough."""


class Quota:
    """So many a minute in each lane, after a burst of as many.

    The numbers lie in Redis, where all gateways take from them. Without Redis nothing can be spent, and
    nothing could be accepted either: `take` raises Unavailable.
    """

    def __init__(self, store: Store, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._each = 60_000 / per_minute
        self._burst = max(1, int(per_minute))
        self._at_once = max(1, int(per_minute / 60 * AT_ONCE_SECONDS))
        self._held: dict[str, list[float]] = {}
        """By lane, until when each token that is held can be spent."""
        self._locks: dict[str, asyncio.Lock] = {}
        self._left: tuple[float, list[float]] | None = None

    async def take(self, lane: str) -> float:
        """Take one token and answer 0, or answer the seconds until there may be one."""
        async with self._locks.setdefault(lane, asyncio.Lock()):
            if self._take_held(lane):
                return 0.0
            taken, after = await self._store.take_tokens(lane, self._each, self._burst, self._at_once)
            self._held[lane] = [self._clock() + HELD_SECONDS] * (taken - 1)
        return 0.0 if taken else after / 1000

    def give_back(self, lane: str) -> None:
        """For a token that was spent on nothing: the next one may have it."""
        self._held.setdefault(lane, []).append(self._clock() + HELD_SECONDS)

    async def left(self, lanes: Sequence[str]) -> list[float]:
        """The share of each bucket that is left, 0 to 1. Raises Unavailable."""
        now = self._clock()
        if self._left is None or self._left[0] < now:
            found = await self._store.tokens_left(lanes, self._each, self._burst)
            self._left = now + LOOK_SECONDS, [count / self._burst for count in found]
        return self._left[1]

    def _take_held(self, lane: str) -> bool:
        now = self._clock()
        held = [until for until in self._held.get(lane, ()) if until > now]
        self._held[lane] = held[1:]
        return bool(held)
