"""Kill consumers at random, pause them beyond their lease, restart Redis: every effect still exactly once."""

import asyncio
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from shared.bus import Bus, Commit, Expect, Unavailable
from shared.bus.crew import members_key
from shared.contracts.registry import REVIEWS_CLOSED, SUBMISSIONS_WITHDRAWN
from shared.contracts.submissions import ReviewClosed, SubmissionWithdrawn
from shared.keys import Keys
from shared.server import EmbeddedRedis
from shared.settings import Settings
from tests.sure import as_a

KEY = "c" * 64
LEASE_MS = 1500
CHUNK = 50
ROOT = Path(__file__).parents[2]
Consumers = list[subprocess.Popen[bytes]]


@dataclass
class Plan:
    messages: int
    keys: int
    kills: int
    pauses: int
    consumers: int = 3
    between: tuple[float, float] = (0.3, 0.9)
    way: str = "plain"
    seed: int = field(
        default_factory=lambda: int(os.environ.get("DZE_TEST_SEED", secrets.randbelow(1_000_000)))
    )


def test_every_effect_is_exactly_once_whatever_dies_in_the_small_form(tmp_path: Path) -> None:
    prove(Plan(messages=2_000, keys=40, kills=4, pauses=1), tmp_path)


def test_keys_that_go_by_themselves_or_aside_lose_nothing_in_the_small_form(tmp_path: Path) -> None:
    prove(Plan(messages=2_000, keys=40, kills=4, pauses=1, way="lanes"), tmp_path)


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("way", ["plain", "lanes"])
def test_every_effect_is_exactly_once_whatever_dies(tmp_path: Path, way: str) -> None:
    prove(Plan(messages=20_000, keys=300, kills=30, pauses=4, way=way), tmp_path)


def prove(plan: Plan, folder: Path) -> None:
    sys.stdout.write(f"seed {plan.seed} (set DZE_TEST_SEED to repeat): {plan}\n")
    sent = _messages(plan)
    with EmbeddedRedis(folder) as server:
        consumers = [_spawn(server, plan, plan.seed + n) for n in range(plan.consumers)]
        try:
            asyncio.run(_storm(plan, sent, server, consumers))
            assert _stop(consumers) == [0] * plan.consumers, "a consumer did not stop cleanly"
        finally:
            for consumer in consumers:
                consumer.kill()
                consumer.wait()
        with Redis.from_url(server.url) as redis:
            _check(redis, sent)


def _messages(plan: Plan) -> list[SubmissionWithdrawn]:
    keys = Keys(KEY)
    names = [keys.token("chaos", str(n)) for n in range(plan.keys)]
    return [
        SubmissionWithdrawn(
            submission_id=names[n * 7919 % plan.keys],
            withdrawn_at=datetime.fromtimestamp((n + 1) / 1000, UTC),
        )
        for n in range(plan.messages)
    ]


def _spawn(server: EmbeddedRedis, plan: Plan, seed: int) -> subprocess.Popen[bytes]:
    consumer = [sys.executable, "-m", "tests.chaos.consumer"]
    words = [*consumer, server.url, KEY, str(LEASE_MS), str(seed), plan.way]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)


async def _storm(
    plan: Plan,
    sent: list[SubmissionWithdrawn],
    server: EmbeddedRedis,
    consumers: Consumers,
) -> None:
    dice = random.Random(plan.seed)
    publishing = asyncio.create_task(
        _publish(server.url, sent, pause=0.9 * plan.kills / (plan.messages / CHUNK))
    )
    events = ["kill"] * plan.kills + ["pause"] * plan.pauses
    dice.shuffle(events)
    events.insert(len(events) // 2, "restart")
    await asyncio.sleep(2)  # let the consumers start
    for event in events:
        await asyncio.sleep(dice.uniform(*plan.between))
        index = dice.randrange(len(consumers))
        if event == "kill":
            consumers[index].kill()
            consumers[index].wait()
            consumers[index] = _spawn(server, plan, dice.randrange(10**6))
        elif event == "pause":
            consumers[index].send_signal(signal.SIGSTOP)
            await asyncio.sleep(LEASE_MS / 1000 * 1.6)
            consumers[index].send_signal(signal.SIGCONT)
        else:
            server.kill()
            server.start()
    await publishing
    await asyncio.sleep(LEASE_MS / 1000 * 1.5)  # until the killed ones no longer count as members
    await _drained(server.url, len(consumers))


async def _publish(url: str, sent: list[SubmissionWithdrawn], pause: float) -> None:
    """Each chunk once: a lost answer is asked again, and the expectation tells whether it was done."""
    bus = Bus("gateway", Settings(redis_url=url, key=KEY, _env_file=None))
    async with bus.running():
        for start in range(0, len(sent), CHUNK):
            mark = f"gateway:chunk:{start}"
            commit = Commit.of([("SET", mark, 1)], sent[start : start + CHUNK], [Expect.absent(mark)])
            while True:
                try:
                    await bus.commit(commit)
                    break
                except Unavailable:
                    await asyncio.sleep(0.1)
            await asyncio.sleep(pause)


async def _drained(url: str, consumers: int, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    with Redis.from_url(url) as redis:
        while True:
            groups = [g for key in SUBMISSIONS_WITHDRAWN.partitions() for g in redis.xinfo_groups(key)]
            members = redis.zcard(members_key(SUBMISSIONS_WITHDRAWN.topic, "submissions"))
            idle = all(g["pending"] == 0 and not g["lag"] for g in groups)
            if members == consumers and idle and not next(redis.scan_iter("*aside*", count=1000), None):
                return
            assert time.monotonic() < end, f"not drained: {[(g['pending'], g['lag']) for g in groups]}"
            await asyncio.sleep(0.1)


def _stop(consumers: Consumers) -> list[int]:
    started = time.monotonic()
    for consumer in consumers:
        consumer.terminate()
    codes = [consumer.wait(15) for consumer in consumers]
    assert time.monotonic() - started < 10
    return codes


def _check(redis: Redis, sent: list[SubmissionWithdrawn]) -> None:
    wanted = defaultdict(list)
    for message in sent:
        wanted[message.submission_id].append(int(message.withdrawn_at.timestamp() * 1000))
    for key, numbers in wanted.items():
        found = [int(n) for n in redis.lrange(f"submissions:order:{key}", 0, -1)]
        assert found == numbers, (
            f"{key}: {len(found)} effects of {len(numbers)}, in order: {sorted(found) == found}"
        )
    assert _published(redis) == wanted
    assert not redis.exists(SUBMISSIONS_WITHDRAWN.dead_key("submissions"))
    left = [key for key in redis.scan_iter("bus:*:lease:submissions.*") if not key.endswith(b":epoch")]
    assert not left, f"leases left behind: {left}"


def _published(redis: Any) -> dict[str, list[int]]:
    from shared.bus.envelope import DATA, Envelope

    envelope = Envelope(Keys(KEY))
    found = defaultdict(list)
    for key in REVIEWS_CLOSED.partitions():
        for _, fields in redis.xrange(key):
            event = as_a(ReviewClosed, envelope.decode(REVIEWS_CLOSED, fields[DATA]))
            found[event.submission_id].append(int(event.closed_at.timestamp() * 1000))
    return found
