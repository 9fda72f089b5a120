"""Readers without a group: each builds its own model from a compacted stream's snapshot and its changes."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from shared.bus.committer import AWAY
from shared.bus.envelope import DATA, Envelope
from shared.contracts.base import PARTITIONS, AnyStream

log = structlog.get_logger()
BLOCK_MS = 1_000
COUNT = 500
SNAPSHOT_COUNT = 1_000
"""Of a snapshot at once: more cost less each, and hold up a process that already serves a little longer."""
RETRY = 0.5
NOWHERE = b"0-0"
"""Where a stream ends that nothing was ever written to."""
Apply = Callable[[Any], None]
Load = Callable[[list[bytes]], None]


class Follower:
    """Loads the snapshot, then follows. `apply` may see a message twice: it goes by revision.

    After a time without Redis in which the stream was trimmed beyond the place reached, or was lost, `reset`
    is called and the snapshot is loaded again. `told` is called each time the end is reached after a load.
    """

    def __init__(
        self,
        redis: Redis,
        envelope: Envelope,
        stream: AnyStream,
        apply: Apply,
        *,
        reset: Callable[[], None] | None = None,
        load: Load | None = None,
        told: Callable[[], None] | None = None,
    ) -> None:
        self.stream = stream
        self.caught_up = False
        self.last_read = time.monotonic()
        self._redis = redis
        self._envelope = envelope
        self._apply = apply
        self._reset = reset
        self._load_all = load
        self._told = told
        self._begun = False
        self._places: dict[str, bytes] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                if not self._places or await self._missed():
                    await self._load()
                await self._follow()
            except (*AWAY, ResponseError) as error:
                log.warning("follower_interrupted", stream=self.stream.topic, reason=type(error).__name__)
                await asyncio.sleep(RETRY)

    async def _load(self) -> None:
        """First where the stream ends, then the snapshot: what comes between is seen twice, never missed.

        There is no place to go on from until all is loaded: a load that is interrupted begins anew.
        """
        self.caught_up, self._places = False, {}
        if self._reset and self._begun:
            self._reset()
        self._begun = True
        places = {key: await self._end(key) for key in self.stream.partitions()}
        for partition in range(PARTITIONS):
            await self._load_partition(self.stream.snapshot_key(partition))
        self._places = places

    async def _load_partition(self, key: str) -> None:
        cursor = -1
        while cursor:
            found: Any = await self._redis.hscan(key, cursor=max(cursor, 0), count=SNAPSHOT_COUNT)
            cursor = int(found[0])
            self._take_all(list(found[1].values()))
            await asyncio.sleep(0)

    def _take_all(self, entries: list[bytes]) -> None:
        if self._load_all is not None:
            try:
                self._load_all([self._envelope.open(self.stream, data) for data in entries])
            except (KeyError, TypeError, ValueError) as error:
                log.warning("loading_one_by_one", stream=self.stream.topic, reason=type(error).__name__)
            else:
                return
        for data in entries:
            self._take(data)

    async def _end(self, key: str) -> bytes:
        """The id of the last entry there was, also when it is trimmed already."""
        info = await self._info(key)
        return bytes(info["last-generated-id"]) if info else NOWHERE

    async def _info(self, key: str) -> dict[str, Any] | None:
        """None when there is no such stream."""
        try:
            info: dict[str, Any] = await self._redis.xinfo_stream(key)
        except ResponseError:
            return None
        return info

    async def _follow(self) -> None:
        """Read changes of all partitions; caught up after the first read that finds none."""
        while True:
            block = BLOCK_MS if self.caught_up else 1
            streams: Any = dict(self._places)
            found: Any = await self._redis.xread(streams, count=COUNT, block=block)
            self.last_read = time.monotonic()
            if not found and not self.caught_up:
                self.caught_up = True
                if self._told:
                    self._told()
            for key, entries in found or ():
                for entry_id, fields in entries:
                    self._take(fields[DATA])
                    self._places[key.decode()] = entry_id
            if found:
                await asyncio.sleep(0)

    def _take(self, data: bytes) -> None:
        try:
            message = self._envelope.decode(self.stream, data)
        except ValueError as error:
            log.error("unreadable_message", stream=self.stream.topic, reason=type(error).__name__)  # noqa: TRY400 - a traceback may show the message
            return
        self._apply(message)

    async def _missed(self) -> bool:
        """Whether entries beyond the place reached may be gone: trimmed, lost, or of a stream made anew."""
        for key, place in self._places.items():
            if await self._is_gap(key, place):
                return True
        return False

    async def _is_gap(self, key: str, place: bytes) -> bool:
        """Redis does not say what was trimmed. But it trims from the front, so nothing beyond an entry is
        gone while that entry is there, or is still the last there was.
        """
        info = await self._info(key)
        if place == (info["last-generated-id"] if info else NOWHERE):
            return False
        if place == NOWHERE:
            return info is not None and info["entries-added"] != info["length"]
        return info is None or not await self._redis.xrange(key, place, place)
