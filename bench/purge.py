"""A purge beside the least time that the limits allow: `python -m bench.purge [MESSAGES] [SEED]`.

One action names all messages of a chat; the actor carries it out against the simulator, which answers 429
now and then and asks to wait a second. The least time is that of a client that loses none: the same calls
with the same refusals, each as soon as the limits (ten calls in a second in one chat) and `retry_after`
allow, answered at once. Messages of another chat are deleted meanwhile: they must not wait.
"""

import asyncio
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from services.moderation.equip import equip
from services.moderation.settings import ModerationSettings
from services.moderation.telegram.pacing import CHAT_METHOD_MOST
from shared import clock
from shared.bus import Bus
from shared.contracts.telegram import Method, TelegramAction
from shared.server import EmbeddedRedis
from shared.telemetry import configure
from simulator.demo import DEMO_TOKEN, LINDEN_COURT, RESIDENT, UPPER_TOWN
from simulator.faults import Fault
from simulator.server import Simulator, serving

RETRY_AFTER = 1
SHARE_REFUSED = 0.05
ASIDE_EVERY = 0.5
"""Seconds between two deletes in the other chat."""


def write(sim: Simulator, chat: int, count: int) -> list[int]:
    return [sim.do("write", chat=chat, user=RESIDENT, text="x")[0]["message_id"] for _ in range(count)]


def delete(chat: int, name: str, ids: list[int]) -> TelegramAction:
    now = clock.now()
    return TelegramAction(
        action_id=name, chat_id=chat, method=Method.DELETE_MESSAGES, params={"message_ids": ids},
        decided_at=now, expires_at=now + timedelta(hours=1),
    )  # fmt: skip


def least(statuses: list[int]) -> float:
    """Seconds of the calls with these answers, when nothing but the limits takes time."""
    at, calls = 0.0, list[float]()
    for status in statuses:
        if len(calls) >= CHAT_METHOD_MOST:
            at = max(at, calls[-CHAT_METHOD_MOST] + 1.0)
        calls.append(at)
        if status == 429:
            at += RETRY_AFTER
    return at


async def gone(sim: Simulator, chat: int, message_id: int) -> None:
    message = sim.world.chat(chat).messages[message_id]
    while not message.gone:  # noqa: ASYNC110 - the simulator tells nobody
        await asyncio.sleep(0.001)


async def others(sim: Simulator, bus: Bus, ids: list[int]) -> list[float]:
    """How long each delete in the other chat took."""
    taken = []
    for n, message_id in enumerate(ids):
        started = time.perf_counter()
        await bus.publish(delete(LINDEN_COURT, f"other:{n}", [message_id]))
        await gone(sim, LINDEN_COURT, message_id)
        taken.append(time.perf_counter() - started)
        await asyncio.sleep(ASIDE_EVERY)
    return taken


async def run(url: str, count: int, seed: int) -> None:
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(serving())
        ids, apart = write(sim, UPPER_TOWN, count), write(sim, LINDEN_COURT, 10)
        refusing = Fault(
            "too_many", "deleteMessages", UPPER_TOWN,
            probability=SHARE_REFUSED, seed=seed, retry_after=RETRY_AFTER,
        )  # fmt: skip
        sim.hub.faults.add(refusing)
        settings = ModerationSettings(
            redis_url=url, key="b" * 64, telegram_token=DEMO_TOKEN, telegram_api=sim.url, role="act",
            _env_file=None,
        )  # fmt: skip
        bus = Bus("moderation", settings)
        await stack.enter_async_context(equip(bus, settings))
        await stack.enter_async_context(bus.running())
        await asyncio.sleep(1.5)
        messages = sim.world.chat(UPPER_TOWN).messages
        started = time.perf_counter()
        await bus.publish(delete(UPPER_TOWN, "purge", ids))
        beside = asyncio.create_task(others(sim, bus, apart))
        await gone(sim, UPPER_TOWN, ids[-1])
        taken = time.perf_counter() - started
        waits = await beside
        assert all(messages[i].gone for i in ids), "a message was left"
    statuses = [entry.status for entry in sim.hub.journal.find("deleteMessages", UPPER_TOWN)]
    bound = least(statuses)
    print(f"{count} messages, {len(statuses)} calls of which {refusing.struck} refused, seed {seed}")
    print(f"least time   {bound:6.2f} s\ntaken        {taken:6.2f} s   {taken / bound:.3f} of the least")
    print(f"other chat   {max(waits) * 1000:6.1f} ms at most for each of {len(waits)} deletes meanwhile")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def main(count: int, seed: int) -> None:
    configure("bench", level="error")
    with tempfile.TemporaryDirectory() as folder, EmbeddedRedis(Path(folder)) as server:
        asyncio.run(run(server.url, count, seed))


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [10_000, 20_200_916][len(given) :]))
