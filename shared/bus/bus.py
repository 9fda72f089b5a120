"""The bus: what a service needs to read, decide, commit and follow, over one Redis."""

import asyncio
import logging
import os
import re
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from shared import clock
from shared.bus.commit import Commit, Outcome
from shared.bus.committer import AWAY, Committer
from shared.bus.connection import Shared
from shared.bus.crew import Crew
from shared.bus.depth import watch
from shared.bus.duties import Alone, Periodic, every, hold
from shared.bus.envelope import Envelope
from shared.bus.errors import Unavailable
from shared.bus.follow import Apply, Follower, Load
from shared.bus.groups import ensure_groups
from shared.bus.identity import check_key
from shared.bus.leases import LEASE_MS, Lease, Leases
from shared.bus.scripts import Scripts
from shared.bus.subscription import Broker, Handlers, Subscription
from shared.bus.tasks import end, leave_if_cancelled
from shared.bus.trim import TRIM_EVERY, trim
from shared.contracts.base import AnyStream, Message
from shared.contracts.registry import STREAMS
from shared.keys import Keys
from shared.settings import NO_ADDRESS, Settings, SettingsError

SILENT = logging.getLogger("dze.faststream")
SILENT.setLevel(logging.CRITICAL + 1)
"""FastStream logs exceptions with their text, which may hold a message; the bus logs what is safe."""
CONNECTIONS = 200
"""Each partition held blocks one connection while it waits."""
SOCKET_SECONDS = 5.0
START_SECONDS = 30.0
"""How long a service waits for Redis at its start."""


@dataclass(frozen=True)
class Readiness:
    """Whether this process does its work, and if not, why."""

    ready: bool
    reasons: dict[str, str]


def connect(url: str) -> Redis:
    """A client that never sends a write twice by itself: only fenced or idempotent writes are repeated.

    Raises SettingsError for what is no address of Redis.
    """
    try:
        return Shared.from_url(
            url,
            protocol=2,
            max_connections=CONNECTIONS,
            socket_timeout=SOCKET_SECONDS,
            socket_connect_timeout=SOCKET_SECONDS,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
    except ValueError:  # its text may hold a part of the password
        raise SettingsError(NO_ADDRESS) from None


def _instance(told: str) -> str:
    """By default no host's name: that of a laptop may be its owner's."""
    name = socket.gethostname() if told == "hostname" else told
    return re.sub(r"[^A-Za-z0-9._-]", "-", name)[:63] or str(os.getpid())


class Bus:
    """One process's way to the streams. `service` is the name of its group, `now` the process's clock."""

    def __init__(
        self, service: str, settings: Settings, *, lease_ms: int = LEASE_MS, now: clock.Clock = clock.now
    ) -> None:
        self.service = service
        self.now = now
        self.keys: Keys = settings.keys()
        self.redis = connect(settings.redis())
        self.replica = f"{service}-{_instance(settings.instance)}-{os.urandom(4).hex()}"
        self.broker = Broker(settings.redis(), logger=SILENT, specification_url="redis://redis")
        self._envelope = Envelope(self.keys)
        self._scripts = Scripts(self.redis)
        self._leases = Leases(self._scripts, self.replica, lease_ms)
        self._committer = Committer(self._scripts, self._envelope)
        self._subscriptions: list[Subscription] = []
        self._followers: list[Follower] = []
        self._duties: dict[str, Alone] = {}
        self._crew: Crew | None = None

    def provide(self, **values: Any) -> None:
        """Make values available to handlers by name, as FastStream's `Context()`."""
        for name, value in values.items():
            self.broker.context.set_global(name, value)

    def register(self, handlers: Handlers, *, apart: bool = False) -> None:
        """Subscribe handlers to streams of which this service is a registered consumer.

        With `apart` each key goes by itself: a slow handler holds up its own key and no other, a batch holds
        one key's messages, and what came meanwhile is the next batch. For handlers that wait for the world
        outside; those that only read and decide are quicker with batches of all keys.
        """
        for stream, handler in handlers.items():
            if self.service not in stream.consumers:
                raise ValueError(f"{self.service} is not a registered consumer of {stream.topic}")
            subscription = Subscription(
                self.broker, self._envelope, stream, group=self.service, handler=handler, apart=apart
            )
            self._subscriptions.append(subscription)

    def follow(
        self,
        stream: AnyStream,
        apply: Apply,
        *,
        reset: Callable[[], None] | None = None,
        caught_up: Callable[[], None] | None = None,
        load: Load | None = None,
    ) -> None:
        """Build a model of a compacted stream: `apply(message)` for all there is, then for each change.

        `load` takes what there is as lists of JSON bodies instead, for models that decode them faster.
        A list for which it raises KeyError, TypeError or ValueError goes through `apply` after all.
        `reset` is called before all is loaded again, `caught_up` each time the end is reached after that.
        """
        if not stream.compacted:
            raise ValueError(f"{stream.topic} has no snapshot to start from")
        self._followers.append(
            Follower(self.redis, self._envelope, stream, apply, reset=reset, load=load, told=caught_up)
        )

    def alone(self, name: str) -> Callable[[Alone], Alone]:
        """Run a coroutine on one replica at a time, for as long as it holds the lease given to it."""

        def register(work: Alone) -> Alone:
            self._duties[f"bus:lease:{self.service}:{name}"] = work
            return work

        return register

    def every(self, seconds: float, name: str) -> Callable[[Periodic], Periodic]:
        """Run a coroutine every so often on one replica; what it returns is committed under the lease."""

        def register(work: Periodic) -> Periodic:
            self.alone(name)(every(seconds, work, self._committer))
            return work

        return register

    def partition(self, key: str) -> int:
        """The partition of a key, for state that lies beside the stream of that key."""
        return self._envelope.partition(key)

    async def commit(self, commit: Commit, lease: Lease | None = None) -> Outcome:
        """Write and publish outside a handler. Raises Unavailable, after which it may or may not be done."""
        return await self._committer.once(commit, lease)

    async def commit_all(self, commits: Sequence[Commit]) -> list[Outcome]:
        """Independent commits in one call, in order; as `commit`."""
        return await self._committer.once_all(commits)

    async def publish(self, *events: Message) -> None:
        """Publish outside a handler. Raises Unavailable."""
        await self.commit(Commit.of(events=events))

    def readiness(self) -> Readiness:
        """Ready means reading: every partition held, every stream followed, within the last seconds."""
        reasons = self._crew.problems() if self._crew else {"bus": "not started"}
        reasons |= {f.stream.topic: "catching up" for f in self._followers if not f.caught_up}
        return Readiness(not reasons, reasons)

    @property
    def caught_up(self) -> bool:
        """Whether every stream that is followed was read up to its end."""
        return all(f.caught_up for f in self._followers)

    @property
    def holding(self) -> dict[str, list[int]]:
        """Partitions held now, by topic."""
        return self._crew.holding if self._crew else {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Running"]:
        """Start; on leaving, finish what is in hand and give it all back. Raises Unavailable at the start."""
        await self._wait_for_redis()
        await check_key(self.redis, self.keys)
        await ensure_groups(self.redis, self._touched())
        await self.broker.start()
        self._crew = Crew(
            self.redis,
            scripts=self._scripts,
            committer=self._committer,
            leases=self._leases,
            subscriptions=self._subscriptions,
            replica=self.replica,
        )
        running = Running([asyncio.create_task(job) for job in self._jobs(self._crew)])
        try:
            yield running
        finally:
            await self._stop(running)

    async def _stop(self, running: "Running") -> None:
        if self._crew:
            with suppress(*AWAY):
                await self._crew.stop()
            self._crew = None
        await running.cancel()
        await self.broker.stop()
        await self.redis.aclose()

    def _jobs(self, crew: Crew) -> list[Coroutine[Any, Any, None]]:
        jobs: list[Coroutine[Any, Any, None]] = [crew.run(), watch(self.redis, self._subscriptions)]
        jobs += [hold(self._leases, key, work) for key, work in self._duties.items()]
        jobs += [follower.run() for follower in self._followers]
        jobs += [
            hold(self._leases, f"bus:lease:trim:{stream.topic}", self._trimmer(stream))
            for stream in self._touched()
            if self._subscriptions or self.service in stream.producers
        ]
        return jobs

    def _trimmer(self, stream: AnyStream) -> Alone:
        async def run() -> None:
            await trim(self._scripts, stream)

        return every(TRIM_EVERY, run, self._committer)

    def _touched(self) -> list[AnyStream]:
        """Streams that this service reads or writes."""
        return [s for s in STREAMS if self.service in (*s.producers, *s.consumers, *s.readers)]

    async def _wait_for_redis(self) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + START_SECONDS
        while True:
            try:
                await self.redis.ping()
            except AWAY as error:
                leave_if_cancelled()
                if loop.time() > end:
                    raise Unavailable(f"Redis does not answer: {type(error).__name__}") from None
                await asyncio.sleep(0.2)
            else:
                return


class Running:
    """The tasks of a started bus."""

    def __init__(self, tasks: list["asyncio.Task[None]"]) -> None:
        self._tasks = tasks

    async def failed(self) -> None:
        """Return never, or raise what ended one of the tasks: a process that stopped reading must end."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        raise RuntimeError("a task of the bus ended")

    async def cancel(self) -> None:
        await end(self._tasks)
