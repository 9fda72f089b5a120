"""What the other tests call stored is all of it, so that what they do not find there is not there."""

from typing import Any

import pytest
from redis.asyncio import Redis

from tests.stored import ALL, stored

WORD = "Срочно нужны люди, срочно, срочно, 5000000003"


async def test_a_word_is_seen_in_a_value_of_any_kind(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        redis: Any = client
        await redis.set("bus:string", WORD)
        await redis.hset("bus:hash", mapping={"a": "1", "b": WORD, WORD: "2"})
        await redis.sadd("bus:set", "a", WORD)
        await redis.zadd("bus:zset", {"a": 1, WORD: 5_000_000_003})
        await redis.rpush("bus:list", "a", WORD)
        await redis.xadd("bus:stream", {"a": "b", "c": WORD})
        found = await stored(redis)
    assert found.keys() == {b"bus:" + kind for kind in ALL}
    assert all(WORD.encode() in value for value in found.values())


async def test_numbers_are_seen_as_they_are_written(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        redis: Any = client
        await redis.zadd("bus:scores", {"a": 5_000_000_003})
        await redis.hset("bus:numbers", "a", 5_000_000_003)
        found = await stored(redis)
    assert all(b"5000000003" in value for value in found.values())


async def test_where_nothing_lies_nothing_can_be_said_of_it(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        with pytest.raises(AssertionError, match="nothing lies"):
            await stored(redis)
