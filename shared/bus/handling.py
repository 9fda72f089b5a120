"""Calls the handlers for what was read and commits what they return."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from shared.bus.commit import Commit, Outcome, Overtaking, Part, Unit
from shared.bus.committer import AWAY, Committer, Place
from shared.bus.errors import TryLater, Unavailable
from shared.bus.leases import Lease
from shared.bus.subscription import Entry, Subscription
from shared.telemetry.metrics import HANDLED

CONFLICTS_MOST = 25
"""Runs of a handler whose expectations are not met before that counts as a failed try."""
AT_ONCE = 16
"""Handlers of different keys that run side by side in one partition."""


class Fenced(Exception):  # noqa: N818
    """The partition belongs to another replica now; what was in hand is its business."""


class Conflicted(Exception):  # noqa: N818
    """The handler's expectations were never met."""


@dataclass
class Failure:
    """An entry that was not handled, and those of its key behind it."""

    entry: Entry
    error: BaseException
    behind: list[Entry] = field(default_factory=list)


class Handling:
    """One partition's way from entries to commits."""

    def __init__(
        self,
        subscription: Subscription,
        committer: Committer,
        stream: str,
        lease: Lease,
        *,
        at_once: int = AT_ONCE,
        erase: bool = False,
    ) -> None:
        """`stream` is the key that is read; `erase`: what is done with is also deleted from it."""
        self._subscription = subscription
        self._committer = committer
        self._lease = lease
        self._stream = stream
        self._erase = erase
        self._names = (subscription.stream.topic, subscription.group)
        self._slots = asyncio.Semaphore(at_once)

    @property
    def place(self) -> Place:
        return Place(self._lease, self._stream)

    async def handle(self, entries: Sequence[Entry]) -> list[Failure]:
        """Handle all, in order by key; answers failures. Raises Fenced, or what says that Redis is away."""
        if self._subscription.batched and len(entries) > 1:
            try:
                return await self._batch(entries)
            except (Fenced, Unavailable, *AWAY):
                raise
            except Exception:  # noqa: BLE001 - one bad message must not fail its neighbours: each alone
                return await self._rounds(entries)
        return await self._rounds(entries)

    async def commit(self, units: Sequence[Unit], *, ordered: bool = False) -> list[Outcome]:
        """Raises Fenced."""
        if self._erase:
            units = [Unit(u.ids, u.commit + Commit.of([("XDEL", self._stream, *u.ids)])) for u in units]
        outcomes = await self._committer.fenced(
            units, self._lease, stream=self._stream, group=self._subscription.group, ordered=ordered
        )
        for unit, outcome in zip(units, outcomes, strict=True):
            HANDLED.labels(*self._names, outcome.value).inc(len(unit.ids))
        if Outcome.FENCED in outcomes:
            raise Fenced
        return outcomes

    async def _batch(self, entries: Sequence[Entry]) -> list[Failure]:
        left = list(entries)
        waiting: list[Failure] = []
        conflicts = 0
        while conflicts < CONFLICTS_MOST:
            late, ready, rest = _sift(left, await self._subscription.many(left))
            waiting += late
            units = [Unit([entry.id for entry in ones], commit) for ones, commit in ready]
            outcomes = await self.commit(units, ordered=True) if units else []
            if Outcome.CONFLICT in outcomes:
                conflicts += 1
                again = [ones for ones, _ in ready[outcomes.index(Outcome.CONFLICT) :]]
                left = [entry for ones in again for entry in ones] + rest
            elif rest:
                left = rest
            else:
                return waiting
        raise Conflicted(self._stream)

    async def _rounds(self, entries: Sequence[Entry]) -> list[Failure]:
        """The first of every key together, then the second of each, and so on."""
        queues: dict[bytes, deque[Entry]] = {}
        for entry in entries:
            queues.setdefault(entry.key, deque()).append(entry)
        failures = []
        while queues:
            for entry, error in await self._round([queue.popleft() for queue in queues.values()]):
                if error is not None:
                    failures.append(Failure(entry, error, list(queues[entry.key])))
                    queues[entry.key].clear()
            queues = {key: queue for key, queue in queues.items() if queue}
        return failures

    async def _round(self, heads: list[Entry]) -> list[tuple[Entry, BaseException | None]]:
        settled: list[tuple[Entry, BaseException | None]] = []
        for _ in range(CONFLICTS_MOST):
            results = await asyncio.gather(*(self._call(entry) for entry in heads))
            settled += [
                (entry, r) for entry, r in zip(heads, results, strict=True) if isinstance(r, Exception)
            ]
            good = [(entry, r) for entry, r in zip(heads, results, strict=True) if isinstance(r, Commit)]
            outcomes = await self.commit([Unit([entry.id], commit) for entry, commit in good]) if good else []
            done = [outcome is not Outcome.CONFLICT for outcome in outcomes]
            settled += [(entry, None) for (entry, _), ok in zip(good, done, strict=True) if ok]
            heads = [entry for (entry, _), ok in zip(good, done, strict=True) if not ok]
            if not heads:
                return settled
        return settled + [(entry, Conflicted(self._stream)) for entry in heads]

    async def _call(self, entry: Entry) -> Commit | Exception:
        async with self._slots:
            try:
                return await self._subscription.one(entry)
            except (Unavailable, *AWAY):
                raise
            except Exception as error:  # noqa: BLE001 - settled by the worker: again later, or dead letter
                return error


class Sifted(NamedTuple):
    """Entries that must wait, those to be committed together with their commit, and those not handled yet."""

    waiting: list[Failure]
    ready: list[tuple[list[Entry], Commit]]
    rest: list[Entry]


def _sift(entries: list[Entry], answers: Sequence[Commit | TryLater] | Part) -> Sifted:
    if isinstance(answers, Part):
        return Sifted([], [(entries[: answers.first], answers.commit)], entries[answers.first :])
    if len(answers) == 1 and isinstance(answers[0], Commit):
        return Sifted([], [(entries, answers[0])], [])
    waiting: dict[bytes, Failure] = {}
    ready: list[tuple[list[Entry], Commit]] = []
    for entry, answer in zip(entries, answers, strict=True):
        if isinstance(answer, Commit) and (entry.key not in waiting or isinstance(answer, Overtaking)):
            ready.append(([entry], answer))
        elif entry.key in waiting:
            waiting[entry.key].behind.append(entry)
        else:
            assert isinstance(answer, TryLater)
            waiting[entry.key] = Failure(entry, answer)
    return Sifted(list(waiting.values()), ready, [])
