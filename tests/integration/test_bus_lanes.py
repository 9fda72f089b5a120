"""Keys that wait, keys that go by themselves, and keys that are put aside: the others always go on."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.bus import Bus, Commit, TryLater
from shared.bus.commit import Overtaking
from shared.clock import now
from shared.contracts.base import PARTITIONS
from shared.contracts.registry import SUBMISSIONS_WITHDRAWN
from shared.contracts.submissions import SubmissionWithdrawn
from shared.keys import Keys
from tests.conftest import KEY, BusFactory, Eventually

KEYS = Keys(KEY)
STREAM = SUBMISSIONS_WITHDRAWN


def _in_partition(partition: int, count: int) -> list[str]:
    """Submissions whose messages lie in one partition."""
    names = (KEYS.token("t", str(n)) for n in range(10_000))
    return [name for name in names if KEYS.route(name)[0] % PARTITIONS == partition][:count]


SLOW, QUICK, OTHER = _in_partition(3, 3)


def withdrawn(name: str) -> SubmissionWithdrawn:
    return SubmissionWithdrawn(submission_id=name, withdrawn_at=now())


class Desk:
    """Counts what was handled, and says TryLater for `SLOW` while it is shut."""

    def __init__(self) -> None:
        self.shut = True
        self.batches: list[list[str]] = []
        self.asked = 0

    async def handle(self, events: list[SubmissionWithdrawn]) -> list[Commit | TryLater]:
        self.batches.append([event.submission_id for event in events])
        return [self._answer(event) for event in events]

    def _answer(self, event: SubmissionWithdrawn) -> Commit | TryLater:
        if event.submission_id == SLOW and self.shut:
            self.asked += 1
            return TryLater("shut", 1.5)
        number = int(event.withdrawn_at.timestamp() * 1000)
        return Commit.of([("RPUSH", f"submissions:done:{event.submission_id}", number)])


def consumer(bus_factory: Any, desk: Desk, *, apart: bool) -> Bus:
    bus: Bus = bus_factory("submissions")
    bus.register({STREAM: desk.handle}, apart=apart)
    return bus


async def done(bus: Bus, name: str) -> list[int]:
    return [int(n) for n in await bus.redis.lrange(f"submissions:done:{name}", 0, -1)]


@pytest.mark.parametrize("apart", [False, True])
async def test_an_answer_to_try_later_holds_its_key_alone_and_in_order(
    bus_factory: BusFactory, eventually: Eventually, nothing_pending: None, apart: bool
) -> None:
    desk = Desk()
    bus = consumer(bus_factory, desk, apart=apart)
    events = [withdrawn(name) for _ in range(5) for name in (SLOW, QUICK)]
    async with bus.running():
        await bus.publish(*events)
        await eventually(lambda: desk.asked > 0)

        async def quick() -> bool:
            return len(await done(bus, QUICK)) == 5

        await eventually(quick, 1)
        assert await done(bus, SLOW) == []
        desk.shut = False

        async def slow() -> bool:
            return len(await done(bus, SLOW)) == 5

        await eventually(slow)
        wanted = [int(e.withdrawn_at.timestamp() * 1000) for e in events if e.submission_id == SLOW]
        assert await done(bus, SLOW) == wanted
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("apart", [False, True])
async def test_only_what_the_handler_says_may_passes_what_waits_and_nothing_is_done_twice(
    bus_factory: BusFactory, eventually: Eventually, nothing_pending: None, apart: bool
) -> None:
    shut, asked = True, list[int]()

    def answer(event: SubmissionWithdrawn, at: int) -> Commit | TryLater:
        if at == first and shut:
            return TryLater("shut", 0.1)
        commit = Commit.of([("RPUSH", f"submissions:done:{SLOW}", at)])
        return Overtaking.by(commit) if at in may_pass else commit

    async def handle(events: list[SubmissionWithdrawn]) -> list[Commit | TryLater]:
        moments = [int(event.withdrawn_at.timestamp() * 1000) for event in events]
        asked.append(len(moments))
        return [answer(event, at) for event, at in zip(events, moments, strict=True)]

    start = now()
    events = [
        SubmissionWithdrawn(submission_id=SLOW, withdrawn_at=start + timedelta(seconds=n)) for n in range(6)
    ]
    first, *others = (int(event.withdrawn_at.timestamp() * 1000) for event in events)
    may_pass = others[1::2]
    bus: Bus = bus_factory("submissions")
    bus.register({STREAM: handle}, apart=apart)
    async with bus.running():
        await bus.publish(*events)

        async def passed() -> bool:
            return await done(bus, SLOW) == may_pass

        await eventually(passed)
        await eventually(lambda: len(asked) > 3)
        assert await passed()
        shut = False
        whole = [*may_pass, first, *(at for at in others if at not in may_pass)]

        async def all_done() -> bool:
            return await done(bus, SLOW) == whole

        await eventually(all_done)


async def test_a_slow_handler_holds_up_its_own_key_and_gathers_what_comes_meanwhile(
    bus_factory: BusFactory, eventually: Eventually, nothing_pending: None
) -> None:
    going, go_on, batches = asyncio.Event(), asyncio.Event(), []

    async def handle(events: list[SubmissionWithdrawn]) -> Commit:
        batches.append([event.submission_id for event in events])
        if events[0].submission_id == SLOW:
            going.set()
            await go_on.wait()
        return Commit.of([("HINCRBY", "submissions:lanes", events[0].submission_id, len(events))])

    bus: Bus = bus_factory("submissions")
    bus.register({STREAM: handle}, apart=True)
    async with bus.running():
        await bus.publish(withdrawn(SLOW))
        await asyncio.wait_for(going.wait(), 5)
        for _ in range(5):
            await bus.publish(withdrawn(SLOW), withdrawn(QUICK))

        async def quick() -> bool:
            return bool(await bus.redis.hget("submissions:lanes", QUICK) == b"5")

        await eventually(quick, 2)
        go_on.set()

        async def slow() -> bool:
            return bool(await bus.redis.hget("submissions:lanes", SLOW) == b"6")

        await eventually(slow, 2)
    assert all(len(set(batch)) == 1 for batch in batches), "a batch holds one key"
    assert [len(batch) for batch in batches if SLOW in batch] == [1, 5]


@pytest.mark.parametrize("apart", [False, True])
async def test_a_key_that_waits_with_thousands_does_not_stop_its_partition(
    bus_factory: BusFactory,
    eventually: Eventually,
    nothing_pending: None,
    monkeypatch: pytest.MonkeyPatch,
    apart: bool,
) -> None:
    for module in ("held", "partition"):
        monkeypatch.setattr(f"shared.bus.{module}.HELD_MOST", 100)
    desk = Desk()
    first = consumer(bus_factory, desk, apart=apart)
    events = [withdrawn(SLOW) for _ in range(1000)]

    async def quick(count: int) -> bool:
        return len(await done(first_or_next[0], QUICK)) == count

    first_or_next = [first]
    async with first.running():
        await first.publish(*events)
        await first.publish(*(withdrawn(QUICK) for _ in range(20)))
        await eventually(lambda: quick(20), 10)
        assert [key async for key in first.redis.scan_iter("*.aside.*")], "the long queue went aside"
        assert await done(first, SLOW) == []
    asked = desk.asked
    second = consumer(bus_factory, desk, apart=apart)
    first_or_next[0] = second
    async with second.running():  # a new owner finds what was put aside
        await eventually(lambda: desk.asked > asked)
        more = withdrawn(SLOW)
        await second.publish(withdrawn(OTHER), more)
        desk.shut = False
        wanted = [int(e.withdrawn_at.timestamp() * 1000) for e in [*events, more]]

        async def slow() -> bool:
            return await done(second, SLOW) == wanted

        await eventually(slow, 20)

        async def taken_back() -> bool:
            return not [key async for key in second.redis.scan_iter("*aside*")]

        await eventually(taken_back, 5)
        await second.publish(withdrawn(SLOW))

        async def read_again() -> bool:
            return len(await done(second, SLOW)) == len(wanted) + 1

        await eventually(read_again, 5)


async def test_lanes_go_on_after_redis_was_away(
    bus_factory: BusFactory, eventually: Eventually, nothing_pending: None
) -> None:
    tried: list[str] = []

    async def handle(events: list[SubmissionWithdrawn]) -> Commit:
        tried.append(events[0].submission_id)
        if len(tried) < 4:
            raise ConnectionError
        return Commit.of([("HINCRBY", "submissions:lanes", events[0].submission_id, len(events))])

    bus: Bus = bus_factory("submissions")
    bus.register({STREAM: handle}, apart=True)
    async with bus.running():
        await bus.publish(*(withdrawn(name) for name in (SLOW, QUICK, OTHER) for _ in range(10)))

        async def handled() -> bool:
            counts = await bus.redis.hgetall("submissions:lanes")
            return set(counts.values()) == {b"10"} and len(counts) == 3

        await eventually(handled, 10)
