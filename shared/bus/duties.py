"""Work that exactly one replica does at a time: pollers, and what is due every so often."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from shared.background import awaited
from shared.bus.commit import Commit
from shared.bus.committer import AWAY, Committer
from shared.bus.errors import Unavailable
from shared.bus.leases import Lease, Leases
from shared.bus.retry import frames_of, reason_of
from shared.bus.tasks import end

log = structlog.get_logger()
WATCH = 0.25
"""Seconds between two looks at whether the lease is still ours."""
CANDIDATE = 1.0
"""Seconds between two tries to become the one."""

Alone = Callable[[Lease], Awaitable[None]]
Periodic = Callable[[], Awaitable[Commit | None]]


async def hold(leases: Leases, key: str, work: Alone) -> None:
    """Run `work` whenever this replica holds the lease; cancel it when the lease is lost. Until cancelled."""
    while True:
        lease = None
        try:
            lease = await leases.acquire(key)
            if lease is not None:
                await _while_held(lease, work)
        except (Unavailable, *AWAY) as error:
            log.warning("duty_interrupted", duty=key, reason=type(error).__name__)
        finally:
            if lease is not None and not lease.lost:
                await _quietly_release(leases, lease)
        await asyncio.sleep(CANDIDATE)


async def _while_held(lease: Lease, work: Alone) -> None:
    task = awaited(_run(work, lease))
    try:
        while not task.done() and not lease.expired:
            await asyncio.wait({task}, timeout=WATCH)
    finally:
        await end([task])
    if not task.cancelled():
        task.result()


async def _run(work: Alone, lease: Lease) -> None:
    await work(lease)


async def _quietly_release(leases: Leases, lease: Lease) -> None:
    try:
        await leases.release(lease)
    except AWAY:
        log.warning("lease_not_released", duty=lease.key)


def every(seconds: float, work: Periodic, committer: Committer) -> Alone:
    """A duty that calls `work` every so many seconds and commits what it returns under the lease."""

    async def repeat(lease: Lease) -> None:
        while True:
            try:
                commit = await work()
                if commit is not None:
                    await committer.once(commit, lease)
            except (Unavailable, *AWAY):
                raise
            except Exception as error:  # noqa: BLE001 - the next turn comes; shouted here
                log.error("duty_failed", duty=lease.key, reason=reason_of(error), trace=frames_of(error))  # noqa: TRY400
            await asyncio.sleep(seconds)

    return repeat
