"""From the webhook to the action, at a steady rate: `python -m bench.latency [RATE] [SECONDS] [SEED]`.

Real processes of gateway and moderation on a Redis that flushes each write; the simulator and the sender run
in this process. Updates (texts, edits, pictures, joins) of many chats are posted at their times, whether or
not earlier ones are answered, over forty connections as Telegram keeps them. Measured is the time from the
moment when an update should be posted to the arrival of the `deleteMessages` call that it causes; what such
a call waits for others of its chat, 300 ms at most, is in it.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import uvloop

from bench.made.posting import Poster
from services.moderation.store import Store
from shared.bus.bus import connect
from shared.bus.launch import settle
from shared.clock import unix
from shared.keys import Keys
from shared.server import EmbeddedRedis
from shared.telemetry import configure
from simulator.demo import DEMO_TOKEN, scene
from simulator.server import Simulator, serving
from simulator.world.makers import make_chat, seat
from simulator.world.world import World
from tests.system.conftest import port

CHATS = 400
PEOPLE = 2_000
KEY, SECRET = "5" * 64, "secret-of-the-benchmark"
PHOTO = [{"file_id": "A", "file_unique_id": "u", "width": 90, "height": 90}]
KINDS = ("text", "edit", "photo", "joined")
WEIGHTS = (78, 6, 12, 4)
FIRST_CHAT = -1_002_000_000_000
AIM = 0.050
MACHINE = "machine"


def town(world: World) -> None:
    scene(world)
    (bot,) = world.bots.values()
    owner = next(iter(world.users.values()))
    for n in range(CHATS):
        chat = make_chat(world, "supergroup", f"Двор {n}", owner, chat_id=FIRST_CHAT - n)
        seat(world, chat, bot.user, admin=True)
    bot.inbox.clear()


class Traffic:
    """Updates as Telegram would send them; `expected` maps (chat, message) to when it should be posted."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.number = 500_000_000
        self.expected: dict[tuple[int, int], float] = {}

    def update(self, kind: str, chat_id: int) -> tuple[dict[str, Any], int]:
        """The update and its message's id."""
        self.number += 1
        who = {"id": 5_200_000_000 + self.dice.randrange(PEOPLE), "is_bot": False, "first_name": "Алесь"}
        chat = {"id": chat_id, "type": "supergroup", "title": f"Двор {FIRST_CHAT - chat_id}"}
        message = {"message_id": self.number, "date": int(unix()), "chat": chat, "from": who}
        if kind == "photo":
            message |= {"photo": PHOTO, "caption": "глядзіце, што ў двары"}
        elif kind == "joined":
            message |= {"new_chat_members": [who]}
        else:
            message |= {"text": "суседзі, а хто ведае, калі ўключаць ваду?"}
        field = "edited_message" if kind == "edit" else "message"
        return {"update_id": self.number, field: message}, self.number


async def prepare(redis_url: str) -> None:
    redis = connect(redis_url)
    chats = Store(redis, Keys(KEY)).chats
    async with redis.pipeline(transaction=False) as pipe:
        for n in range(CHATS):
            for name, value in (("dryrun", "off"), ("media.photo", "delete")):
                for command in chats.set_setting(FIRST_CHAT - n, name, value):
                    pipe.execute_command(*command)
        await pipe.execute()
    await redis.aclose()


@contextmanager
def services(redis_url: str, api: str, folder: Path, pids: dict[str, int]) -> Iterator[tuple[str, list[str]]]:
    """The gateway's address, and where the services say that they are ready."""
    web, ports = port(), {"gateway": port(), "moderation": port()}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DZE_")} | {
        "DZE_REDIS_URL": redis_url, "DZE_KEY": KEY, "DZE_DATA": str(folder), "DZE_PORT": str(web),
        "DZE_TELEGRAM_TOKEN": DEMO_TOKEN, "DZE_TELEGRAM_API": api, "DZE_TELEGRAM_SECRET": SECRET,
        "DZE_TELEGRAM_MODE": "webhook", "DZE_PUBLIC_URL": f"http://127.0.0.1:{web}", "DZE_LOG_LEVEL": "error",
    }  # fmt: skip
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", f"services.{name}"],
            env=environment | {"DZE_INTERNAL_PORT": str(number)},
        )
        for name, number in ports.items()
    ]
    pids.update((name, process.pid) for name, process in zip(ports, processes, strict=True))
    try:
        yield f"http://127.0.0.1:{web}", [f"http://127.0.0.1:{number}/readyz" for number in ports.values()]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)


async def ready(http: aiohttp.ClientSession, urls: list[str]) -> None:
    for url in urls:
        for _ in range(600):
            try:
                async with http.get(url) as answer:
                    if answer.status == 200:
                        break
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
        else:
            raise RuntimeError(f"{url} is not ready")


async def post(poster: Poster, update: dict[str, Any]) -> None:
    if (status := await poster.post(orjson.dumps(update))) != 200:
        raise RuntimeError(f"the gateway answers {status}")


async def send(poster: Poster, traffic: Traffic, rate: float, seconds: float) -> list[float]:
    """Post at the rate; answers how long each post took from the time when it was due."""
    acks: list[float] = []

    async def one(update: dict[str, Any], due: float) -> None:
        await post(poster, update)
        acks.append(unix() - due)

    started, tasks = unix(), []
    for n in range(int(rate * seconds)):
        due = started + n / rate
        if (pause := due - unix()) > 0:
            await asyncio.sleep(pause)
        (kind,) = traffic.dice.choices(KINDS, WEIGHTS)
        chat = FIRST_CHAT - traffic.dice.randrange(CHATS)
        update, message_id = traffic.update(kind, chat)
        if kind in ("photo", "joined"):
            traffic.expected[chat, message_id] = due
        tasks.append(asyncio.create_task(one(update, due)))
    await asyncio.gather(*tasks)
    return acks


def arrivals(sim: Simulator) -> dict[tuple[int, int], float]:
    found: dict[tuple[int, int], float] = {}
    for entry in sim.hub.journal.find("deleteMessages"):
        ids = entry.params["message_ids"]
        for message_id in orjson.loads(ids) if isinstance(ids, str) else ids:
            found.setdefault((entry.chat_id, int(message_id)), entry.at)
    return found


async def warm(poster: Poster, traffic: Traffic, sim: Simulator) -> None:
    """One picture and one text in each chat, so that its admins are known."""
    for n in range(CHATS):
        for kind in ("text", "photo"):
            await post(poster, traffic.update(kind, FIRST_CHAT - n)[0])
    for _ in range(300):
        if len(arrivals(sim)) >= CHATS:
            return
        await asyncio.sleep(0.1)
    raise RuntimeError(f"only {len(arrivals(sim))} of {CHATS} chats are moderated")


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def used(pids: dict[str, int]) -> dict[str, float]:
    """Seconds of processor time so far, of each process and of the whole machine; only Linux tells."""
    tick = os.sysconf("SC_CLK_TCK")
    fields = {
        name: Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        for name, pid in pids.items()
    }
    whole = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    busy = sum(int(word) for word in whole) - int(whole[3]) - int(whole[4])
    return {name: (int(words[11]) + int(words[12])) / tick for name, words in fields.items()} | {
        MACHINE: busy / tick
    }


def show_used(before: dict[str, float], after: dict[str, float], updates: int, seconds: float) -> None:
    spent = {name: after[name] - before[name] for name in before}
    machine = spent.pop(MACHINE)
    shares = [f"{name} {share / updates * 1000:.2f}" for name, share in spent.items()]
    ours = sum(spent.values())
    print(f"processor time, ms an update: {', '.join(shares)}; in all {ours / updates * 1000:.2f}")
    print(f"other work took {(machine - ours) / seconds:.2f} of {os.cpu_count()} processors meanwhile")


def show(name: str, values: list[float]) -> None:
    shares = ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (1.0, "most"))
    print(f"{name:20}" + "".join(f"{label} {percentile(values, s) * 1000:7.1f} ms   " for s, label in shares))


async def measure(
    poster: Poster, traffic: Traffic, sim: Simulator, pids: dict[str, int], *, rate: float, seconds: float
) -> None:
    spent, started = used(pids), time.monotonic()
    async with asyncio.timeout(seconds + 60):
        acks = await send(poster, traffic, rate, seconds)
    for _ in range(100):
        found = arrivals(sim)
        if traffic.expected.keys() <= found.keys():
            break
        await asyncio.sleep(0.1)
    taken = [found[key] - due for key, due in traffic.expected.items() if key in found]
    print(f"{rate:g} updates a second for {seconds:g} s in {CHATS} chats")
    show("webhook answered", acks)
    show("action at Telegram", taken)
    print(f"{len(taken)} of {len(traffic.expected)} actions arrived; aim: p99 {AIM * 1000:g} ms")
    show_used(spent, used(pids), len(acks), time.monotonic() - started)


async def run(folder: Path, server: EmbeddedRedis, rate: float, seconds: float, seed: int) -> None:
    pids = {"bench": os.getpid(), "redis": server.pid or 0}
    await prepare(server.url)
    traffic = Traffic(seed)
    async with serving(town) as sim:
        with services(server.url, sim.url, folder, pids) as (url, health):
            async with aiohttp.ClientSession() as http:
                await ready(http, health)
            await asyncio.sleep(2)
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            async with Poster(f"{url}/telegram/webhook", headers, connections=40) as poster:
                await warm(poster, traffic, sim)
                settle()  # or the garbage search of what measures holds up what is measured, 90 ms at once
                await asyncio.sleep(2)
                await measure(poster, traffic, sim, pids, rate=rate, seconds=seconds)


def main(rate: float = 500, seconds: float = 12, seed: float = 20_200_916) -> None:
    configure("bench", level="error")
    with tempfile.TemporaryDirectory() as folder, EmbeddedRedis(Path(folder) / "r") as server:
        print(f"seed {seed:.0f}")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(Path(folder), server, rate, seconds, int(seed)))


if __name__ == "__main__":
    main(*(float(word) for word in sys.argv[1:]))
