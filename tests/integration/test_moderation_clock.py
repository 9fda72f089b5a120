"""What moderation does by the clock, through the real bus and a real Redis: grace, own words, age."""

from datetime import timedelta

import pytest

from services.moderation.decide import sweep
from services.moderation.domain.raids import Door
from services.moderation.store.own import Own
from shared.bus import Commit
from shared.clock import now, unix
from shared.contracts.telegram import Method
from shared.settings import Settings
from tests.conftest import BusFactory, Eventually
from tests.house import HOUR, Clock, known, said, waiting
from tests.moderation import ADMIN, ALES, CHAT, message, photo, raw, user

pytestmark = pytest.mark.usefixtures("nothing_pending")


async def test_a_picture_with_a_grace_goes_once_at_its_time(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", media__photo="delete", media__grace="15")
    await house.hear(said(1, photo=photo()), said(2, text="x"))
    await eventually(lambda: waiting(house, 1))
    await house.sweep(890)
    assert await waiting(house, 1)
    await house.sweep(901)
    await house.sweep(902)
    await eventually(lambda: house.deleted == [1])
    assert await waiting(house, 0)
    assert len(house.of(Method.DELETE_MESSAGES)) == 1


async def test_who_dies_between_reading_and_committing_loses_nothing_and_doubles_nothing(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", media__photo="delete", media__grace="1")
    await house.hear(said(1, photo=photo()))
    await eventually(lambda: waiting(house, 1))

    async def was_sent(_action: str) -> bytes | None:
        return None

    later = now() + timedelta(seconds=61)
    assert await sweep.sweep(house.desk, was_sent, later) is not None  # and then it was killed
    assert await waiting(house, 1)
    await house.sweep(62)
    await eventually(lambda: house.deleted == [1])
    assert await house.sweep(63) is None


async def test_a_grace_that_is_over_after_dry_run_came_back_deletes_nothing(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", media__photo="delete", media__grace="1")
    await house.hear(said(1, photo=photo()))
    await eventually(lambda: waiting(house, 1))
    await house.set(dryrun="on")
    await house.sweep(61)
    assert await waiting(house, 0)
    assert house.deleted == []


async def test_the_bots_own_messages_go_after_a_while(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", own__minutes="5")
    await known(house, eventually)
    now = int(unix())
    await house.do(Commit.of(Own(house.bus.redis, house.bus.keys).sent(CHAT, 50, now)))
    await house.sweep(61)
    assert await waiting(house, 1)
    await house.sweep(299)
    assert house.deleted == []
    await house.sweep(301)
    await eventually(lambda: house.deleted == [50])
    assert await waiting(house, 0)


async def test_what_is_older_than_wanted_goes_but_not_what_cannot_be_deleted(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", older__hours="6")
    now = int(unix())
    ages = {1: 47, 2: 7, 3: 5, 4: 6.01}
    await house.hear(*(raw(message(n, at=now - int(h * HOUR))) for n, h in ages.items()), said(9, who=ADMIN))

    async def all_indexed() -> bool:
        return len(await house.store.chats.messages_since(CHAT, 1, int(unix()))) == 5

    await eventually(all_indexed)
    await house.do(await sweep.grow_old(house.desk, house.bus.now()))
    await eventually(lambda: house.deleted == [1, 2, 4])
    await house.do(await sweep.grow_old(house.desk, house.bus.now()))
    assert len(house.of(Method.DELETE_MESSAGES)) == 1
    assert await house.store.chats.messages_since(CHAT, 1, int(unix())) == [3, 9]


async def test_admins_messages_stay_where_only_members_grow_old(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", older__hours="1", older__for="members")
    then = int(unix()) - 2 * HOUR
    await house.hear(raw(message(1, at=then)), raw(message(2, at=then, who=ADMIN)))

    async def both() -> bool:
        return len(await house.store.chats.messages_since(CHAT, 1, int(unix()))) == 2

    await eventually(both)
    await house.do(await sweep.grow_old(house.desk, house.bus.now()))
    await eventually(lambda: house.deleted == [1])


@pytest.mark.parametrize("ahead", [timedelta(minutes=70), timedelta(days=300), -timedelta(days=300)])
async def test_redis_may_have_another_clock_than_we(
    bus_factory: BusFactory, settings: Settings, eventually: Eventually, ahead: timedelta
) -> None:
    """What was said is found, and forgotten in its time: Redis only counts how long each key has lived."""
    house = Clock(bus_factory("moderation", now=lambda: now() + ahead), settings)
    at, chats = int(house.bus.now().timestamp()), house.store.chats
    async with house.bus.running():
        await house.set(dryrun="off")
        await house.hear(raw(message(1, at=at) | {"from": user(ALES, username="Ales")}))

        async def found() -> bool:
            return await chats.messages_since(CHAT, 1, at) == [1]

        await eventually(found)
        assert await chats.messages_of(CHAT, ALES, at) == [1]
        assert await chats.person_named(CHAT, "@ales", at) == ALES
        await house.do(Commit.of(house.store.waves.door(CHAT, Door(at, at + 1800, 10), ["p"], at)))
        assert (await house.store.waves.load(CHAT, at)).door.until == at + 1800
        await house.do(Commit.of(chats.closings.awake(CHAT, at + HOUR, at)))
        assert (await chats.closings.read(CHAT))[1] == at + HOUR
        lives = {
            what: await house.bus.redis.ttl((await house.bus.redis.keys(f"moderation:*:{what}:*"))[0])
            for what in ("index", "named", "door", "awake")
        }
    most = {"index": 49 * HOUR, "named": 48 * HOUR, "door": 24.5 * HOUR, "awake": HOUR + 60}
    least = {"index": 48 * HOUR, "named": 24 * HOUR, "door": 24.5 * HOUR, "awake": HOUR + 60}
    assert all(least[what] - 60 < life <= most[what] for what, life in lives.items()), lives
