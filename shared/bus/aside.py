"""Streams of their own for keys that must wait for long, so that their partition can read on.

A key goes aside when too much waits in its partition: in one fenced commit its waiting messages are
acknowledged and added to a stream beside the partition's, and all that comes for this key follows them there.
A worker under the same lease works that stream off. Once it is empty it is removed, and the key is read from
the partition again.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from redis.asyncio import Redis

from shared.background import awaited
from shared.bus.commit import Command, Commit, Unit
from shared.bus.envelope import DATA, KEY
from shared.bus.handling import Handling
from shared.bus.subscription import Entry
from shared.bus.tasks import end
from shared.bus.worker import BLOCK_MS, NEW, Worker
from shared.contracts.base import AnyStream, tag

STOP_SECONDS = 5.0
"""How long a handler may go on when its worker stops, before it is cancelled."""


def aside_key(stream: AnyStream, group: str, partition: int, key: bytes) -> str:
    """The stream in which a key's messages wait; `key` is the keyed hash of theirs."""
    return f"{stream.topic}.aside.{group}.{tag(partition)}.{key.hex()}"


def aside_names(stream: AnyStream, group: str, partition: int) -> str:
    """The set of keys that are aside."""
    return f"bus:{tag(partition)}:aside:{stream.topic}:{group}"


class Backlog(Worker):
    """Works off the stream of one key, from `due` (monotonic seconds) on; ends when it is empty."""

    def __init__(self, *args: Any, due: float, **options: Any) -> None:
        super().__init__(*args, **options)
        self.drained = False
        self._begins = due

    def _make_handling(self) -> Handling:
        return Handling(self.subscription, self._committer, self._stream, self.lease, erase=True)

    @property
    def over(self) -> bool:
        return self.drained or super().over

    async def _step(self, cursor: bytes) -> bytes:
        """Nothing is read while something waits: it is all of one key."""
        await self._go_on()
        pause = self._patience_ms() / 1000 if len(self._held) else self._begins - time.monotonic()
        if pause > 0:
            await asyncio.sleep(min(pause, BLOCK_MS / 1000))
            return cursor
        found = await self._read(cursor)
        if not found:
            self.drained = cursor == NEW
            return NEW
        await self._work(await self._known(found))
        return found[-1][0] if cursor != NEW else NEW

    async def _read(self, cursor: bytes) -> list[Any]:
        return await self._read_within(cursor, None)


class Asides:
    """The keys of one partition that are aside. Only its worker's loop calls this, never twice at a time."""

    def __init__(
        self,
        redis: Redis,
        handling: Handling,
        *,
        names: str,
        stream_of: Callable[[bytes], str],
        group: str,
        backlog: Callable[[str, float], Backlog],
    ) -> None:
        self._redis = redis
        self._handling = handling
        self._names = names
        self._stream_of = stream_of
        self._group = group
        self._backlog = backlog
        self._workers: dict[bytes, tuple[Backlog, asyncio.Task[None]]] = {}

    def __len__(self) -> int:
        return len(self._workers)

    async def load(self) -> None:
        """Go on with what was aside before."""
        await self.stop()
        members: Any = await self._redis.smembers(self._names)
        for key in members:
            self._start(key, 0.0)

    def sift(self, entries: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
        """Those of keys that are aside, and the others."""
        if not self._workers:
            return [], list(entries)
        aside: list[Entry] = []
        others: list[Entry] = []
        for entry in entries:
            (aside if entry.key in self._workers else others).append(entry)
        return aside, others

    async def move(self, entries: list[Entry], due: float = 0.0) -> None:
        """Acknowledge these and put them behind what waits of their keys. Raises Fenced."""
        if not entries:
            return
        fresh = {entry.key for entry in entries} - self._workers.keys()
        await self._handling.commit(self._units(entries, fresh))
        for key in {entry.key for entry in entries}:
            if key in fresh or self._workers[key][0].drained:
                self._start(key, due)

    def _units(self, entries: list[Entry], fresh: set[bytes]) -> list[Unit]:
        """A fresh stream is opened with its first entry, so that a commit sent again does not empty it."""
        opened: set[bytes] = set()
        units = []
        for entry in entries:
            writes = self._opened(entry.key) if entry.key in fresh - opened else []
            opened.add(entry.key)
            units.append(Unit([entry.id], Commit.of([*writes, self._added(entry)])))
        return units

    def _opened(self, key: bytes) -> list[Command]:
        """A fresh stream with its group; whatever lies there is not in the set, so it is nobody's."""
        stream = self._stream_of(key)
        return [
            ("SADD", self._names, key),
            ("UNLINK", stream),
            ("XGROUP", "CREATE", stream, self._group, "0", "MKSTREAM"),
        ]

    def _added(self, entry: Entry) -> Command:
        return ("XADD", self._stream_of(entry.key), "*", DATA, entry.data, KEY, entry.key)

    async def tidy(self) -> None:
        """Take keys back whose backlog is worked off. Raises what a backlog's worker failed with."""
        for key, (worker, task) in list(self._workers.items()):
            if not task.done():
                continue
            task.result()
            if await self._redis.xlen(self._stream_of(key)):
                self._start(key, 0.0)
            elif worker.drained:
                closed: list[Command] = [("SREM", self._names, key), ("UNLINK", self._stream_of(key))]
                await self._handling.commit([Unit([], Commit.of(closed))])
                del self._workers[key]

    async def stop(self) -> None:
        """Let the workers finish what is in hand."""
        for worker, _ in self._workers.values():
            worker.stop()
        await finish(task for _, task in self._workers.values())
        self._workers.clear()

    def _start(self, key: bytes, due: float) -> None:
        worker = self._backlog(self._stream_of(key), due)
        self._workers[key] = (worker, awaited(worker.run()))


async def finish(tasks: Iterable["asyncio.Task[None]"]) -> None:
    """Wait for tasks that have been told to stop, and cancel those that do not."""
    everyone = set(tasks)
    if pending := {task for task in everyone if not task.done()}:
        await asyncio.wait(pending, timeout=STOP_SECONDS)
    await end(everyone)
