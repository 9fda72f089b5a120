"""The worker of a partition, which puts keys aside that would stop it from reading."""

import time
from typing import Any

from shared.bus.aside import Asides, Backlog, aside_key, aside_names
from shared.bus.held import HELD_MOST
from shared.bus.subscription import Entry
from shared.bus.worker import Worker

ASIDE_AFTER = 1.0
"""Seconds that a key must still have to wait to be worth putting aside."""


class Partition(Worker):
    """A key that waits for an hour with thousands of messages does not stop the others."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        stream, group = self.subscription.stream, self.subscription.group
        self._asides = Asides(
            self._redis,
            self._handling,
            names=aside_names(stream, group, self.partition),
            stream_of=lambda key: aside_key(stream, group, self.partition, key),
            group=group,
            backlog=self._backlog,
        )

    def _backlog(self, stream: str, due: float) -> Backlog:
        return Backlog(
            self._redis,
            self._committer,
            self.subscription,
            self.partition,
            lease=self.lease,
            brake=self._brake,
            stream=stream,
            due=due,
        )

    @property
    def aside(self) -> int:
        """How many keys are aside."""
        return len(self._asides)

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            await self._asides.stop()

    async def _take_over(self) -> bytes:
        cursor = await super()._take_over()
        await self._asides.load()
        return cursor

    async def _go_on(self) -> None:
        await self._asides.tidy()
        await super()._go_on()

    async def _admit(self, entries: list[Entry]) -> list[Entry]:
        aside, others = self._asides.sift(entries)
        await self._asides.move(aside)
        return await super()._admit(others)

    async def _make_room(self) -> bool:
        """Put keys aside, the longest queues first, until half of what may be held is free."""
        for key in self._held.waiting_beyond(time.monotonic() + ASIDE_AFTER):
            if len(self._held) <= HELD_MOST // 2:
                break
            await self._put_aside(key)
        return not self._held.full

    async def _put_aside(self, key: bytes) -> None:
        due = self._held.due(key) or 0.0
        await self._asides.move(self._held.remove(key), due)
