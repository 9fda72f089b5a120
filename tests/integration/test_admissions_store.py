"""What is kept of which chats are heard, and how it is read."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from services.moderation.domain.admission import ADMINS_KEPT, DAY, Admission, decided
from services.moderation.store.admissions import AdmissionStore
from services.moderation.store.names import ADMISSIONS
from shared.bus import Bus, Commit, Outcome
from tests.conftest import BusFactory
from tests.stored import stored

NOW = 1_790_000_000
ADMIN, OTHER = 5_000_000_001, 5_000_000_002


@pytest.fixture
async def bus(bus_factory: BusFactory) -> AsyncIterator[Bus]:
    made = bus_factory("moderation")
    async with made.running():
        yield made


@pytest.fixture
def store(bus: Bus) -> AdmissionStore:
    return AdmissionStore(bus.redis, bus.keys)


async def know(bus: Bus, store: AdmissionStore, chat: str, *people: int, at: int = NOW) -> None:
    admission = decided(Admission(), "known", "operator", at)
    writes = [*store.save(chat, admission, is_felt=True), *await store.learnt(chat, store.tokens(people), at)]
    assert await bus.commit(Commit.of(writes=writes)) is Outcome.DONE
    await store.current()


async def test_admissions_are_read_anew_only_when_they_have_changed(bus: Bus, store: AdmissionStore) -> None:
    await know(bus, store, "a", ADMIN)
    first = await store.current()
    assert first.is_known("a")
    assert await store.current() is first
    await bus.commit(Commit.of(writes=store.save("g", Admission(), is_felt=False)))
    assert await store.current() is first  # a guest changes nothing for others
    await bus.commit(Commit.of(writes=store.save("a", Admission("blocked"), is_felt=True)))
    assert (await store.current()).state("a") == "blocked"


async def test_what_was_decided_by_admissions_that_have_changed_is_not_committed(
    bus: Bus, store: AdmissionStore
) -> None:
    await know(bus, store, "a", ADMIN)
    by_then = store.unchanged()
    other = AdmissionStore(bus.redis, bus.keys)
    await bus.commit(Commit.of(writes=other.save("a", Admission("guest"), is_felt=True)))
    assert await bus.commit(Commit.of(expect=[by_then])) is Outcome.CONFLICT


async def test_who_was_an_admin_lately_still_joins_chats_and_is_forgotten_in_the_end(
    bus: Bus, store: AdmissionStore
) -> None:
    await know(bus, store, "a", ADMIN)
    await know(bus, store, "b", ADMIN, OTHER)
    assert (await store.current()).team("b") == "a"
    for at, together in ((NOW + DAY, True), (NOW + ADMINS_KEPT + DAY, False)):
        await know(bus, store, "b", OTHER, at=at)
        await know(bus, store, "a", ADMIN, at=at)
        found = await store.current()
        assert (found.team("a") == found.team("b")) is together


async def test_the_same_list_of_admins_again_changes_nothing_for_others(
    bus: Bus, store: AdmissionStore
) -> None:
    await know(bus, store, "a", ADMIN)
    before = await bus.redis.hget(ADMISSIONS, "version")
    for hours in (1, 30, 90):
        await bus.commit(Commit.of(writes=await store.learnt("a", store.tokens([ADMIN]), NOW + 3600 * hours)))
    assert await bus.redis.hget(ADMISSIONS, "version") == before
    assert (await store.all()).led["a"] == dict.fromkeys(store.tokens([ADMIN]), NOW + 3600 * 90)


async def test_of_the_admins_only_opaque_tokens_are_kept_and_those_sealed(
    bus: Bus, store: AdmissionStore
) -> None:
    await know(bus, store, "a", ADMIN, OTHER)
    everything = b" ".join((await stored(bus.redis)).values())
    for one in (ADMIN, OTHER):
        (token,) = store.tokens([one])
        for found in (str(one), token, bus.keys.person(one)):
            assert found.encode() not in everything
        assert token != bus.keys.person(one)
    assert b"known" not in everything


async def test_whoever_is_due_is_looked_up_the_longest_waiting_first(bus: Bus, store: AdmissionStore) -> None:
    await know(bus, store, "a", ADMIN)
    await know(bus, store, "b", ADMIN, at=NOW + 60)
    assert await store.due(NOW, 5) == []
    assert await store.due(NOW + DAY, 5) == ["a", "b"]
    assert await store.due(NOW + DAY, 1) == ["a"]
    await bus.commit(Commit.of(writes=store.look_soon("b")))
    assert await store.due(NOW, 5) == ["b"]


@pytest.mark.parametrize(
    ("was", "there", "state"),
    [
        (Admission("blocked", NOW, by="operator"), None, "blocked"),
        (Admission("blocked", NOW, by="operator"), Admission("guest", NOW + 9), "blocked"),
        (Admission("known", 0, by="operator"), Admission("guest", NOW + 9), "known"),
        (Admission("guest", NOW), Admission("known", NOW + 9, by="operator"), "known"),
        (Admission("guest", NOW, by="operator"), Admission("guest", NOW + 9), "guest"),
    ],
)
async def test_what_was_decided_of_a_group_holds_for_the_supergroup(
    bus: Bus, store: AdmissionStore, was: Admission, there: Admission | None, state: str
) -> None:
    writes = [*store.save("old", was, is_felt=True), *await store.learnt("old", store.tokens([ADMIN]), NOW)]
    writes += store.save("new", there, is_felt=True) if there else []
    await bus.commit(Commit.of(writes=writes))
    await bus.commit(await store.move("old", "new"))
    found = await store.all()
    assert found.admissions.chats.keys() == {"new"}
    moved = found.admissions.chats["new"]
    assert (moved.state, moved.came, bool(moved.by)) == (state, was.came, True)
    assert found.led["new"] == dict.fromkeys(store.tokens([ADMIN]), NOW)
    assert await store.due(NOW + DAY, 5) == ["new"]


async def test_what_nobody_can_read_is_as_if_nothing_had_been_decided(
    bus: Bus, store: AdmissionStore, redis_url: str
) -> None:
    await know(bus, store, "a", ADMIN)
    async with Redis.from_url(redis_url) as redis:
        await redis.hset(ADMISSIONS, "a", b"broken")
        await redis.hset(ADMISSIONS, "a:admins", b"broken")
    found = await store.all()
    assert found.admissions.state("a") == "guest"
    assert found.led["a"] == {}
