"""Sends commits to Redis: one script call, all or nothing."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from shared.bus.commit import Argument, Command, Commit, Outcome, Unit
from shared.bus.envelope import Envelope
from shared.bus.errors import Unavailable
from shared.bus.leases import Lease
from shared.bus.scripts import Scripts
from shared.contracts.base import Message
from shared.contracts.registry import BY_MODEL
from shared.telemetry.metrics import COMMIT_SECONDS, PUBLISHED

CODES = {1: Outcome.DONE, 0: Outcome.ALREADY, -1: Outcome.CONFLICT, -2: Outcome.FENCED, -3: Outcome.CONFLICT}
AWAY = (RedisConnectionError, RedisTimeoutError, OSError)
PATIENCE = 0.2
"""Seconds between two attempts of a fenced commit whose answer was lost."""


class Place(NamedTuple):
    """A partition: the lease under which it is read, and its stream; "" where nothing is acknowledged."""

    lease: Lease
    stream: str


Parts = Sequence[tuple[int, list[bytes]]]
"""Entries by the number of their place, from 1."""
Packed = tuple[Parts, Commit]


class Committer:
    def __init__(self, scripts: Scripts, envelope: Envelope) -> None:
        self._scripts = scripts
        self._envelope = envelope

    async def once(self, commit: Commit, lease: Lease | None = None) -> Outcome:
        """Commit without acknowledging anything. Raises Unavailable, after which it may or may not be done.

        Never sent twice: without an acknowledgement only the caller's expectations can tell a repeat.
        """
        return (await self.once_all([commit], lease))[0]

    async def once_all(self, commits: Sequence[Commit], lease: Lease | None = None) -> list[Outcome]:
        """Independent commits, in order; as `once`."""
        places = [Place(lease, "")] if lease else []
        units: list[Packed] = [([], commit) for commit in commits]
        try:
            return await self._send(units, places, group="", ordered=False)
        except (*AWAY, RedisError) as error:
            raise Unavailable(type(error).__name__) from error

    async def read(
        self, stream: str, group: str, consumer: str, *, lease: Lease, cursor: bytes, count: int
    ) -> Any:
        """Entries for the holder of the lease, or the id after which to wait; None when the lease is lost."""
        args = [lease.value, group, consumer, count, cursor]
        answer = await self._scripts.run("read", [lease.key, stream], args)
        return None if answer == -2 else answer

    async def fenced(
        self, units: Sequence[Unit], lease: Lease, *, stream: str, group: str, ordered: bool
    ) -> list[Outcome]:
        """Commit what was read from a stream; sent again until there is an answer or the lease is gone.

        A repeat is harmless: what was acknowledged is answered ALREADY.
        """
        packed: list[Packed] = [([(1, unit.ids)] if unit.ids else [], unit.commit) for unit in units]
        return await self._until_answered(packed, [Place(lease, stream)], group=group, ordered=ordered)

    async def joint(self, parts: Sequence[tuple[Place, list[bytes]]], commit: Commit, group: str) -> Outcome:
        """One commit for entries of several partitions, all or nothing; sent again as `fenced` does."""
        places = [place for place, _ in parts]
        numbered = [(number, ids) for number, (_, ids) in enumerate(parts, 1)]
        return (await self._until_answered([(numbered, commit)], places, group=group, ordered=False))[0]

    async def _until_answered(
        self, units: Sequence[Packed], places: Sequence[Place], *, group: str, ordered: bool
    ) -> list[Outcome]:
        while True:
            try:
                return await self._send(units, places, group=group, ordered=ordered)
            except AWAY:
                if any(place.lease.expired for place in places):
                    return [Outcome.FENCED] * len(units)
                await asyncio.sleep(PATIENCE)

    async def _send(
        self, units: Sequence[Packed], places: Sequence[Place], *, group: str, ordered: bool
    ) -> list[Outcome]:
        keys = [key for place in places for key in (place.lease.key, place.stream)]
        args: list[Argument] = [group, int(ordered), len(places), *(place.lease.value for place in places)]
        args.append(len(units))
        for parts, commit in units:
            self._pack(parts, commit, args)
        with COMMIT_SECONDS.time():
            codes = await self._scripts.run("commit", keys, args)
        outcomes = [CODES[code] for code in codes]
        done = zip(units, outcomes, strict=True)
        _count(event for (_, commit), one in done if one is Outcome.DONE for event in commit.events)
        return outcomes

    def _pack(self, parts: Parts, commit: Commit, args: list[Argument]) -> None:
        args.append(len(parts))
        for number, ids in parts:
            args.extend((number, len(ids), *ids))
        args.append(len(commit.expect))
        for expect in commit.expect:
            present = expect.value is not None
            args.extend((expect.key, expect.field or "", int(present), expect.value or ""))
        commands = [*commit.writes, *self._published(commit)]
        args.append(len(commands))
        for command in commands:
            args.append(len(command))
            args.extend(command)

    def _published(self, commit: Commit) -> Iterable[Command]:
        for event in commit.events:
            yield from self._envelope.publish(event)


def _count(events: Iterable[Message]) -> None:
    for kind, count in Counter(map(type, events)).items():
        PUBLISHED.labels(BY_MODEL[kind].topic).inc(count)
