"""A consumer to be killed: notes the order of messages and passes them on, now and then slowly or failing.

Run as `python -m tests.chaos.consumer REDIS_URL KEY LEASE_MS SEED WAY`. In the way `lanes` keys go by
themselves, wait now and then, and are put aside as soon as a few messages wait.
"""

import asyncio
import random
import sys

import shared.bus.held
import shared.bus.partition
from shared.bus import Bus, Commit, TryLater
from shared.bus.service import serve
from shared.contracts.registry import SUBMISSIONS_WITHDRAWN
from shared.contracts.submissions import ReviewClosed, State, SubmissionWithdrawn
from shared.settings import Settings


def commit_of(event: SubmissionWithdrawn) -> Commit:
    number = int(event.withdrawn_at.timestamp() * 1000)
    closed = ReviewClosed(
        submission_id=event.submission_id, state=State.WITHDRAWN, closed_at=event.withdrawn_at
    )
    return Commit.of([("RPUSH", f"submissions:order:{event.submission_id}", number)], [closed])


async def run(url: str, key: str, lease_ms: int, seed: int, way: str) -> int:
    dice = random.Random(seed)
    if way == "lanes":
        for module in (shared.bus.held, shared.bus.partition):
            vars(module).update(HELD_MOST=12)

    async def handle(events: list[SubmissionWithdrawn]) -> list[Commit | TryLater]:
        if dice.random() < 0.02:
            raise RuntimeError("on purpose")
        await asyncio.sleep(dice.choice((0, 0, 0.005, 0.03)))
        if way == "lanes" and dice.random() < 0.1:
            done = dice.randrange(len(events))
            wait = TryLater("on purpose", dice.uniform(0, 3))
            return [commit_of(event) if n < done else wait for n, event in enumerate(events)]
        return [commit_of(event) for event in events]

    settings = Settings(redis_url=url, key=key, _env_file=None)
    bus = Bus("submissions", settings, lease_ms=lease_ms)
    bus.register({SUBMISSIONS_WITHDRAWN: handle}, apart=way == "lanes")
    return await serve(bus, settings)


if __name__ == "__main__":
    sys.exit(asyncio.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])))
