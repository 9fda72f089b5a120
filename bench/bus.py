"""Throughput of the bus beside its limits, in one run: `python -m bench.bus [MESSAGES]`.

Three ways to read the same sealed messages from eight partitions in one process, Redis on the same machine:
the limit (redis-py, one acknowledgement a batch, nothing decoded), FastStream's own batches with pydantic and
an acknowledgement a batch, and the bus: pydantic, a write for each message, one fenced commit a batch.
"""

import asyncio
import sys
import tempfile
import time
from typing import Any

from faststream import AckPolicy
from faststream.redis import RedisBroker, StreamSub
from faststream.redis.parser import BinaryMessageFormatV1

from shared.bus import Bus, Commit
from shared.bus.bus import SILENT, connect
from shared.bus.envelope import Envelope
from shared.clock import now
from shared.contracts.base import PARTITIONS
from shared.contracts.registry import TELEGRAM_UPDATES
from shared.contracts.telegram import TelegramUpdate
from shared.keys import Keys
from shared.server import EmbeddedRedis
from shared.settings import Settings

KEY = "b" * 64
RAW = '{"update_id":1,"message":{"message_id":1,"text":"' + "x" * 300 + '"}}'


def opened(envelope: Envelope) -> type[BinaryMessageFormatV1]:
    """FastStream's message format, which opens what is sealed before FastStream decodes it."""

    class Opened(BinaryMessageFormatV1):
        @classmethod
        def parse(cls, data: bytes) -> tuple[bytes, dict[str, Any]]:
            return envelope.open(TELEGRAM_UPDATES, data), {"content-type": "application/json"}

    return Opened


async def fill(url: str, count: int) -> None:
    redis, envelope = connect(url), Envelope(Keys(KEY))
    await redis.flushdb()
    for start in range(0, count, 500):
        async with redis.pipeline(transaction=False) as pipe:
            for n in range(start, min(count, start + 500)):
                update = TelegramUpdate(
                    update_id=n, chat_id=n % 400, kind="message", raw=RAW, received_at=now()
                )
                for command in envelope.publish(update):
                    pipe.execute_command(*command)
            await pipe.execute()
    for key in TELEGRAM_UPDATES.partitions():
        await redis.xgroup_create(key, "moderation", id="0", mkstream=True)
    await redis.aclose()


async def limit(url: str, count: int) -> float:
    """Messages a second of a bare loop."""
    redis = connect(url)

    async def read(key: str) -> None:
        while True:
            found: Any = await redis.xreadgroup("moderation", "c", {key: ">"}, count=100)
            if not found:
                return
            await redis.xack(key, "moderation", *(entry[0] for entry in found[0][1]))

    started = time.perf_counter()
    await asyncio.gather(*(read(key) for key in TELEGRAM_UPDATES.partitions()))
    taken = time.perf_counter() - started
    await redis.aclose()
    return count / taken


async def faststream(url: str, count: int) -> float:
    broker, envelope, done = RedisBroker(url, logger=SILENT), Envelope(Keys(KEY)), asyncio.Event()
    seen = 0

    async def handle(events: list[TelegramUpdate]) -> None:
        nonlocal seen
        seen += len(events)
        if seen >= count:
            done.set()

    for key in TELEGRAM_UPDATES.partitions():
        broker.subscriber(
            stream=StreamSub(key, group="moderation", consumer="c", batch=True, max_records=100),
            message_format=opened(envelope),
            ack_policy=AckPolicy.ACK,
        )(handle)
    started = time.perf_counter()
    await broker.start()
    await done.wait()
    taken = time.perf_counter() - started
    await broker.stop()
    return count / taken


async def bus(url: str, count: int) -> float:
    service, done = Bus("moderation", Settings(redis_url=url, key=KEY, _env_file=None)), asyncio.Event()
    seen, started = 0, 0.0

    async def handle(events: list[TelegramUpdate]) -> Commit:
        nonlocal seen, started
        started = started or time.perf_counter()
        seen += len(events)
        if seen >= count:
            done.set()
        return Commit.of([("HINCRBY", "moderation:bench", event.chat_id, 1) for event in events])

    service.register({TELEGRAM_UPDATES: handle})
    async with service.running():
        await done.wait()
        taken = time.perf_counter() - started
    return count / taken


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, EmbeddedRedis(folder) as server:
        rates = {}
        for way in (limit, faststream, bus):
            asyncio.run(fill(server.url, count))
            rates[way.__name__] = asyncio.run(way(server.url, count))
    print(f"{count} messages, {PARTITIONS} partitions, sealed, one process")
    for name, rate in rates.items():
        print(f"{name:12} {rate:10,.0f} msg/s   {rate / rates['limit']:.2f} of the limit")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
