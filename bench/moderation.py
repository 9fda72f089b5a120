"""Updates decided by one process, beside its limits: `python -m bench.moderation [UPDATES] [SEED]`.

Real-looking updates (texts, joins, albums, edits, links, commands) of four hundred chats, each with its own
regulars of whom few write most, in one run: read by FastStream in batches with pydantic and acknowledged,
nothing decided (the limit); decided by moderation with its rules on, read from the sealed stream and
committed with all that follows, on a Redis that flushes each write, until what is known of people is written
as well; and given to aiogram's dispatcher with handlers that filter alike, from memory, without storing
anything.

Moderation decides so many updates four times: the first as at the start of a day, when nearly everybody
writes for the first time and is looked at closely, the others as later on. After each of them comes the
dispatcher's turn with half of the same updates, as the speed of a machine changes from one second to the
next. Look-ups of admins are made before, as they are cached; the simulator runs in a process of its own.
Beside updates a second are those a second of this process's own processor time, which other work on the
machine changes less.
"""

import asyncio
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from aiogram import Bot, Dispatcher, F
from aiogram.filters import Command
from redis.asyncio import Redis

from bench.bus import faststream
from bench.latency import CHATS, FIRST_CHAT, town
from bench.mix import Mix
from services.moderation.domain.settings import SETTINGS
from services.moderation.equip import equip
from services.moderation.settings import ModerationSettings
from services.moderation.store import Store
from shared.bus import Bus
from shared.bus.bus import connect
from shared.bus.envelope import Envelope
from shared.bus.groups import ensure_groups
from shared.bus.launch import quick_loop, settle
from shared.clock import now
from shared.contracts.registry import PEOPLE_JUDGED, PEOPLE_OBSERVED, STREAMS, TELEGRAM_UPDATES
from shared.contracts.telegram import TelegramUpdate
from shared.keys import Keys
from shared.server import EmbeddedRedis
from shared.telegram import describe
from shared.telemetry import configure
from shared.telemetry.metrics import HANDLED
from simulator.demo import DEMO_TOKEN
from simulator.server import serving

KEY = "b" * 64
AIM, AIM_RATIO = 5_000, 5
PATIENCE = 90
ROUNDS = 4
PEER = "aiogram dispatcher"
ON = {
    "dryrun": "off", "suspicious": "remove", "spam": "delete", "lock.link": "delete", "lock.invite": "delete",
    "lock.forward": "delete", "lock.phone": "delete", "lock.card": "delete", "media.photo": "delete",
    "media.video": "delete", "media.sticker": "delete", "service.pinned": "delete", "service.title": "delete",
}  # fmt: skip


async def publish(url: str, updates: list[dict[str, Any]]) -> None:
    redis, envelope = connect(url), Envelope(Keys(KEY))
    await ensure_groups(redis, STREAMS)
    for start in range(0, len(updates), 500):
        async with redis.pipeline(transaction=False) as pipe:
            for update in updates[start : start + 500]:
                update_id, kind, chat_id = describe(update)
                event = TelegramUpdate(
                    update_id=update_id, chat_id=chat_id, kind=kind, raw=orjson.dumps(update).decode(),
                    received_at=now(),
                )  # fmt: skip
                for command in envelope.publish(event):
                    pipe.execute_command(*command)
            await pipe.execute()
    await redis.aclose()


async def switch_on(url: str) -> None:
    redis = connect(url)
    chats = Store(redis, Keys(KEY)).chats
    async with redis.pipeline(transaction=False) as pipe:
        for n in range(CHATS):
            for name, value in ON.items():
                assert name in SETTINGS, name
                for command in chats.set_setting(FIRST_CHAT - n, name, value):
                    pipe.execute_command(*command)
        await pipe.execute()
    await redis.aclose()


def handled() -> float:
    labels = {"stream": TELEGRAM_UPDATES.topic, "group": "moderation", "outcome": "done"}
    (metric,) = HANDLED.collect()
    found = (one.value for one in metric.samples if one.name.endswith("_total") and one.labels == labels)
    return next(found, 0.0)


async def waiting(redis: Redis) -> int:
    """What is known of people and waits to be written or told."""
    left = 0
    for stream in (PEOPLE_OBSERVED, PEOPLE_JUDGED):
        for key in stream.partitions():
            for group in await redis.xinfo_groups(key):
                left += int(group["lag"] or 0) + int(group["pending"])
    return left


class Spent(NamedTuple):
    """Seconds that so many updates took, by the clock, of this process's processor time, and of Redis's."""

    updates: float = 0
    clock: float = 0.0
    own: float = 0.0
    redis: float = 0.0

    def and_(self, other: "Spent") -> "Spent":
        return Spent(*(one + two for one, two in zip(self, other, strict=True)))


class Meter:
    """What was spent since it was made."""

    def __init__(self, redis_cpu: float = 0.0) -> None:
        self.started, self.used, self.redis = time.perf_counter(), time.process_time(), redis_cpu

    def read(self, count: float, redis_cpu: float = 0.0) -> Spent:
        clock, own = time.perf_counter() - self.started, time.process_time() - self.used
        return Spent(count, clock, own, redis_cpu - self.redis)


async def redis_cpu(redis: Redis) -> float:
    found: Any = await redis.info("cpu")
    return float(found["used_cpu_user"]) + float(found["used_cpu_sys"])


async def decide(url: str, api: str, folder: Path, count: int) -> Spent:
    """From the first commit to the last."""
    settings = ModerationSettings(
        redis_url=url, key=KEY, data=folder, telegram_token=DEMO_TOKEN, telegram_api=api, role="decide",
        _env_file=None,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        bus = Bus("moderation", settings)
        redis = await stack.enter_async_context(connect(url))
        await stack.enter_async_context(equip(bus, settings))
        settle()
        before = handled()
        await stack.enter_async_context(bus.running())
        while handled() == before:  # noqa: ASYNC110 - a counter tells nobody
            await asyncio.sleep(0.002)
        meter, first = Meter(await redis_cpu(redis)), handled() - before
        end = time.perf_counter() + PATIENCE
        while (left := count - (handled() - before)) or await waiting(redis):
            await asyncio.sleep(0.05)
            if time.perf_counter() > end:
                raise RuntimeError(f"{left:.0f} of {count} updates are left after {PATIENCE} s")
        return meter.read(count - first, await redis_cpu(redis))


async def dispatch(updates: list[dict[str, Any]]) -> None:
    """The same updates through aiogram's dispatcher; handlers only count what they would do."""
    dispatcher, bot, done = Dispatcher(), Bot(DEMO_TOKEN), []

    def handler(name: str) -> Callable[..., Any]:
        async def handle(_: Any) -> None:
            done.append(name)

        return handle

    message = dispatcher.message
    message.register(handler("help"), Command("help", "start", "settings", "ban", "mute"))
    for kind in ("photo", "video", "animation", "sticker", "document", "voice", "video_note", "story"):
        message.register(handler(kind), getattr(F, kind))
    for kind in ("new_chat_members", "left_chat_member", "pinned_message", "new_chat_title"):
        message.register(handler(kind), getattr(F, kind))
    message.register(handler("forward"), F.forward_origin)
    message.register(handler("link"), F.entities[:].type.in_({"url", "text_link", "mention"}))
    message.register(handler("text"), F.text)
    dispatcher.edited_message.register(handler("edit"))
    dispatcher.chat_member.register(handler("member"))
    for update in updates:
        await dispatcher.feed_raw_update(bot, update)
    await bot.session.close()
    assert len(done) == len(updates), (len(done), len(updates))


async def timed(count: int, work: Awaitable[Any]) -> Spent:
    meter = Meter()
    await work
    return meter.read(count)


def simulate(address: Connection) -> None:
    """The simulator's process: tells where it is, and ends with a word from there."""

    async def stand() -> None:
        async with serving(town) as sim:
            address.send(sim.url)
            await asyncio.to_thread(address.recv)

    configure("simulator", level="error")
    asyncio.run(stand())


@contextmanager
def simulator() -> Iterator[str]:
    """Its address, while it runs beside."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=simulate, args=(there,))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("end")
        process.join(20)


async def run(url: str, folder: Path, count: int, seed: int) -> dict[str, Spent]:
    mix = Mix(seed)
    greetings, rounds = mix.greetings(), [mix.make(count) for _ in range(ROUNDS)]
    await publish(url, rounds[0])
    spent = {"FastStream batch": await timed(count, faststream(url, count))}
    redis = connect(url)
    await redis.flushdb()
    await redis.aclose()
    await switch_on(url)
    with simulator() as api:
        await publish(url, greetings)
        await decide(url, api, folder, len(greetings))
        for number, updates in enumerate(rounds):
            await publish(url, updates)
            decided = "moderation, later" if number else "moderation, first"
            half = updates[: count // 2]
            for name, took in (
                (decided, await decide(url, api, folder, count)),
                (PEER, await timed(len(half), dispatch(half))),
            ):
                spent[name] = spent.get(name, Spent()).and_(took)
    return spent


def main(count: int, seed: int) -> None:
    configure("bench", level="error")
    with (
        tempfile.TemporaryDirectory() as name,
        EmbeddedRedis(Path(name) / "redis") as server,
        asyncio.Runner(loop_factory=quick_loop()) as runner,
    ):
        spent = runner.run(run(server.url, Path(name), count, seed))
    print(f"{ROUNDS} times {count} updates in {CHATS} chats, {len(ON)} settings switched on, seed {seed}")
    peer = spent[PEER]
    for way, took in spent.items():
        rate, own = took.updates / took.clock, took.updates / took.own
        print(f"{way:20}{rate:9,.0f}/s {rate * peer.clock / peer.updates:5.1f} of the dispatcher", end="")
        print(f"   {own:9,.0f}/s of processor time {own * peer.own / peer.updates:5.1f}", end="")
        print(f"   {took.updates / took.redis:9,.0f}/s of Redis's" if took.redis > 0 else "")
    print(f"aims: {AIM:,} updates/s and {AIM_RATIO} of the dispatcher")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [6_000, 20_200_916][len(given) :]))
