"""Commits of requests that come at the same time, in one call and one flush to disk."""

import asyncio
from collections.abc import Sequence

from shared.background import started
from shared.bus import Bus, Commit, Outcome, Unavailable

MOST = 100
"""Commits in one call; Redis does nothing else meanwhile."""
Waiting = tuple[Commit, "asyncio.Future[Outcome]"]


class Together:
    """What comes while a call is under way goes with the next one, in the order in which it came.

    A lone commit goes at once, so nothing waits for company; the more come, the more go together.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._waiting: list[Waiting] = []
        self._sending: asyncio.Task[None] | None = None

    async def commit(self, commit: Commit) -> Outcome:
        """Raises Unavailable, after which it may or may not be done."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((commit, outcome))
        if self._sending is None or self._sending.done():
            self._sending = started(self._send_all(), "together")
        return await outcome

    async def _send_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                outcomes = await self._bus.commit_all([commit for commit, _ in batch])
            except Unavailable as error:
                _fail(batch, error)
            except Exception:  # noqa: BLE001  # one that cannot be written must not fail its neighbours
                await asyncio.gather(*(self._alone(*one) for one in batch))
            else:
                for (_, waiting), outcome in zip(batch, outcomes, strict=True):
                    if not waiting.done():
                        waiting.set_result(outcome)

    async def _alone(self, commit: Commit, waiting: "asyncio.Future[Outcome]") -> None:
        try:
            outcome = await self._bus.commit(commit)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the business of who asked
            _fail([(commit, waiting)], error)
        else:
            if not waiting.done():
                waiting.set_result(outcome)


def _fail(batch: Sequence[Waiting], error: Exception) -> None:
    for _, waiting in batch:
        if not waiting.done():
            waiting.set_exception(error)
