"""One partition of one stream, worked on by the holder of its lease.

What a former owner left pending comes first, then what is new. While a message waits for its next try, later
ones of its key wait behind it, and all others go on.
"""

import asyncio
import random
import time
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from shared.bus.committer import AWAY, Committer
from shared.bus.dead import burial, tries_key
from shared.bus.envelope import DATA, KEY
from shared.bus.errors import GiveUp, TryLater, Unavailable
from shared.bus.groups import ensure_group
from shared.bus.handling import Failure, Fenced, Handling
from shared.bus.held import Held
from shared.bus.joint import Joint
from shared.bus.leases import Lease
from shared.bus.retry import BRAKE_PAUSE, SUSPECT_DELIVERIES, TRIES, Brake, backoff, place_of, reason_of
from shared.bus.subscription import OWNER, Entry, Subscription
from shared.telemetry.metrics import DEAD_LETTERS, HANDLE_SECONDS, RECLAIMED, TRIES_FAILED

log = structlog.get_logger()
BLOCK_MS = 1_000
"""Longest wait of one read; shorter than any socket time-out."""
NEW = b">"
WAIT_FOR = ("LOADING", "BUSY", "READONLY", "MASTERDOWN", "OOM", "MISCONF", "NOREPLICAS", "CLUSTERDOWN")
"""Answers of a Redis that cannot write now but will be able to again."""
PENDING_MOST = 10_000
"""More than a partition ever has in hand: held messages plus one batch."""


class Killer(Exception):  # noqa: N818
    """Consumers died while they had this message in hand."""


class Worker:
    """`run` until `stopping` is set or the lease is lost."""

    def __init__(
        self,
        redis: Redis,
        committer: Committer,
        subscription: Subscription,
        partition: int,
        *,
        lease: Lease,
        brake: Brake,
        stream: str | None = None,
        joint: Joint | None = None,
    ) -> None:
        """`stream` is the key that is read: the partition's, unless another is given; with `joint` what is
        read goes together with that of other partitions.
        """
        self.subscription = subscription
        self.partition = partition
        self.lease = lease
        self.last_read = time.monotonic()
        self.stopping = asyncio.Event()
        self._listening: asyncio.Timeout | None = None
        self._redis = redis
        self._brake = brake
        self._committer = committer
        self._joint = joint
        self._stream = stream or subscription.stream.partition_key(partition)
        self._handling = self._make_handling()
        self._labels = (subscription.stream.topic, subscription.group)
        self._names = {"stream": self._stream, "group": subscription.group}
        self._tries_key = tries_key(subscription.stream, subscription.group, partition)
        self._tries: dict[bytes, int] = {}
        self._suspects: set[bytes] = set()
        self._held = Held()
        self._jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing

    def _make_handling(self) -> Handling:
        return Handling(self.subscription, self._committer, self._stream, self.lease)

    @property
    def over(self) -> bool:
        """Whether nothing new is begun any more."""
        return self.stopping.is_set() or self.lease.expired

    def stop(self) -> None:
        """Begin nothing new, and wait for nothing new either: `run` ends when what is in hand is done.

        Safe to repeat.
        """
        if not self.stopping.is_set():
            self.stopping.set()
            if self._listening is not None:
                self._listening.reschedule(0)

    async def run(self) -> None:
        """Raises only what is a fault of ours; the process then ends."""
        cursor: bytes | None = None
        while not self.over:
            try:
                cursor = await self._step(cursor if cursor is not None else await self._take_over())
            except Fenced:
                return
            except (Unavailable, *AWAY):
                await asyncio.sleep(0.3)
                cursor = None
            except ResponseError as error:
                await self._repair(error)
                cursor = None

    async def _repair(self, error: ResponseError) -> None:
        """A deleted group is made anew, from the beginning; a server that still loads is waited for."""
        if "NOGROUP" in str(error):
            await ensure_group(self._redis, self._stream, self.subscription.group)
        elif str(error).startswith(WAIT_FOR):
            await asyncio.sleep(0.3)
        else:
            raise error

    async def _take_over(self) -> bytes:
        """Learn what was tried before, and claim what any other consumer name left pending."""
        self._held.clear()
        group = self.subscription.group
        pending: Any = await self._redis.xpending_range(
            self._stream, group, min="-", max="+", count=PENDING_MOST
        )
        if others := [x["message_id"] for x in pending if x["consumer"] != OWNER.encode()]:
            await self._redis.xclaim(self._stream, group, OWNER, 0, others, justid=True)
        RECLAIMED.labels(*self._labels).inc(len(pending))
        self._suspects = {x["message_id"] for x in pending if x["times_delivered"] >= SUSPECT_DELIVERIES}
        tried: Any = await self._redis.hgetall(self._tries_key)
        self._tries = {entry: int(n) for entry, n in tried.items()}
        return b"0-0"

    async def _step(self, cursor: bytes) -> bytes:
        """Handle what is due again, then read and handle once; answers where to read on."""
        await self._go_on()
        if self._held.full and not await self._make_room():
            await asyncio.sleep(self._patience_ms() / 1000)
            self.last_read = time.monotonic()
            return cursor
        found = await self._read(cursor)
        self.last_read = time.monotonic()
        if cursor != NEW and not found:
            return NEW
        await self._begin(await self._admit(await self._known(found)))
        return found[-1][0] if cursor != NEW else NEW

    async def _go_on(self) -> None:
        if due := self._held.take_due(time.monotonic()):
            await self._work(due)

    async def _make_room(self) -> bool:
        """Whether there is room again in what is held."""
        return False

    async def _admit(self, entries: list[Entry]) -> list[Entry]:
        """Those that need not wait."""
        return self._held.admit(entries)

    async def _begin(self, entries: list[Entry]) -> None:
        await self._work(entries)

    async def _read(self, cursor: bytes) -> list[Any]:
        return await self._read_within(cursor, self._patience_ms() if cursor == NEW else None)

    async def _read_within(self, cursor: bytes, block: int | None) -> list[Any]:
        """`block`: milliseconds to wait for something new. Raises Fenced when the lease is lost."""
        answer = await self._draw(cursor)
        if isinstance(answer, bytes) and block and await self._listen(answer, block):
            answer = await self._draw(cursor)
        if isinstance(answer, bytes):
            return []
        return [(entry_id, _pairs(fields)) for entry_id, fields in answer]

    async def _listen(self, after: bytes, block: int) -> bool:
        """Whether something new has come."""
        streams: Any = {self._stream: after}
        try:
            async with asyncio.timeout(None if not self.stopping.is_set() else 0) as self._listening:
                return bool(await self._redis.xread(streams, count=1, block=block))
        except TimeoutError:
            if not self.stopping.is_set():
                raise
            return False
        finally:
            self._listening = None

    async def _draw(self, cursor: bytes) -> Any:
        group = self.subscription.group
        answer = await self._committer.read(
            self._stream, group, OWNER, lease=self.lease, cursor=cursor, count=self.subscription.most
        )
        if answer is None:
            raise Fenced
        return answer

    def _patience_ms(self) -> int:
        due = self._held.next_due()
        return BLOCK_MS if due is None else max(1, min(BLOCK_MS, int((due - time.monotonic()) * 1000)))

    async def _known(self, found: list[Any]) -> list[Entry]:
        """Entries of ours; what was deleted under a group, or put there by a stranger, is acknowledged."""
        entries, strange = [], []
        for entry_id, fields in found:
            if fields and DATA in fields:
                entries.append(Entry(entry_id, fields.get(KEY, entry_id), fields[DATA]))
            else:
                strange.append(entry_id)
        if strange:
            log.warning("strange_entries", stream=self._stream, count=len(strange))
            await self._redis.xack(self._stream, self.subscription.group, *strange)
        return entries

    async def _work(self, entries: list[Entry]) -> None:
        if self._suspects.intersection(entry.id for entry in entries):
            await self._work_carefully(entries)
        elif entries:
            await self._settle(entries, await self._handle(entries))

    async def _handle(self, entries: list[Entry]) -> list[Failure]:
        """With a joint, together with what other partitions have in hand."""
        with HANDLE_SECONDS.labels(*self._labels).time():
            if self._joint is not None:
                return await self._joint.handle(self._handling, entries)
            return await self._handling.handle(entries)

    async def _work_carefully(self, entries: list[Entry]) -> None:
        """One by one, counting the tries of suspects before they are made."""
        left = list(entries)
        while left:
            entry = left.pop(0)
            failures = await self._try_carefully(entry)
            for failure in failures:
                failure.behind = [later for later in left if later.key == entry.key]
                left = [later for later in left if later.key != entry.key]
            self._suspects.discard(entry.id)
            if failures and isinstance(failures[0].error, Killer):
                await self._bury(failures[0])
            else:
                await self._settle([entry], failures)

    async def _try_carefully(self, entry: Entry) -> list[Failure]:
        if entry.id in self._suspects and await self._count(entry) > TRIES:
            return [Failure(entry, Killer())]
        with HANDLE_SECONDS.labels(*self._labels).time():
            return await self._handling.handle([entry])

    async def _settle(self, entries: list[Entry], failures: list[Failure]) -> None:
        failed = {x.id for failure in failures for x in (failure.entry, *failure.behind)}
        good = [entry.id for entry in entries if entry.id not in failed]
        self._brake.note(good=True, times=len(good))
        if tried := [entry_id for entry_id in good if self._tries.pop(entry_id, None) is not None]:
            await self._redis.hdel(self._tries_key, *tried)
        for failure in failures:
            await self._again_or_dead(failure)

    async def _again_or_dead(self, failure: Failure) -> None:
        entry, error = failure.entry, failure.error
        if isinstance(error, TryLater):
            self._wait(failure, error.after)
            return
        tries = await self._count(entry)
        TRIES_FAILED.labels(*self._labels, type(error).__name__).inc()
        log.warning(
            "handler_failed", **self._names, reason=reason_of(error), where=place_of(error), tries=tries
        )
        if isinstance(error, GiveUp) or tries >= TRIES:
            await self._bury(failure)
        else:
            self._wait(failure, backoff(tries, self._jitter))

    async def _bury(self, failure: Failure) -> None:
        self._brake.note(good=False)
        if self._brake.on:
            log.critical("brake_on", **self._names)
            self._wait(failure, BRAKE_PAUSE)
            return
        entry = failure.entry
        tries = self._tries.pop(entry.id, 0)
        unit = burial(
            self.subscription.stream,
            self.subscription.group,
            self.partition,
            entry=entry,
            error=failure.error,
            tries=tries,
        )
        await self._handling.commit([unit])
        DEAD_LETTERS.labels(*self._labels).inc()
        if failure.behind:
            self._held.wait(failure.behind, time.monotonic())

    def _wait(self, failure: Failure, seconds: float) -> None:
        self._held.wait([failure.entry, *failure.behind], time.monotonic() + seconds)

    async def _count(self, entry: Entry) -> int:
        tries = int(await self._redis.hincrby(self._tries_key, entry.id, 1))
        self._tries[entry.id] = tries
        return tries


def _pairs(fields: list[bytes] | None) -> dict[bytes, bytes] | None:
    """An entry's fields; None where the entry was deleted under the group."""
    return dict(zip(fields[::2], fields[1::2], strict=True)) if fields else None
