"""Streams are trimmed of what is old, by the clock by which it is old."""

from typing import Any

import pytest
from redis.asyncio import Redis

from shared.bus.scripts import Scripts
from shared.bus.trim import trim
from shared.contracts.registry import AREAS_CHANGED, TELEGRAM_UPDATES

pytestmark = pytest.mark.clock


async def test_how_old_an_entry_is_says_the_clock_that_gave_it_its_id(redis_url: str) -> None:
    """Redis's own: a day for who follows without a group, two for what a sealed stream could not handle."""
    redis: Any = Redis.from_url(redis_url)
    moment = (await redis.time())[0]
    for stream, key, kept in (
        (AREAS_CHANGED, AREAS_CHANGED.partition_key(3), 24),
        (TELEGRAM_UPDATES, TELEGRAM_UPDATES.dead_key("moderation"), 48),
    ):
        for hours in (kept + 1, kept - 1, 0):
            await redis.xadd(key, {"n": hours}, id=f"{(moment - hours * 3600) * 1000}-0")
        assert await trim(Scripts(redis), stream) == 1
        assert [int(fields[b"n"]) for _, fields in await redis.xrange(key)] == [kept - 1, 0]
    await redis.aclose()
