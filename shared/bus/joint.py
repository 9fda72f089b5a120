"""Batches of the partitions that one process holds, handled and committed together.

A handler's call, its reads and its commit cost the same for one message as for twenty, and what comes in a
moment comes spread over all partitions. Each partition keeps its own lease, its own order and its own tries;
only what goes well goes together.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.background import started
from shared.bus.commit import Commit, Outcome, Part
from shared.bus.committer import Committer, Place
from shared.bus.handling import Failure, Handling
from shared.bus.subscription import Entry, Subscription
from shared.telemetry.metrics import HANDLED

PATIENCE = 0.05
"""Seconds after which a call is no longer waited for: one that asks the world outside must hold up nobody."""


@dataclass
class Share:
    """What one partition has in hand."""

    handling: Handling
    entries: list[Entry]
    ended: "asyncio.Future[list[Failure]]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Joint:
    """What comes while a call is under way goes with the next one. Only for handlers that take batches."""

    def __init__(self, subscription: Subscription, committer: Committer) -> None:
        self._subscription = subscription
        self._committer = committer
        self._waiting: list[Share] = []
        self._calls: set[asyncio.Task[None]] = set()
        self._running: asyncio.Task[None] | None = None

    async def handle(self, handling: Handling, entries: Sequence[Entry]) -> list[Failure]:
        """As `Handling.handle`."""
        share = Share(handling, list(entries))
        self._waiting.append(share)
        if self._running is None or self._running.done():
            self._running = started(self._run(), "joint")
        return await share.ended

    async def _run(self) -> None:
        while self._waiting:
            call = started(self._settle(self._take()), "joint")
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
            await asyncio.wait([call], timeout=PATIENCE)

    def _take(self) -> list[Share]:
        """Those that came first, as many as make one batch."""
        taken: list[Share] = []
        room = self._subscription.most
        while self._waiting and (not taken or len(self._waiting[0].entries) <= room):
            taken.append(self._waiting.pop(0))
            room -= len(taken[-1].entries)
        return taken

    async def _settle(self, shares: list[Share]) -> None:
        """A lone share goes its usual way; so does what of several could not go together."""
        done = await self._together(shares) if len(shares) > 1 else 0
        jobs = []
        for share in shares:
            left = share.entries[done:]
            done = max(0, done - len(share.entries))
            jobs.append(_alone(share, left))
        await asyncio.gather(*jobs)

    async def _together(self, shares: list[Share]) -> int:
        """How many of all entries, in order, are done."""
        entries = [entry for share in shares for entry in share.entries]
        try:
            answers = await self._subscription.many(entries)
            if isinstance(answers, Part):
                count, commit = answers.first, answers.commit
            elif len(answers) == 1 and isinstance(answers[0], Commit):
                count, commit = len(entries), answers[0]
            else:
                return 0
            parts = _parts(shares, count)
            outcome = await self._committer.joint(parts, commit, self._subscription.group)
        except Exception:  # noqa: BLE001 - each share meets its own error, and tells it, when it goes alone
            return 0
        if outcome is not Outcome.DONE:
            return 0
        HANDLED.labels(self._subscription.stream.topic, self._subscription.group, outcome.value).inc(count)
        return count


def _parts(shares: Sequence[Share], count: int) -> list[tuple[Place, list[bytes]]]:
    """The first entries of all, by their partitions."""
    parts = []
    for share in shares:
        ids = [entry.id for entry in share.entries[:count]]
        count -= len(ids)
        if ids:
            parts.append((share.handling.place, ids))
    return parts


async def _alone(share: Share, left: list[Entry]) -> None:
    try:
        failures = await share.handling.handle(left) if left else []
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told to the partition's worker
        if not share.ended.done():
            share.ended.set_exception(error)
    else:
        if not share.ended.done():
            share.ended.set_result(failures)
