"""One fenced commit: state, events and acknowledgement, all or nothing."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from shared.bus import Bus, Commit, Expect, GiveUp, Lease, Outcome, Part, TryLater
from shared.bus.commit import Unit
from shared.bus.committer import Committer, Place
from shared.bus.dead import letters, replay
from shared.bus.envelope import Envelope
from shared.bus.scripts import Scripts
from shared.clock import now
from shared.contracts.registry import REVIEWS_CLOSED, SUBMISSIONS_CHANGED, SUBMISSIONS_WITHDRAWN
from shared.contracts.submissions import State, SubmissionChanged, SubmissionWithdrawn
from shared.keys import Keys
from shared.settings import Settings, SettingsError
from tests.conftest import BusFactory, Eventually


def withdrawn(n: int) -> SubmissionWithdrawn:
    return SubmissionWithdrawn(submission_id=Keys("x" * 32).token("t", str(n)), withdrawn_at=now())


async def test_what_was_published_before_the_first_start_is_handled(
    bus_factory: BusFactory, eventually: Eventually, nothing_pending: None
) -> None:
    seen: list[str] = []

    async def handle(event: SubmissionWithdrawn) -> Commit:
        seen.append(event.submission_id)
        return Commit.of([("HINCRBY", "submissions:test", event.submission_id, 1)])

    publisher: Bus = bus_factory("gateway")
    events = [withdrawn(n) for n in range(20)]
    async with publisher.running():
        await publisher.publish(*events)
    bus: Bus = bus_factory("submissions")
    bus.register({SUBMISSIONS_WITHDRAWN: handle})
    async with bus.running():
        await eventually(lambda: len(seen) == 20)
        stored = await bus.redis.hgetall("submissions:test")
    assert set(stored.values()) == {b"1"}


async def test_a_batch_handler_commits_once_for_all_and_a_bad_message_alone(
    bus_factory: BusFactory, eventually: Eventually, nothing_pending: None
) -> None:
    events = [withdrawn(n) for n in range(30)]
    bad = events[7].submission_id
    done: list[str] = []

    async def handle(batch: list[SubmissionWithdrawn]) -> Commit:
        if any(event.submission_id == bad for event in batch):
            raise ValueError("secret text")
        done.extend(event.submission_id for event in batch)
        return Commit.of([("SADD", "submissions:done", event.submission_id) for event in batch])

    bus: Bus = bus_factory("submissions")
    bus.register({SUBMISSIONS_WITHDRAWN: handle})
    async with bus.running():
        await bus.publish(*events)
        await eventually(lambda: len(set(done)) == 29)
        found: list[Any] = []

        async def dead() -> bool:
            found[:] = [x async for x in letters(bus.redis, SUBMISSIONS_WITHDRAWN, "submissions")]
            return bool(found)

        await eventually(dead, 30)
    assert [x.reason for x in found] == ["ValueError"]
    assert "secret" not in found[0].trace
    assert found[0].tries == 5


async def test_a_batch_handler_may_commit_its_first_messages_and_go_on_with_the_others(
    bus_factory: BusFactory, eventually: Eventually, nothing_pending: None
) -> None:
    events = [withdrawn(n) for n in range(60)]
    sizes: list[int] = []
    done: list[str] = []

    async def handle(batch: list[SubmissionWithdrawn]) -> Commit | Part:
        sizes.append(len(batch))
        some = [event.submission_id for event in batch[:2]]
        done.extend(some)
        commit = Commit.of([("HINCRBY", "submissions:done", one, 1) for one in some])
        return Part(len(some), commit) if len(batch) > len(some) else commit

    publisher: Bus = bus_factory("gateway")
    async with publisher.running():
        await publisher.publish(*events)
    bus: Bus = bus_factory("submissions")
    bus.register({SUBMISSIONS_WITHDRAWN: handle})
    async with bus.running():
        await eventually(lambda: all_stored(bus, len(events)))
        stored = await bus.redis.hgetall("submissions:done")
    assert set(stored.values()) == {b"1"}
    assert len(stored) == len(events)
    assert max(sizes) > 2


async def all_stored(bus: Bus, count: int) -> bool:
    return await bus.redis.hlen("submissions:done") == count


async def test_entries_need_not_lie_side_by_side_to_be_committed_together(redis_url: str) -> None:
    """All of them are pending, or nothing happens; what lies between them in the stream stays as it is."""
    redis = Redis.from_url(redis_url)
    committer = Committer(Scripts(redis), Envelope(Keys("x" * 32)))
    lease = Lease("bus:test:lease", "mine")
    await redis.set("bus:test:lease", "mine")
    ids: list[Any] = [await redis.xadd("bus:test:stream", {"n": n}) for n in range(5)]
    await redis.xgroup_create("bus:test:stream", "group", id="0")
    await redis.xreadgroup("group", "owner", {"bus:test:stream": ">"}, count=4)

    async def commit(*places: int) -> Outcome:
        unit = Unit([ids[place] for place in places], Commit.of([("INCR", "bus:test:count")]))
        (outcome,) = await committer.fenced(
            [unit], lease, stream="bus:test:stream", group="group", ordered=True
        )
        return outcome

    assert await commit(3, 4) is Outcome.ALREADY, "the last one was never read"
    assert await redis.get("bus:test:count") is None
    assert await commit(3, 0, 2) is Outcome.DONE
    assert await commit(3, 0, 2) is Outcome.ALREADY
    assert await redis.get("bus:test:count") == b"1"
    assert [
        one["message_id"] for one in await redis.xpending_range("bus:test:stream", "group", "-", "+", 9)
    ] == [ids[1]]
    await redis.aclose()


async def test_entries_of_several_partitions_are_committed_together_or_not_at_all(redis_url: str) -> None:
    redis = Redis.from_url(redis_url)
    committer = Committer(Scripts(redis), Envelope(Keys("x" * 32)))
    ids: dict[str, Any] = {}
    places = {name: Place(Lease(f"bus:test:lease:{name}", f"{name}:1"), f"bus:test:{name}") for name in "abc"}
    for name, place in places.items():
        await redis.set(place.lease.key, place.lease.value)
        ids[name] = await redis.xadd(place.stream, {"n": 1})
        await redis.xgroup_create(place.stream, "group", id="0")
        if name != "c":
            await redis.xreadgroup("group", "owner", {place.stream: ">"})

    async def commit(names: str, *expect: Expect) -> Outcome:
        counted = Commit.of([("INCR", "bus:test:count")], expect=expect)
        return await committer.joint([(places[name], [ids[name]]) for name in names], counted, "group")

    async def pending() -> list[int]:
        return [(await redis.xpending(places[name].stream, "group"))["pending"] for name in "ab"]

    assert await commit("abc") is Outcome.ALREADY, "c was never read"
    assert await commit("ab", Expect.equals("bus:test:other", "1")) is Outcome.CONFLICT
    await redis.set(places["b"].lease.key, "another:2")
    assert await commit("ab") is Outcome.FENCED
    assert (await pending(), await redis.get("bus:test:count")) == ([1, 1], None)
    await redis.set(places["b"].lease.key, "b:1")
    assert await commit("ab") is Outcome.DONE
    assert await commit("ab") is Outcome.ALREADY
    assert (await pending(), await redis.get("bus:test:count")) == ([0, 0], b"1")
    await redis.aclose()


async def test_a_message_that_waits_holds_back_only_its_own_key(
    bus_factory: BusFactory, eventually: Eventually, nothing_pending: None
) -> None:
    first, other = withdrawn(1), withdrawn(2)
    order: list[tuple[str, int]] = []
    tries = 0

    async def handle(event: SubmissionWithdrawn) -> Commit:
        nonlocal tries
        if event.submission_id == first.submission_id and event.withdrawn_at == first.withdrawn_at:
            tries += 1
            if tries < 3:
                raise TryLater("not yet", after=0.3)
        order.append((event.submission_id, 0))
        return Commit()

    bus: Bus = bus_factory("submissions")
    bus.register({SUBMISSIONS_WITHDRAWN: handle})
    later = SubmissionWithdrawn(
        submission_id=first.submission_id, withdrawn_at=first.withdrawn_at + timedelta(days=1000)
    )
    async with bus.running():
        await bus.publish(first, later, other)
        await eventually(lambda: len(order) == 3)
    assert [x[0] for x in order] == [other.submission_id, first.submission_id, first.submission_id]


async def test_a_given_up_message_is_a_dead_letter_at_once_and_can_be_replayed(
    bus_factory: BusFactory, eventually: Eventually, nothing_pending: None
) -> None:
    mended = False
    seen: list[str] = []

    async def handle(event: SubmissionWithdrawn) -> Commit:
        if not mended:
            raise GiveUp("submission.unknown")
        seen.append(event.submission_id)
        return Commit()

    bus: Bus = bus_factory("submissions")
    bus.register({SUBMISSIONS_WITHDRAWN: handle})
    async with bus.running():
        await bus.publish(withdrawn(1))
        dead = SUBMISSIONS_WITHDRAWN.dead_key("submissions")
        await eventually(lambda: bus.redis.xlen(dead))
        (letter,) = [x async for x in letters(bus.redis, SUBMISSIONS_WITHDRAWN, "submissions")]
        assert letter.reason == "GiveUp: submission.unknown"
        mended = True
        assert await replay(bus.redis, SUBMISSIONS_WITHDRAWN, "submissions", letter.id)
        await eventually(lambda: len(seen) == 1)
        assert not await bus.redis.xlen(dead)


async def test_an_unmet_expectation_runs_the_handler_again_from_its_reads(
    bus_factory: BusFactory, eventually: Eventually, nothing_pending: None
) -> None:
    bus: Bus = bus_factory("submissions")

    async def handle(event: SubmissionWithdrawn) -> Commit:
        before = await bus.redis.get("submissions:count")
        if int(before or 0) == 3:  # a stranger's write comes between our read and our commit, once
            await bus.redis.set("submissions:count", 10)
        return Commit.of(
            [("SET", "submissions:count", int(before or 0) + 1)],
            expect=[Expect.equals("submissions:count", before)],
        )

    bus.register({SUBMISSIONS_WITHDRAWN: handle})
    async with bus.running():
        await bus.publish(*(withdrawn(n) for n in range(40)))

        async def all_counted() -> bool:
            return await bus.redis.get("submissions:count") == b"47"

        await eventually(all_counted)


async def test_a_commit_outside_a_handler_is_done_once(bus_factory: BusFactory) -> None:
    bus: Bus = bus_factory("gateway")
    commit = Commit.of([("SET", "gateway:k", "1", "EX", 60)], [withdrawn(1)], [Expect.absent("gateway:k")])
    async with bus.running():
        assert await bus.commit(commit) is Outcome.DONE
        assert await bus.commit(commit) is Outcome.CONFLICT
        lengths = [await bus.redis.xlen(key) for key in SUBMISSIONS_WITHDRAWN.partitions()]
    assert sum(lengths) == 1


async def test_a_follower_sees_the_snapshot_then_changes(
    bus_factory: BusFactory, eventually: Eventually
) -> None:
    def changed(n: int, state: State, revision: int) -> SubmissionChanged:
        token = Keys("x" * 32).token("t", str(n))
        return SubmissionChanged(
            submission_id=token, action="add", state=state, revision=revision, changed_at=now()
        )

    writer: Bus = bus_factory("submissions")
    reader: Bus = bus_factory("gateway")
    model: dict[str, State] = {}
    reader.follow(SUBMISSIONS_CHANGED, lambda m: model.__setitem__(m.submission_id, m.state))
    async with writer.running():
        await writer.publish(
            changed(1, State.RECEIVED, 1), changed(1, State.ACCEPTED, 2), changed(2, State.FORGOTTEN, 9)
        )
        for key in SUBMISSIONS_CHANGED.partitions():
            await writer.redis.xtrim(key, maxlen=0)
        async with reader.running():
            await eventually(lambda: reader.readiness().ready)
            assert list(model.values()) == [State.ACCEPTED]
            await writer.publish(changed(3, State.RECEIVED, 1))
            await eventually(lambda: len(model) == 2)


async def test_acknowledged_entries_are_trimmed_but_never_before_every_group_has_them(
    bus_factory: BusFactory, eventually: Eventually
) -> None:
    from shared.bus.scripts import Scripts
    from shared.bus.trim import trim

    bus: Bus = bus_factory("submissions")
    seen: list[str] = []

    async def handle(event: SubmissionWithdrawn) -> Commit:
        seen.append(event.submission_id)
        return Commit()

    bus.register({SUBMISSIONS_WITHDRAWN: handle})
    gateway: Bus = bus_factory("gateway")
    async with gateway.running():
        await gateway.publish(*(withdrawn(n) for n in range(10)))
    redis: Redis = gateway.redis
    assert await trim(Scripts(redis), SUBMISSIONS_WITHDRAWN) == 0
    async with bus.running():
        await eventually(lambda: len(seen) == 10)

        async def empty() -> bool:  # the service trims by itself too
            await trim(Scripts(bus.redis), SUBMISSIONS_WITHDRAWN)
            return sum([await bus.redis.xlen(key) for key in SUBMISSIONS_WITHDRAWN.partitions()]) == 0

        await eventually(empty)


async def test_a_service_cannot_read_what_the_registry_does_not_give_it(bus_factory: BusFactory) -> None:
    async def handle(event: SubmissionWithdrawn) -> Commit:
        return Commit()

    with pytest.raises(ValueError, match="not a registered consumer"):
        bus_factory("directory").register({REVIEWS_CLOSED: handle})


async def test_data_of_another_key_is_refused_before_anything_is_touched(
    bus_factory: BusFactory, settings: Settings
) -> None:
    async with bus_factory("gateway").running():
        pass
    stranger = Bus("gateway", settings.model_copy(update={"key": SecretStr("f" * 64)}))
    with pytest.raises(SettingsError, match="not the key"):
        async with stranger.running():
            pass
    await stranger.redis.aclose()
