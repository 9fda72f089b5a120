"""Waiting until the directory has taken in what was published."""

import asyncio
from collections.abc import Callable
from typing import Any

from shared.bus import Bus
from shared.bus.groups import ensure_groups
from shared.contracts.base import AnyStream

GROUP = "directory"
LOOK_EVERY = 0.05
PATIENCE = 30.0
"""Seconds without any progress after which nobody seems to be reading."""


class Stalled(Exception):  # noqa: N818
    """The directory does not take in what was published; `waiting` rows stay in the stream until it does."""

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"the directory does not read: {waiting} rows wait for it and will be taken in when it runs"
        )
        self.waiting = waiting


class Queue:
    """The directory's part of one stream."""

    def __init__(self, bus: Bus, stream: AnyStream, patience: float = PATIENCE) -> None:
        self._bus = bus
        self._stream = stream
        self._patience = patience

    async def open(self) -> None:
        """Make sure that the group is there, so that its lag can be read."""
        await ensure_groups(self._bus.redis, [self._stream])

    async def waiting(self) -> int:
        """Messages published and not yet handled."""
        async with self._bus.redis.pipeline(transaction=False) as pipe:
            for key in self._stream.partitions():
                pipe.xinfo_groups(key)
                pipe.xlen(key)
            answers: list[Any] = await pipe.execute()
        return sum(_left(groups, length) for groups, length in zip(answers[::2], answers[1::2], strict=True))

    async def dead(self) -> int:
        """Dead letters of the directory, so far."""
        return int(await self._bus.redis.xlen(self._stream.dead_key(GROUP)))

    async def until(self, most: int, told: Callable[[int], None] | None = None) -> None:
        """Wait until at most so many are waiting; `told` hears how many. Raises Stalled without progress."""
        loop = asyncio.get_running_loop()
        last, since = -1, loop.time()
        while (waiting := await self.waiting()) > most:
            if told:
                told(waiting)
            if waiting != last:
                last, since = waiting, loop.time()
            elif loop.time() - since > self._patience:
                raise Stalled(waiting)
            await asyncio.sleep(LOOK_EVERY)
        if told:
            told(waiting)


def _left(groups: list[dict[str, Any]], length: int) -> int:
    """Pending and unread; Redis knows no lag after entries were deleted singly, then all of them count."""
    for group in groups:
        if group["name"] in (GROUP, GROUP.encode()):
            lag = group.get("lag")
            return int(group["pending"]) + (length if lag is None else int(lag))
    return length
