"""Nights and lock-downs: what was allowed is given back exactly."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.moderation.decide import closing
from services.moderation.decide.lockdown import CannotClose, lock_down, unlock
from services.moderation.telegram.errors import Forbidden, Transient
from shared.bus import Outcome
from shared.contracts.telegram import Method
from shared.settings import Settings
from tests.conftest import BusFactory, Eventually
from tests.house import BEFORE, Clock, known
from tests.moderation import CHAT
from tests.sure import sure

pytestmark = pytest.mark.usefixtures("nothing_pending")


MINSK = ZoneInfo("Europe/Minsk")
DAY = datetime(2026, 11, 22, tzinfo=MINSK)
EVENING, MIDNIGHT = DAY + timedelta(hours=21, minutes=59), DAY + timedelta(hours=22)
MORNING = DAY + timedelta(days=1, hours=7)


async def test_a_night_takes_what_was_allowed_and_gives_exactly_that_back(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", night__hours="22:00-07:00")
    await known(house, eventually)
    assert await house.night(EVENING) is None
    await house.night(MIDNIGHT)
    await eventually(lambda: len(house.of(Method.SET_PERMISSIONS)) == 1)
    shut = house.obey()
    assert shut["can_invite_users"]
    assert not any(value for name, value in shut.items() if name != "can_invite_users")
    assert await house.night(MIDNIGHT + timedelta(hours=3)) is None
    assert sure(await house.store.chats.closed(CHAT)).night == int(MORNING.timestamp())
    await house.night(MORNING)
    await eventually(lambda: len(house.of(Method.SET_PERMISSIONS)) == 2)
    opened = house.obey()
    assert {name: opened[name] for name in BEFORE} == BEFORE
    assert not any(value for name, value in opened.items() if name not in BEFORE)
    await house.night(MORNING + timedelta(minutes=2))
    assert (await house.store.chats.closings.read(CHAT))[0] is None
    assert await house.night(MORNING + timedelta(minutes=3)) is None
    assert len(house.of(Method.SEND_MESSAGE)) == 2


async def test_what_an_admin_changed_in_the_night_stays_changed(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", night__hours="22:00-07:00", night__say="off")
    await known(house, eventually)
    await house.night(MIDNIGHT)
    await eventually(lambda: house.of(Method.SET_PERMISSIONS))
    house.obey()
    house.allowed |= {"can_invite_users": False, "can_send_photos": True}
    await house.night(MORNING)
    await eventually(lambda: len(house.of(Method.SET_PERMISSIONS)) == 2)
    assert {n: house.obey()[n] for n in BEFORE} == BEFORE | {
        "can_invite_users": False,
        "can_send_photos": True,
    }


async def test_a_service_that_died_in_the_night_gives_back_what_another_took(
    house: Clock, bus_factory: BusFactory, settings: Settings, eventually: Eventually
) -> None:
    await house.set(dryrun="off", night__hours="22:00-07:00", night__say="off")
    await known(house, eventually)
    commit = await closing.by_the_clock(house.desk, MIDNIGHT)
    assert await house.do(commit) is Outcome.DONE
    assert await house.do(commit) is Outcome.CONFLICT  # a second replica that decided the same
    await eventually(lambda: house.of(Method.SET_PERMISSIONS))
    house.obey()
    other = Clock(bus_factory("moderation"), settings)
    other.allowed = house.allowed
    await house.do(await closing.by_the_clock(other.desk, MORNING))
    await eventually(lambda: len(house.of(Method.SET_PERMISSIONS)) == 2)
    assert {n: house.obey()[n] for n in BEFORE} == BEFORE


async def test_an_opening_that_telegram_refused_is_asked_for_again(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", night__hours="22:00-07:00", night__say="off")
    await known(house, eventually)
    await house.night(MIDNIGHT)
    await eventually(lambda: house.of(Method.SET_PERMISSIONS))
    house.obey()
    await house.night(MORNING)
    await house.night(MORNING + timedelta(seconds=61))
    await eventually(lambda: len(house.of(Method.SET_PERMISSIONS)) == 3)
    assert {n: house.obey()[n] for n in BEFORE} == BEFORE


async def test_a_chat_that_cannot_be_looked_up_is_closed_later_and_holds_nobody_up(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", night__hours="22:00-07:00", night__say="off")
    await known(house, eventually)
    for error in (Transient("x"), Forbidden("chat.kicked")):
        house.away = error
        assert await house.night(MIDNIGHT) is None
    house.away = None
    await house.night(MIDNIGHT + timedelta(seconds=10))
    await eventually(lambda: house.of(Method.SET_PERMISSIONS))


async def test_in_dry_run_no_chat_is_closed_and_the_night_is_named_once(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(night__hours="22:00-07:00")
    await known(house, eventually)
    await house.night(MIDNIGHT)
    await house.night(MIDNIGHT + timedelta(minutes=30))
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    assert house.of(Method.SET_PERMISSIONS) == []
    assert len(house.of(Method.SEND_MESSAGE)) == 1


async def test_a_lock_down_holds_until_it_is_lifted_and_cuts_a_night_short(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", night__hours="22:00-07:00", night__say="off")
    await known(house, eventually)
    chats = house.store.chats
    await house.do(await lock_down(chats, house.telegram, CHAT, EVENING, until=None, by="admin abcd"))
    await eventually(lambda: house.of(Method.SET_PERMISSIONS))
    house.obey()
    await house.night(MIDNIGHT)
    await house.do(await unlock(chats, house.telegram, CHAT, MIDNIGHT + timedelta(hours=1), by="admin abcd"))
    await eventually(lambda: len(house.of(Method.SET_PERMISSIONS)) == 2)
    assert {n: house.obey()[n] for n in BEFORE} == BEFORE
    await house.night(MIDNIGHT + timedelta(hours=2))
    assert await chats.closed(CHAT) is None
    assert len(house.of(Method.SET_PERMISSIONS)) == 2
    house.away = Transient("x")
    with pytest.raises(CannotClose):
        await lock_down(chats, house.telegram, CHAT, MORNING, until=None, by="")
