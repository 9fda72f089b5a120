"""Batches of several partitions go together where all goes well, and each alone where not."""

import asyncio
from typing import Any, cast

import pytest

from shared.bus.commit import Commit, Outcome, Part
from shared.bus.committer import Committer, Place
from shared.bus.handling import Failure, Handling
from shared.bus.joint import Joint
from shared.bus.leases import Lease
from shared.bus.subscription import Entry, Subscription
from shared.contracts.registry import TELEGRAM_UPDATES

DONE = Commit.of([("SET", "done", "1")])


class Handlers:
    """Stands for subscription and committer; the calls of the handler and what was committed are noted."""

    def __init__(self, answer: Any = None, outcome: Outcome = Outcome.DONE, most: int = 500) -> None:
        self.stream, self.group, self.most = TELEGRAM_UPDATES, "moderation", most
        self.answer, self.outcome = answer or [DONE], outcome
        self.calls: list[list[str]] = []
        self.committed: list[dict[str, list[str]]] = []
        self.joint_of = Joint(cast("Subscription", self), cast("Committer", self))

    async def many(self, entries: list[Entry]) -> Any:
        self.calls.append([entry.id.decode() for entry in entries])
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def joint(self, parts: list[tuple[Place, list[bytes]]], commit: Commit, group: str) -> Outcome:
        assert (commit, group) == (DONE, "moderation")
        self.committed.append({place.stream: [one.decode() for one in ids] for place, ids in parts})
        return self.outcome


class Partition:
    """A partition's own way; `go` lets it go on."""

    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.place = Place(Lease(f"lease:{name}", "1"), name)
        self.alone_with: list[list[str]] = []
        self.error = error
        self.go = asyncio.Event()
        self.go.set()

    async def handle(self, entries: list[Entry]) -> list[Failure]:
        self.alone_with.append([entry.id.decode() for entry in entries])
        await self.go.wait()
        if self.error is not None:
            raise self.error
        return [Failure(entries[0], ValueError("of its own"))]


def entries(*names: str) -> list[Entry]:
    return [Entry(name.encode(), b"key", b"") for name in names]


async def handle(handlers: Handlers, shares: dict[Partition, list[Entry]]) -> list[Any]:
    """What each partition gets back, when all come at the same time."""
    jobs = (handlers.joint_of.handle(cast("Handling", place), what) for place, what in shares.items())
    return await asyncio.wait_for(asyncio.gather(*jobs, return_exceptions=True), 20)


async def test_what_comes_together_is_handled_and_committed_together() -> None:
    handlers, one, two = Handlers(), Partition("one"), Partition("two")
    assert await handle(handlers, {one: entries("1", "2"), two: entries("3")}) == [[], []]
    assert handlers.calls == [["1", "2", "3"]]
    assert handlers.committed == [{"one": ["1", "2"], "two": ["3"]}]
    assert one.alone_with == two.alone_with == []


async def test_a_lone_partition_goes_its_own_way_and_gets_its_own_failures() -> None:
    handlers, one = Handlers(), Partition("one")
    ((failure,),) = await handle(handlers, {one: entries("1", "2")})
    assert isinstance(failure.error, ValueError)
    assert (handlers.calls, one.alone_with) == ([], [["1", "2"]])


@pytest.mark.parametrize(
    "handlers",
    [
        Handlers(answer=ValueError("one bad message")),
        Handlers(answer=[DONE, DONE, DONE]),
        *(Handlers(outcome=outcome) for outcome in Outcome if outcome is not Outcome.DONE),
    ],
    ids=["error", "short", *(outcome.name for outcome in Outcome if outcome is not Outcome.DONE)],
)
async def test_what_does_not_go_well_together_goes_alone(handlers: Handlers) -> None:
    one, two = Partition("one", LookupError("its own")), Partition("two")
    refused, failures = await handle(handlers, {one: entries("1", "2"), two: entries("3")})
    assert isinstance(refused, LookupError)
    assert len(failures) == 1
    assert (one.alone_with, two.alone_with) == ([["1", "2"]], [["3"]])


async def test_of_a_part_the_others_follow_alone() -> None:
    handlers = Handlers(answer=Part(3, DONE))
    one, two, three = Partition("one"), Partition("two"), Partition("three")
    shares = {one: entries("1", "2"), two: entries("3", "4"), three: entries("5")}
    found = await handle(handlers, shares)
    assert handlers.committed == [{"one": ["1", "2"], "two": ["3"]}]
    assert [len(failures) for failures in found] == [0, 1, 1]
    assert (one.alone_with, two.alone_with, three.alone_with) == ([], [["4"]], [["5"]])


async def test_no_more_than_one_batch_goes_together() -> None:
    handlers = Handlers(most=3)
    places = [Partition(str(n)) for n in range(5)]
    await handle(
        handlers,
        {place: entries(f"{place.place.stream}a", f"{place.place.stream}b") for place in places[:1]}
        | {place: entries(place.place.stream) for place in places[1:]},
    )
    assert handlers.calls == [["0a", "0b", "1"], ["2", "3", "4"]]


async def test_a_call_that_takes_long_holds_up_no_other_partition() -> None:
    handlers, slow, quick = Handlers(), Partition("slow"), Partition("quick")
    slow.go.clear()
    waiting = asyncio.create_task(handlers.joint_of.handle(cast("Handling", slow), entries("1")))
    while not slow.alone_with:  # noqa: ASYNC110 - its own task gets there
        await asyncio.sleep(0)
    assert len((await handle(handlers, {quick: entries("2")}))[0]) == 1
    assert not waiting.done()
    slow.go.set()
    assert len(await waiting) == 1


async def test_a_partition_that_has_gone_leaves_the_others_their_answer() -> None:
    handlers, gone, other = Handlers(), Partition("gone"), Partition("other")
    leaving = asyncio.create_task(handlers.joint_of.handle(cast("Handling", gone), entries("1")))
    staying = asyncio.create_task(handlers.joint_of.handle(cast("Handling", other), entries("2")))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await asyncio.wait_for(staying, 20) == []
