"""Which replica works on which partition: membership, leases, and one worker for each partition held."""

import asyncio
import time
from collections.abc import Sequence
from zlib import crc32

import structlog
from redis.asyncio import Redis

from shared.background import awaited
from shared.bus.committer import AWAY, Committer
from shared.bus.joint import Joint
from shared.bus.lanes import Lanes
from shared.bus.leases import Lease, Leases
from shared.bus.partition import Partition
from shared.bus.retry import Brake
from shared.bus.scripts import Scripts
from shared.bus.subscription import Subscription
from shared.contracts.base import PARTITIONS, tag
from shared.telemetry.metrics import ASIDE, BRAKED, LEASES, READ_AGE

log = structlog.get_logger()
TICK = 1.0
"""Seconds at most between two renewals of the leases and looks at who is there."""
TICKS_IN_LEASE = 5
"""A lease is renewed so often in its life: one tick that comes late must not cost it."""
STUCK = 60.0
"""Seconds without a finished read after which a partition counts as not being read."""


def owner(members: Sequence[bytes], topic: str, partition: int) -> bytes:
    """Who should hold this partition: members in the order of their names, each stream starting elsewhere."""
    return members[(partition + crc32(topic.encode())) % len(members)]


def lease_key(topic: str, group: str, partition: int) -> str:
    return f"bus:{tag(partition)}:lease:{topic}:{group}"


def members_key(topic: str, group: str) -> str:
    return f"bus:members:{topic}:{group}"


class Crew:
    """All workers of one process."""

    def __init__(
        self,
        redis: Redis,
        *,
        scripts: Scripts,
        committer: Committer,
        leases: Leases,
        subscriptions: Sequence[Subscription],
        replica: str,
    ) -> None:
        self._redis = redis
        self._scripts = scripts
        self._committer = committer
        self._leases = leases
        self._tick = min(TICK, leases.milliseconds / 1000 / TICKS_IN_LEASE)
        self._subscriptions = subscriptions
        self._replica = replica
        self._brakes = {s.stream.topic: Brake() for s in subscriptions}
        together = [s for s in subscriptions if s.batched and not s.apart]
        self._joints = {s.stream.topic: Joint(s, committer) for s in together}
        self._workers: dict[tuple[str, int], tuple[Partition, asyncio.Task[None]]] = {}
        self._arranging = asyncio.Lock()
        self._leaving = False
        self._settled = not subscriptions
        self.last_tick = time.monotonic()

    async def run(self) -> None:
        """Keep membership, leases and workers right until cancelled. Raises when a worker failed for good."""
        while True:
            started = time.monotonic()
            try:
                await self._leases.renew()
                async with self._arranging:
                    if self._subscriptions and not self._leaving:
                        await self._arrange()
                self.last_tick = time.monotonic()
                self._measure()
            except AWAY as error:
                log.warning("redis_away", reason=type(error).__name__)
            self._raise_failures()
            await asyncio.sleep(max(0.05, self._tick - (time.monotonic() - started)))

    async def stop(self) -> None:
        """Finish what is in hand, give the leases back and leave."""
        async with self._arranging:  # so that no lease is taken while others are given back
            self._leaving = True
        for worker, _ in self._workers.values():
            worker.stop()
        await asyncio.gather(*(task for _, task in self._workers.values()), return_exceptions=True)
        await asyncio.gather(*(self._leases.release(worker.lease) for worker, _ in self._workers.values()))
        for subscription in self._subscriptions:
            await self._redis.zrem(members_key(subscription.stream.topic, subscription.group), self._replica)
        self._workers.clear()

    def problems(self) -> dict[str, str]:
        """Why this process does not count as reading; empty when it does."""
        found = {}
        now = time.monotonic()
        if now - self.last_tick > self._leases.milliseconds / 1000:
            found["leases"] = "not renewed"
        if not self._settled:
            found["partitions"] = "not yet held"
        for (topic, partition), (worker, _) in self._workers.items():
            if now - worker.last_read > STUCK:
                found[f"{topic}.{partition:02d}"] = "no read has finished lately"
        found |= {topic: "most messages fail" for topic, brake in self._brakes.items() if brake.on}
        return found

    @property
    def holding(self) -> dict[str, list[int]]:
        """Partitions held now, by topic."""
        held: dict[str, list[int]] = {}
        for topic, partition in sorted(self._workers):
            held.setdefault(topic, []).append(partition)
        return held

    def _measure(self) -> None:
        held, now = self.holding, time.monotonic()
        for subscription in self._subscriptions:
            labels = (subscription.stream.topic, subscription.group)
            LEASES.labels(*labels).set(len(held.get(subscription.stream.topic, ())))
            aside = [w.aside for (topic, _), (w, _) in self._workers.items() if topic == labels[0]]
            ASIDE.labels(*labels).set(sum(aside))
            BRAKED.labels(*labels).set(self._brakes[subscription.stream.topic].on)
            ages = [now - w.last_read for (topic, _), (w, _) in self._workers.items() if topic == labels[0]]
            READ_AGE.labels(subscription.group).set(max(ages, default=0))

    async def _arrange(self) -> None:
        keys = [members_key(s.stream.topic, s.group) for s in self._subscriptions]
        everyone = await self._scripts.run("members", keys, [self._replica, self._leases.milliseconds])
        await self._clear_finished()
        placed = True
        for subscription, members in zip(self._subscriptions, everyone, strict=True):
            for partition in range(PARTITIONS):
                placed = await self._place(subscription, partition, members) and placed
        self._settled = self._settled or placed

    async def _place(self, subscription: Subscription, partition: int, members: list[bytes]) -> bool:
        """Take or give back one partition; False while somebody else still holds what should be ours."""
        topic = subscription.stream.topic
        ours = owner(members, topic, partition) == self._replica.encode()
        current = self._workers.get((topic, partition))
        if current and not ours:
            current[0].stop()
        elif ours and not current:
            lease = await self._leases.acquire(lease_key(topic, subscription.group, partition))
            if lease is None:
                return False
            self._start(subscription, partition, lease)
        return True

    def _start(self, subscription: Subscription, partition: int, lease: Lease) -> None:
        topic = subscription.stream.topic
        kind = Lanes if subscription.apart else Partition
        worker = kind(
            self._redis,
            self._committer,
            subscription,
            partition,
            lease=lease,
            brake=self._brakes[topic],
            joint=self._joints.get(topic),
        )
        task = awaited(worker.run(), name=f"{topic}.{partition:02d}")
        self._workers[topic, partition] = (worker, task)

    async def _clear_finished(self) -> None:
        for place, (worker, task) in list(self._workers.items()):
            # A cancellation that a task of its own raised in it ends a worker too: nobody else cancels them.
            if task.done() and (task.cancelled() or task.exception() is None):
                if task.cancelled():
                    log.warning("worker_cancelled", stream=place[0], partition=place[1])
                del self._workers[place]
                await self._leases.release(worker.lease)

    def _raise_failures(self) -> None:
        for _, task in self._workers.values():
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error
