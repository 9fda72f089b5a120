"""What moderation does by the clock, through the real bus and a real Redis: grace, own words, age."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from services.moderation.decide import sweep
from services.moderation.store.own import Own
from shared.bus import Commit
from shared.contracts.telegram import Method
from tests.conftest import Eventually
from tests.house import HOUR, Clock, known, said, waiting
from tests.moderation import ADMIN, CHAT, message, photo, raw

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

    later = datetime.now(UTC) + timedelta(seconds=61)
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
    now = int(time.time())
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
    now = int(time.time())
    ages = {1: 47, 2: 7, 3: 5, 4: 6.01}
    await house.hear(*(raw(message(n, at=now - int(h * HOUR))) for n, h in ages.items()), said(9, who=ADMIN))

    async def all_indexed() -> bool:
        return len(await house.store.chats.messages_since(CHAT, 1)) == 5

    await eventually(all_indexed)
    await house.do(await sweep.grow_old(house.desk, datetime.now(UTC)))
    await eventually(lambda: house.deleted == [1, 2, 4])
    await house.do(await sweep.grow_old(house.desk, datetime.now(UTC)))
    assert len(house.of(Method.DELETE_MESSAGES)) == 1
    assert await house.store.chats.messages_since(CHAT, 1) == [3, 9]


async def test_admins_messages_stay_where_only_members_grow_old(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", older__hours="1", older__for="members")
    then = int(time.time()) - 2 * HOUR
    await house.hear(raw(message(1, at=then)), raw(message(2, at=then, who=ADMIN)))

    async def both() -> bool:
        return len(await house.store.chats.messages_since(CHAT, 1)) == 2

    await eventually(both)
    await house.do(await sweep.grow_old(house.desk, datetime.now(UTC)))
    await eventually(lambda: house.deleted == [1])
