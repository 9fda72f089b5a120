"""Actors killed at random under load, with a Telegram that limits, falters and loses answers: all is done."""

import asyncio
import os
import random
import secrets
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from shared import clock
from shared.bus import Bus
from shared.bus.crew import members_key
from shared.clock import now
from shared.contracts.base import PARTITIONS
from shared.contracts.registry import TELEGRAM_ACTIONS
from shared.contracts.telegram import Method, TelegramAction
from shared.server import EmbeddedRedis
from shared.settings import Settings
from simulator.demo import DEMO_TOKEN, scene
from simulator.faults import Fault
from simulator.server import Simulator, serving
from simulator.world.makers import make_chat, make_user, seat
from simulator.world.world import World

KEY = "a" * 64
ROOT = Path(__file__).parents[2]
FIRST_CHAT, FIRST_PERSON = -1_002_100_000_000, 5_300_000_000
WINDOW = 2.0
"""Seconds before a kill in which a message may have been sent without anybody knowing."""


@dataclass
class Plan:
    chats: int
    deletes: int
    bans: int
    says: int
    kills: int
    actors: int = 2
    seed: int = field(
        default_factory=lambda: int(os.environ.get("DZE_TEST_SEED", secrets.randbelow(1_000_000)))
    )


@pytest.mark.timeout(240)
async def test_nothing_is_lost_or_said_twice_when_actors_are_killed_in_the_small_form(tmp_path: Path) -> None:
    await prove(Plan(chats=8, deletes=40, bans=4, says=4, kills=2), tmp_path)


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_nothing_is_lost_or_said_twice_when_actors_are_killed(tmp_path: Path) -> None:
    await prove(Plan(chats=40, deletes=300, bans=20, says=15, kills=20, actors=3), tmp_path)


async def prove(plan: Plan, folder: Path) -> None:
    sys.stdout.write(f"seed {plan.seed} (set DZE_TEST_SEED to repeat): {plan}\n")
    dice = random.Random(plan.seed)
    with EmbeddedRedis(folder) as redis:
        async with serving(_town(plan)) as sim:
            _make_unsteady(sim, plan.seed)
            actions = _work(sim, plan)
            actors = [_spawn(redis, sim) for _ in range(plan.actors)]
            try:
                killed = await _storm(plan, actions, dice, redis, sim, actors)
                await _done(redis, actors)
                _check(sim, plan, killed)
            finally:
                for actor in actors:
                    actor.kill()
                    actor.wait()


def _town(plan: Plan) -> Any:
    def build(world: World) -> None:
        scene(world)
        (bot,) = world.bots.values()
        owner = next(iter(world.users.values()))
        people = [make_user(world, f"P{n}", user_id=FIRST_PERSON + n) for n in range(plan.bans)]
        for n in range(plan.chats):
            chat = make_chat(world, "supergroup", f"Yard {n}", owner, chat_id=FIRST_CHAT - n)
            seat(world, chat, bot.user, admin=True)
            for person in people:
                seat(world, chat, person)
        bot.inbox.clear()

    return build


def _make_unsteady(sim: Simulator, seed: int) -> None:
    """Messages are lost by kills only, so that each double can be traced to one."""
    chance: dict[str, Any] = {"probability": 0.04, "seed": seed}
    for method in ("deleteMessages", "banChatMember"):
        sim.hub.faults.add(Fault("html", method, **chance))
        sim.hub.faults.add(Fault("reset", method, after=True, **chance))
    sim.hub.faults.add(Fault("too_many", "sendMessage", probability=0.05, seed=seed, retry_after=2))
    sim.hub.faults.add(Fault("too_many", "", FIRST_CHAT, times=3, retry_after=8))


def _work(sim: Simulator, plan: Plan) -> list[TelegramAction]:
    actions = []
    for chat in range(FIRST_CHAT, FIRST_CHAT - plan.chats, -1):
        sim.do("write", chat=chat, user=FIRST_PERSON, text="a chat's first message cannot be deleted")
        written = [sim.do("write", chat=chat, user=FIRST_PERSON, text="x")[0] for _ in range(plan.deletes)]
        actions += [
            _action(Method.DELETE_MESSAGES, chat, f"d{m['message_id']}", message_ids=[m["message_id"]])
            for m in written
        ]
        actions += [
            _action(Method.BAN_MEMBER, chat, f"b{n}", user_id=FIRST_PERSON + n) for n in range(plan.bans)
        ]
        actions += [_action(Method.SEND_MESSAGE, chat, f"s{n}", text=str(n)) for n in range(plan.says)]
    return actions


def _action(method: Method, chat: int, name: str, **params: Any) -> TelegramAction:
    now = clock.now()
    return TelegramAction(
        action_id=f"{chat}:{name}", chat_id=chat, method=method, params=params,
        decided_at=now, expires_at=now + timedelta(hours=1),
    )  # fmt: skip


def _spawn(redis: EmbeddedRedis, sim: Simulator) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DZE_")} | {
        "DZE_REDIS_URL": redis.url, "DZE_KEY": KEY, "DZE_DATA": str(redis.data),
        "DZE_TELEGRAM_TOKEN": DEMO_TOKEN, "DZE_TELEGRAM_API": sim.url, "DZE_INTERNAL_PORT": "0",
    }  # fmt: skip
    words = [sys.executable, "-m", "services.moderation", "--role", "act"]
    return subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


async def _storm(
    plan: Plan,
    actions: list[TelegramAction],
    dice: random.Random,
    redis: EmbeddedRedis,
    sim: Simulator,
    actors: list[subprocess.Popen[bytes]],
) -> list[float]:
    """Publish little by little, with kills as soon as the actors are at work; answers when the kills were."""
    by_lane: dict[str, list[TelegramAction]] = {}
    for action in actions:
        by_lane.setdefault(action.lane, []).append(action)
    await _at_work(redis, len(actors))
    publishing = asyncio.create_task(_publish(plan, list(by_lane.values()), dice, redis.url))
    killed: list[float] = []
    for _ in range(plan.kills):
        seen = sim.hub.journal.made
        await _until(lambda seen=seen: sim.hub.journal.made > seen + 5 or publishing.done(), 40)
        await asyncio.sleep(dice.uniform(0.1, 1.0))
        index = dice.randrange(len(actors))
        actors[index].kill()
        killed.append(now().timestamp())
        actors[index].wait()
        actors[index] = _spawn(redis, sim)
        await _at_work(redis, len(actors))
    await publishing
    return killed


async def _publish(plan: Plan, lanes: list[list[TelegramAction]], dice: random.Random, url: str) -> None:
    """Lanes mixed, each in its order, over some seconds for each kill."""
    bus = Bus("moderation", Settings(redis_url=url, key=KEY, _env_file=None))
    total = sum(map(len, lanes))
    async with bus.running():
        while lanes:
            some = []
            for _ in range(min(20, sum(map(len, lanes)))):
                lane = dice.choice(lanes)
                some.append(lane.pop(0))
                if not lane:
                    lanes.remove(lane)
            await bus.publish(*some)
            await asyncio.sleep(plan.kills * 5.0 / (total / 20))


async def _at_work(redis: EmbeddedRedis, count: int) -> None:
    """Until so many actors have entered themselves; a killed one counts until its lease ends."""
    async with Redis.from_url(redis.url) as client:
        members = members_key(TELEGRAM_ACTIONS.topic, "moderation")
        end = time.monotonic() + 60
        while await client.zcard(members) < count:
            assert time.monotonic() < end, "the actors do not start"
            await asyncio.sleep(0.1)


async def _until(check: Any, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "the actors do nothing"
        await asyncio.sleep(0.05)


async def _done(redis: EmbeddedRedis, actors: list[subprocess.Popen[bytes]]) -> None:
    bus = Bus("moderation", Settings(redis_url=redis.url, key=KEY, _env_file=None))
    end = time.monotonic() + 120
    async with AsyncExitStack() as stack:
        stack.push_async_callback(bus.redis.aclose)
        while True:
            groups = [g for key in TELEGRAM_ACTIONS.partitions() for g in await bus.redis.xinfo_groups(key)]
            if len(groups) == PARTITIONS and not any(g["pending"] or g["lag"] for g in groups):
                break
            assert time.monotonic() < end, f"not done: {[(g['pending'], g['lag']) for g in groups]}"
            assert all(actor.poll() is None for actor in actors), "an actor ended by itself"
            await asyncio.sleep(0.1)
        assert not await bus.redis.exists(TELEGRAM_ACTIONS.dead_key("moderation"))
        assert not [key async for key in bus.redis.scan_iter("*aside*")]


def _check(sim: Simulator, plan: Plan, killed: list[float]) -> None:
    doubles = 0
    for chat_id in range(FIRST_CHAT, FIRST_CHAT - plan.chats, -1):
        chat = sim.world.chat(chat_id)
        left = [m.id for m in chat.messages.values() if m.content.get("text") == "x" and not m.gone]
        assert not left, f"{len(left)} messages were not deleted"
        banned = [chat.members[FIRST_PERSON + n].status for n in range(plan.bans)]
        assert set(banned) == {"kicked"}
        sent = [e for e in sim.hub.journal.find("sendMessage", chat_id) if e.done]
        texts = [str(e.params["text"]) for e in sent]
        assert list(dict.fromkeys(texts)) == [str(n) for n in range(plan.says)], "all said, in order"
        for text in {text for text in texts if texts.count(text) > 1}:
            first = next(e.at for e in sent if e.params["text"] == text)
            assert any(0 <= at - first < WINDOW for at in killed), "said twice without a kill"
            doubles += texts.count(text) - 1
    calls = sum(1 for _ in sim.hub.journal.find("deleteMessages"))
    sys.stdout.write(
        f"{plan.chats * plan.deletes} deletes in {calls} calls, {plan.chats * plan.bans} bans, "
        f"{plan.chats * plan.says} messages of which {doubles} twice, {len(killed)} kills\n"
    )
