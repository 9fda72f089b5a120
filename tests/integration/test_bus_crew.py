"""Who works on what: replicas come, go and hang, and each partition always has exactly one owner."""

import asyncio
from typing import Any

import pytest

from shared.bus import Bus, Commit, Lease, Outcome
from shared.bus.crew import owner
from shared.bus.retry import BRAKE_LEAST
from shared.clock import now
from shared.contracts.base import PARTITIONS
from shared.contracts.registry import SUBMISSIONS_WITHDRAWN
from shared.contracts.submissions import SubmissionWithdrawn
from shared.keys import Keys
from tests.conftest import BusFactory, Eventually
from tests.sure import sure

TOPIC = SUBMISSIONS_WITHDRAWN.topic


def withdrawn(n: int) -> SubmissionWithdrawn:
    return SubmissionWithdrawn(submission_id=Keys("x" * 32).token("t", str(n)), withdrawn_at=now())


def consumer(bus_factory: Any, seen: list[str], **options: Any) -> Bus:
    async def handle(event: SubmissionWithdrawn) -> Commit:
        seen.append(event.submission_id)
        return Commit.of([("HINCRBY", "submissions:seen", event.submission_id, 1)])

    bus: Bus = bus_factory("submissions", **options)
    bus.register({SUBMISSIONS_WITHDRAWN: handle})
    return bus


def test_partitions_are_shared_out_evenly() -> None:
    members = [b"a", b"b", b"c"]
    shares = [sum(owner(members, TOPIC, p) == m for p in range(PARTITIONS)) for m in members]
    assert sorted(shares) == [2, 3, 3]


async def test_a_second_replica_gets_its_share_and_gives_it_back_when_it_leaves(
    bus_factory: BusFactory, eventually: Eventually
) -> None:
    first, second = consumer(bus_factory, []), consumer(bus_factory, [])
    async with first.running():
        await eventually(lambda: len(first.holding.get(TOPIC, ())) == 8)
        async with second.running():
            await eventually(lambda: len(first.holding.get(TOPIC, ())) == 4)
            await eventually(lambda: len(second.holding.get(TOPIC, ())) == 4)
            assert not set(first.holding[TOPIC]) & set(second.holding[TOPIC])
        await eventually(lambda: len(first.holding.get(TOPIC, ())) == 8)


async def test_what_a_dead_replica_left_pending_is_finished_by_the_next(
    bus_factory: BusFactory, eventually: Eventually, nothing_pending: None
) -> None:
    seen: list[str] = []
    dead = bus_factory("submissions")
    async with dead.running():
        await dead.publish(*(withdrawn(n) for n in range(20)))
    bus = consumer(bus_factory, seen)
    for key in (
        SUBMISSIONS_WITHDRAWN.partitions()
    ):  # read as the owner, and under a stranger's name, never acknowledged
        await bus.redis.xreadgroup("submissions", "owner", {key: ">"}, count=1)
        await bus.redis.xreadgroup("submissions", "somebody", {key: ">"}, count=50)
    async with bus.running():
        await eventually(lambda: len(seen) == 20)
        assert set((await bus.redis.hgetall("submissions:seen")).values()) == {b"1"}


async def test_a_deleted_stream_is_made_anew_and_read_on(
    bus_factory: BusFactory, eventually: Eventually
) -> None:
    seen: list[str] = []
    bus = consumer(bus_factory, seen)
    async with bus.running():
        await eventually(lambda: len(bus.holding.get(TOPIC, ())) == 8)
        await bus.redis.delete(*SUBMISSIONS_WITHDRAWN.partitions())
        await bus.publish(*(withdrawn(n) for n in range(10)))
        await eventually(lambda: len(seen) == 10)


async def test_a_duty_runs_on_one_replica_and_is_taken_over(
    bus_factory: BusFactory, eventually: Eventually
) -> None:
    at_work: list[str] = []

    def with_duty(name: str) -> Bus:
        bus: Bus = bus_factory("moderation")

        @bus.alone("poller")
        async def poll(lease: Lease) -> None:
            at_work.append(name)
            try:
                await asyncio.sleep(60)
            finally:
                at_work.remove(name)

        return bus

    first, second = with_duty("first"), with_duty("second")
    async with second.running():
        async with first.running():
            await eventually(lambda: at_work)
            await asyncio.sleep(1.5)
            assert len(at_work) == 1
        await eventually(lambda: at_work == ["second"])


async def test_a_commit_under_a_lost_lease_changes_nothing(
    bus_factory: BusFactory, eventually: Eventually
) -> None:
    bus: Bus = bus_factory("moderation")
    outcomes: list[Outcome] = []

    @bus.alone("poller")
    async def poll(lease: Lease) -> None:
        await bus.redis.set(lease.key, "somebody else", px=1000)
        outcomes.append(await bus.commit(Commit.of([("SET", "moderation:x", "1")]), lease))

    async with bus.running():
        await eventually(lambda: outcomes)
        assert outcomes[0] is Outcome.FENCED
        assert not await bus.redis.exists("moderation:x")


async def test_when_most_messages_fail_nothing_more_is_given_up(
    bus_factory: BusFactory, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.retry.BACKOFF", (0.01,) * 4)

    async def handle(event: SubmissionWithdrawn) -> Commit:
        raise ValueError

    bus: Bus = bus_factory("submissions")
    bus.register({SUBMISSIONS_WITHDRAWN: handle})
    async with bus.running():
        await bus.publish(*(withdrawn(n) for n in range(100)))
        await eventually(lambda: "most messages fail" in bus.readiness().reasons.values())
        await asyncio.sleep(1)
        assert await bus.redis.xlen(SUBMISSIONS_WITHDRAWN.dead_key("submissions")) < BRAKE_LEAST + 1


async def test_a_stop_does_not_wait_for_messages(
    bus_factory: BusFactory,
    eventually: Eventually,
    nothing_pending: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bus, waiting = consumer(bus_factory, []), set[str]()

    async def forever(streams: dict[str, bytes], **_: int) -> None:
        waiting.update(streams)
        await asyncio.Event().wait()

    monkeypatch.setattr(bus.redis, "xread", forever)
    async with asyncio.timeout(60):
        async with bus.running():
            await eventually(lambda: len(waiting) == PARTITIONS)
            workers = [worker for worker, _ in sure(bus._crew)._workers.values()]
            for _ in range(3):  # again while the first is being carried out
                for worker in workers:
                    worker.stop()
                await asyncio.sleep(0)
