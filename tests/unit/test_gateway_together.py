"""Commits of requests that come at the same time go together, and each learns of its own end."""

import asyncio
from typing import Any, cast

import pytest

from services.gateway.together import MOST, Together
from shared.bus import Bus, Commit, Outcome, Unavailable


class FakeBus:
    """Notes what went together; every call ends when `go` is set."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[list[str]] = []
        self.go = asyncio.Event()
        self.error = error

    async def commit_all(self, commits: list[Commit]) -> list[Outcome]:
        self.calls.append([str(commit.writes[0][1]) for commit in commits])
        await self.go.wait()
        if self.error is not None:
            raise self.error
        return [Outcome.CONFLICT if commit.expect else Outcome.DONE for commit in commits]

    async def commit(self, commit: Commit) -> Outcome:
        if commit.writes[0][1] == "bad":
            raise ValueError("cannot be written")
        return Outcome.DONE


def write(name: str) -> Commit:
    return Commit.of([("SET", name, "1")])


def start(bus: FakeBus, names: list[str]) -> list["asyncio.Task[Outcome]"]:
    together = Together(cast("Bus", bus))
    return [asyncio.create_task(together.commit(write(name))) for name in names]


async def ends(tasks: list["asyncio.Task[Outcome]"]) -> list[Any]:
    return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)


async def test_what_comes_during_a_call_goes_with_the_next_in_order() -> None:
    bus = FakeBus()
    together = Together(cast("Bus", bus))
    first = asyncio.create_task(together.commit(write("first")))
    while not bus.calls:  # noqa: ASYNC110 - its own task makes the call
        await asyncio.sleep(0)
    names = [str(n) for n in range(MOST + 5)]
    others = [asyncio.create_task(together.commit(write(name))) for name in names]
    await asyncio.sleep(0)
    assert not first.done()
    bus.go.set()
    assert await ends([first, *others]) == [Outcome.DONE] * (MOST + 6)
    assert bus.calls == [["first"], names[:MOST], names[MOST:]]


async def test_one_that_cannot_be_written_fails_alone() -> None:
    bus = FakeBus(ValueError("one of them"))
    tasks = start(bus, ["a", "bad", "b"])
    bus.go.set()
    good, bad, also_good = await ends(tasks)
    assert (good, also_good) == (Outcome.DONE, Outcome.DONE)
    assert isinstance(bad, ValueError)


async def test_without_redis_all_learn_that_it_is_away() -> None:
    bus = FakeBus(Unavailable("ConnectionError"))
    tasks = start(bus, ["a", "b"])
    bus.go.set()
    assert [type(end) for end in await ends(tasks)] == [Unavailable, Unavailable]


@pytest.mark.parametrize("given_up", [0, 1])
async def test_one_that_is_given_up_leaves_the_others_their_answer(given_up: int) -> None:
    bus = FakeBus()
    tasks = start(bus, ["a", "b", "c"])
    while not bus.calls:  # noqa: ASYNC110
        await asyncio.sleep(0)
    tasks[given_up].cancel()
    bus.go.set()
    found = await ends(tasks)
    assert [one for one in found if isinstance(one, Outcome)] == [Outcome.DONE] * 2
