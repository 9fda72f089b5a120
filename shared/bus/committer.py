"""Sends commits to Redis: one script call, all or nothing."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from shared.bus.commit import Argument, Command, Commit, Outcome, Unit
from shared.bus.envelope import Envelope
from shared.bus.errors import Unavailable
from shared.bus.leases import Lease
from shared.bus.scripts import Scripts
from shared.telemetry.metrics import COMMIT_SECONDS

CODES = {1: Outcome.DONE, 0: Outcome.ALREADY, -1: Outcome.CONFLICT, -2: Outcome.FENCED, -3: Outcome.CONFLICT}
AWAY = (RedisConnectionError, RedisTimeoutError, OSError)
PATIENCE = 0.2
"""Seconds between two attempts of a fenced commit whose answer was lost."""


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
        units = [Unit([], commit) for commit in commits]
        try:
            return await self._send(units, lease, stream="", group="", ordered=False)
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
        while True:
            try:
                return await self._send(units, lease, stream=stream, group=group, ordered=ordered)
            except AWAY:
                if lease.expired:
                    return [Outcome.FENCED] * len(units)
                await asyncio.sleep(PATIENCE)

    async def _send(
        self, units: Sequence[Unit], lease: Lease | None, *, stream: str, group: str, ordered: bool
    ) -> list[Outcome]:
        args: list[Argument] = [lease.value if lease else "", group, int(ordered), len(units)]
        for unit in units:
            self._pack(unit, args)
        with COMMIT_SECONDS.time():
            codes = await self._scripts.run("commit", [lease.key if lease else "", stream], args)
        return [CODES[code] for code in codes]

    def _pack(self, unit: Unit, args: list[Argument]) -> None:
        args.append(len(unit.ids))
        args.extend(unit.ids)
        args.append(len(unit.commit.expect))
        for expect in unit.commit.expect:
            present = expect.value is not None
            args.extend((expect.key, expect.field or "", int(present), expect.value or ""))
        commands = [*unit.commit.writes, *self._published(unit.commit)]
        args.append(len(commands))
        for command in commands:
            args.append(len(command))
            args.extend(command)

    def _published(self, commit: Commit) -> Iterable[Command]:
        for event in commit.events:
            yield from self._envelope.publish(event)
