"""A follower notices what it cannot have read, whatever became of Redis, and loads everything anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from shared.bus import Bus
from shared.bus.envelope import Envelope
from shared.bus.follow import Follower
from shared.contracts.registry import DIRECTORY_CHANGED
from tests.conftest import eventually
from tests.gateway import added, listing


class Reader:
    """A follower with the listings that it knows, and how often it began anew and came to the end."""

    def __init__(self, redis: Redis, envelope: Envelope) -> None:
        self.known: set[str] = set()
        self.resets, self.ends, self.failing = 0, 0, 0
        self.follower = Follower(
            redis,
            envelope,
            DIRECTORY_CHANGED,
            lambda event: self.known.add(event.listing_id),
            reset=self._reset,
            load=self._load,
            told=self._told,
        )

    def _reset(self) -> None:
        self.known.clear()
        self.resets += 1

    def _load(self, bodies: list[bytes]) -> None:
        if bodies and self.failing:
            self.failing -= 1
            raise RedisConnectionError
        raise ValueError  # one by one

    def _told(self) -> None:
        self.ends += 1

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """What lies between two of these is a time without Redis."""
        task = asyncio.create_task(self.follower.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def knows(self, *numbers: int) -> None:
        async with self.reading():
            await eventually(lambda: self.known == ids(*numbers) and self.follower.caught_up)


@pytest.fixture
async def writer(bus_factory: Any) -> AsyncIterator[Bus]:
    bus = bus_factory("directory")
    async with bus.running():
        yield bus


@pytest.fixture
def reader(writer: Bus) -> Reader:
    return Reader(writer.redis, writer._envelope)


async def publish(bus: Bus, *numbers: int) -> None:
    await bus.publish(*(added(listing(number)) for number in numbers))


def ids(*numbers: int) -> set[str]:
    return {listing(number).id for number in numbers}


async def trim(bus: Bus) -> None:
    for key in DIRECTORY_CHANGED.partitions():
        await bus.redis.xtrim(key, maxlen=0)


async def test_what_came_meanwhile_is_read_on(writer: Bus, reader: Reader) -> None:
    await publish(writer, 1, 2)
    await reader.knows(1, 2)
    await publish(writer, 3)
    await reader.knows(1, 2, 3)
    assert (reader.resets, reader.ends) == (0, 1)


async def test_what_was_trimmed_meanwhile_is_loaded(writer: Bus, reader: Reader) -> None:
    await publish(writer, 1)
    await reader.knows(1)
    await publish(writer, *range(2, 20))
    await trim(writer)
    await publish(writer, 20)
    await reader.knows(*range(1, 21))
    assert (reader.resets, reader.ends) == (1, 2)


async def test_what_was_trimmed_of_a_stream_that_was_empty_is_loaded(writer: Bus, reader: Reader) -> None:
    await reader.knows()
    await publish(writer, 1)
    await trim(writer)
    await reader.knows(1)
    assert (reader.resets, reader.ends) == (1, 2)


async def test_that_what_was_read_is_trimmed_makes_nobody_begin_anew(writer: Bus, reader: Reader) -> None:
    await publish(writer, *range(1, 20))
    await reader.knows(*range(1, 20))
    await trim(writer)
    async with reader.reading():
        await eventually(lambda: reader.follower.caught_up)
    await reader.knows(*range(1, 20))
    assert (reader.resets, reader.ends) == (0, 1)


@pytest.mark.parametrize("again", [(), (3,)])
async def test_what_redis_has_lost_is_forgotten(writer: Bus, reader: Reader, again: tuple[int, ...]) -> None:
    await publish(writer, 1, 2)
    await reader.knows(1, 2)
    await writer.redis.flushdb()
    await publish(writer, *again)
    await reader.knows(*again)
    assert (reader.resets, reader.ends) == (1, 2)


async def test_a_load_that_is_interrupted_begins_anew(writer: Bus, reader: Reader) -> None:
    await publish(writer, *range(20))
    reader.failing = 1
    await reader.knows(*range(20))
    assert (reader.resets, reader.ends) == (1, 1)
    await writer.redis.flushdb()
    await publish(writer, *range(10, 30))
    reader.failing = 2
    await reader.knows(*range(10, 30))
    assert (reader.resets, reader.ends) == (4, 2)
