"""How much a group has before it and in hand, as metrics; each replica tells the same of the whole group."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from shared.bus.committer import AWAY
from shared.bus.subscription import Subscription
from shared.bus.tasks import leave_if_cancelled
from shared.contracts.base import PARTITIONS
from shared.telemetry.metrics import LAG, PENDING

EVERY = 15.0
"""Seconds between two looks: what most scrapers need."""
UNKNOWN = 1
"""Where Redis has lost count of what a group has not read, there is something."""


async def watch(redis: Redis, subscriptions: Sequence[Subscription]) -> None:
    """Measure until cancelled."""
    while True:
        try:
            for subscription in subscriptions:
                await measure(redis, subscription)
        except AWAY:
            leave_if_cancelled()  # what was measured last stands
        await asyncio.sleep(EVERY)


async def measure(redis: Redis, subscription: Subscription) -> None:
    """One look at all partitions of one subscription. Raises what says that Redis is away."""
    stream = subscription.stream
    pipe = redis.pipeline(transaction=False)
    for partition in range(PARTITIONS):
        pipe.xinfo_groups(stream.partition_key(partition))
    answers: list[Any] = await pipe.execute(raise_on_error=False)
    found = [
        group
        for groups in answers
        if not isinstance(groups, ResponseError)  # a partition in which nothing was ever written
        for group in groups
        if group["name"] == subscription.group.encode()
    ]
    labels = (stream.topic, subscription.group)
    LAG.labels(*labels).set(sum(lag_of(group) for group in found))
    PENDING.labels(*labels).set(sum(int(group["pending"]) for group in found))


def lag_of(group: Mapping[str, Any]) -> int:
    """Entries not read yet; from XINFO GROUPS, which answers nothing where it cannot tell."""
    lag = group.get("lag")
    return UNKNOWN if lag is None else int(lag)
