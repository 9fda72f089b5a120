"""A partition whose keys go by themselves: no key waits for another's handler."""

import asyncio
import time
from typing import Any

from shared.background import awaited
from shared.bus.aside import finish
from shared.bus.committer import AWAY
from shared.bus.errors import Unavailable
from shared.bus.handling import Handling
from shared.bus.held import HELD_MOST
from shared.bus.partition import Partition
from shared.bus.subscription import Entry
from shared.bus.worker import BLOCK_MS

REDIS_AWAY = 0.3
"""Seconds until a key is tried again whose handler could not reach Redis."""
FULL_MS = 20
"""Milliseconds between two looks for room when nothing can be put aside."""


class Lanes(Partition):
    """Each key with something to do has a task, which takes what has come for the key, again and again."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lanes: dict[bytes, asyncio.Task[None]] = {}
        self._resting: set[bytes] = set()
        self._ending = False

    def _make_handling(self) -> Handling:
        return Handling(self.subscription, self._committer, self._stream, self.lease, at_once=HELD_MOST)

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            await self._end_lanes()

    async def _take_over(self) -> bytes:
        await self._end_lanes()
        return await super()._take_over()

    async def _end_lanes(self) -> None:
        """Those at rest go at once, the others when what is in hand is done."""
        for key in self._resting:
            self._lanes[key].cancel()
        self._ending = True
        await finish(self._lanes.values())
        self._ending = False
        self._lanes.clear()
        self._resting.clear()

    async def _go_on(self) -> None:
        """Lanes go on by themselves. Raises what one of them failed with."""
        await self._asides.tidy()
        for key, task in list(self._lanes.items()):
            if task.done():
                del self._lanes[key]
                task.result()

    async def _begin(self, entries: list[Entry]) -> None:
        keys: dict[bytes, list[Entry]] = {}
        for entry in entries:
            keys.setdefault(entry.key, []).append(entry)
        for key, found in keys.items():
            self._held.occupy(key, found)
            self._lanes[key] = awaited(self._lane(key))

    async def _lane(self, key: bytes) -> None:
        while entries := self._held.take(key, self.subscription.most):
            try:
                await self._work(entries)
            except (Unavailable, *AWAY):
                self._held.put_back(entries, time.monotonic() + REDIS_AWAY)
            await self._rest(key)
            if self.over or self._ending:
                return
        self._held.remove(key)

    async def _rest(self, key: bytes) -> None:
        """Until the key's time has come. Only here may a lane be cancelled."""
        if (due := self._held.due(key)) is None:
            return
        self._resting.add(key)
        try:
            async with asyncio.timeout(due - time.monotonic()):
                await self.stopping.wait()
        except TimeoutError:
            pass
        finally:
            self._resting.discard(key)

    async def _put_aside(self, key: bytes) -> None:
        if key in self._resting:
            self._lanes.pop(key).cancel()
            await super()._put_aside(key)

    def _patience_ms(self) -> int:
        return FULL_MS if self._held.full else BLOCK_MS
