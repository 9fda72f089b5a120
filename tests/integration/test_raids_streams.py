"""Waves and companies of people, through the real bus and a real Redis."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from services.moderation.domain.raids import Door
from services.moderation.raids.watch import open_doors
from shared.bus import Commit
from shared.clock import now, unix
from shared.contracts.telegram import Method, TelegramAction
from shared.settings import Settings
from tests.conftest import BusFactory, Eventually
from tests.house import House, came
from tests.moderation import ADMIN, CHAT, STRANGER, chat, membership, raw, user

pytestmark = pytest.mark.usefixtures("nothing_pending")


@pytest.fixture
async def house(bus_factory: BusFactory, settings: Settings) -> AsyncIterator[House]:
    bus = bus_factory("moderation")
    made = House(bus, settings)
    async with bus.running():
        yield made


def wave(count: int, first: int = 6_100_000_001) -> list[dict[str, Any]]:
    return [came(first + n) for n in range(count)]


async def test_a_wave_is_told_once_and_its_newcomers_are_silent_for_a_while(
    house: House, eventually: Eventually
) -> None:
    await house.set(dryrun="off", raid__action="restrict", raid__joins="5")
    await house.hear(*wave(7))
    await eventually(lambda: len(house.of(Method.RESTRICT_MEMBER)) == 7)
    restricted = house.of(Method.RESTRICT_MEMBER)
    assert {one.params["user_id"] for one in restricted} == {6_100_000_001 + n for n in range(7)}
    assert all(
        now().timestamp() + 1500 < one.params["until_date"] < now().timestamp() + 2000 for one in restricted
    )
    assert not any(one.params["permissions"]["can_send_messages"] for one in restricted)
    said_of_it = [one for one in house.of(Method.SEND_MESSAGE) if one.action_id.startswith("wave:")]
    assert len(said_of_it) == 1
    await house.hear(came(6_200_000_001))
    await eventually(lambda: len(house.of(Method.RESTRICT_MEMBER)) == 8)
    assert house.banned == []


async def test_in_dry_run_and_by_default_a_wave_is_only_told(house: House, eventually: Eventually) -> None:
    await house.set(raid__action="restrict", raid__joins="5")
    await house.set(CHAT - 1, dryrun="off", raid__joins="5")
    await house.hear(*wave(6), *(came(6_300_000_000 + n, CHAT - 1) for n in range(6)))

    def told() -> list[TelegramAction]:
        return [one for one in house.of(Method.SEND_MESSAGE) if one.action_id.startswith("wave:")]

    await eventually(lambda: len(told()) == 2)
    assert house.of(Method.RESTRICT_MEMBER) == []


async def test_in_a_basic_group_nobody_is_silenced_and_nobody_is_said_to_be(
    house: House, eventually: Eventually
) -> None:
    await house.set(dryrun="off", raid__action="restrict", raid__joins="5", language="en")
    joins = wave(6)
    for update in joins:
        update["chat_member"]["chat"] = chat(kind="group")
    await house.hear(*joins)
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    (told,) = house.of(Method.SEND_MESSAGE)
    assert "nobody can be muted in a basic group" in told.params["text"]
    assert "raid.action" not in told.params["text"]
    assert house.of(Method.RESTRICT_MEMBER) == []


async def evidence(house: House, user_id: int) -> set[str]:
    person = house.bus.keys.person(user_id)
    found = (await house.store.people.load({person}))[person]
    return {reason for one in found.chats.values() for reason in one.evidence}


async def test_a_few_who_come_together_are_remembered_as_that_and_nobody_is_told(
    house: House, eventually: Eventually
) -> None:
    await house.hear(*wave(3))
    await house.hear(*wave(2, 6_200_000_001))
    together = (6_100_000_001, 6_100_000_003, 6_200_000_002)
    for user_id in together:
        await eventually(partial(evidence, house, user_id))
        assert await evidence(house, user_id) == {"company"}
    await house.hear(*wave(1, 6_300_000_001))
    await eventually(partial(evidence, house, 6_300_000_001))
    assert house.of(Method.SEND_MESSAGE) == house.of(Method.RESTRICT_MEMBER) == []


async def test_the_door_opens_again_when_it_is_quiet(house: House, eventually: Eventually) -> None:
    await house.set(dryrun="off", raid__joins="5")
    await house.hear(*wave(6))
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    desk, waves, at = house.desk, house.store.waves, int(unix())
    assert await open_doors(desk, waves, at) is None
    opened = await open_doors(desk, waves, at + 1900)
    assert opened is not None
    await house.bus.commit(opened)
    await eventually(lambda: len(house.of(Method.SEND_MESSAGE)) == 2)
    assert "6" in house.of(Method.SEND_MESSAGE)[1].params["text"]
    assert await open_doors(desk, waves, at + 1900) is None


async def test_admins_and_people_let_in_by_admins_are_no_part_of_a_wave(
    house: House, eventually: Eventually
) -> None:
    await house.set(dryrun="off", raid__action="restrict", raid__joins="5")
    approved = membership(user(STRANGER), "left", "member", at=int(unix()))
    approved |= {"from": user(ADMIN), "via_join_request": True, "chat": chat(CHAT)}
    await house.hear(came(ADMIN), raw(approved, "chat_member"), *wave(5))
    await eventually(lambda: len(house.of(Method.RESTRICT_MEMBER)) == 5)
    assert STRANGER not in {one.params["user_id"] for one in house.of(Method.RESTRICT_MEMBER)}


async def test_who_comes_when_the_door_is_about_to_open_is_not_silent_for_ever(
    house: House, eventually: Eventually
) -> None:
    await house.set(dryrun="off", raid__action="restrict", raid__joins="5", raid__minutes="1")
    at, waves = int(unix()), house.store.waves
    await house.bus.commit(Commit.of(waves.door(CHAT, Door(at - 1700, at + 8, 9, "restrict"), (), at)))
    await house.hear(came(STRANGER))
    await eventually(lambda: house.of(Method.RESTRICT_MEMBER))
    (muted,) = house.of(Method.RESTRICT_MEMBER)
    assert 60 <= muted.params["until_date"] - unix() < 120
