"""A consumer to be killed: notes the order of messages and passes them on, now and then slowly or failing.

Run as `python -m tests.chaos.consumer REDIS_URL KEY LEASE_MS SEED`.
"""

import asyncio
import random
import sys

from shared.bus import Bus, Commit
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


async def run(url: str, key: str, lease_ms: int, seed: int) -> int:
    dice = random.Random(seed)

    async def handle(events: list[SubmissionWithdrawn]) -> list[Commit]:
        if dice.random() < 0.02:
            raise RuntimeError("on purpose")
        await asyncio.sleep(dice.choice((0, 0, 0.005, 0.03)))
        return [commit_of(event) for event in events]

    settings = Settings(redis_url=url, key=key, _env_file=None)
    bus = Bus("submissions", settings, lease_ms=lease_ms)
    bus.register({SUBMISSIONS_WITHDRAWN: handle})
    return await serve(bus, settings)


if __name__ == "__main__":
    sys.exit(asyncio.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
