"""What moderation does by the clock, through the real bus and a real Redis: grace, own words, age, nights."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.moderation.decide import closing, sweep
from services.moderation.decide.closing import CannotClose, lock_down, unlock
from services.moderation.store.names import DUE
from services.moderation.store.own import Own
from services.moderation.telegram.errors import Forbidden, Transient
from shared.bus import Commit, Outcome
from shared.contracts.telegram import Method, PersonObserved
from tests.integration.test_moderation_streams import BOT, House, said
from tests.moderation import ADMIN, ALES, CHAT, STRANGER, chat, file, membership, message, photo, raw, user

pytestmark = pytest.mark.usefixtures("nothing_pending")
HOUR = 3600
BEFORE = {
    "can_send_messages": True,
    "can_send_photos": False,
    "can_send_polls": True,
    "can_invite_users": True,
}


class Clock(House):
    """A house whose clock is set by hand; `allowed` is what Telegram says that a chat allows."""

    def __init__(self, bus: Any, settings: Any) -> None:
        super().__init__(bus, settings)
        self.desk: Any = bus.broker.context.get("desk")
        self.allowed: dict[str, bool] = dict(BEFORE)
        self.away: Exception | None = None
        self.linked: int | None = None
        asked = self.telegram.call

        async def call(method: str, params: Any = None, *, seconds: float = 15) -> Any:
            if method == "getChat":
                if self.away is not None:
                    raise self.away
                linked = {} if self.linked is None else {"linked_chat_id": self.linked}
                return chat(params["chat_id"]) | {"permissions": dict(self.allowed)} | linked
            return await asked(method, params, seconds=seconds)

        self.telegram.call = call  # type: ignore[method-assign]

    async def do(self, commit: Commit | None) -> Outcome | None:
        return None if commit is None else await self.bus.commit(commit)

    async def sweep(self, seconds: float = 0, sent: bytes | None = None) -> Outcome | None:
        async def was_sent(_action: str) -> bytes | None:
            return sent

        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        return await self.do(await sweep.sweep(self.desk, was_sent, moment))

    async def night(self, moment: datetime) -> Outcome | None:
        return await self.do(await closing.by_the_clock(self.desk, moment))

    def obey(self) -> dict[str, Any]:
        """Telegram does what it was asked for last."""
        self.allowed = dict(self.of(Method.SET_PERMISSIONS)[-1].params["permissions"])
        return self.allowed


@pytest.fixture
async def house(bus_factory, settings):
    bus = bus_factory("moderation")
    made = Clock(bus, settings)
    async with bus.running():
        yield made


async def waiting(house: Clock, count: int) -> bool:
    return await house.bus.redis.zcard(DUE) == count


async def known(house: Clock, eventually: Any) -> None:
    """The chat has been heard of."""
    await house.hear(said(900))
    await eventually(lambda: _ids(house))


async def _ids(house: Clock) -> bool:
    chats = house.store.chats
    return bool(await chats.ids([chats.key(CHAT)]))


# Grace.


async def test_a_picture_with_a_grace_goes_once_at_its_time(house, eventually):
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


async def test_who_dies_between_reading_and_committing_loses_nothing_and_doubles_nothing(house, eventually):
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


async def test_a_grace_that_is_over_after_dry_run_came_back_deletes_nothing(house, eventually):
    await house.set(dryrun="off", media__photo="delete", media__grace="1")
    await house.hear(said(1, photo=photo()))
    await eventually(lambda: waiting(house, 1))
    await house.set(dryrun="on")
    await house.sweep(61)
    assert await waiting(house, 0)
    assert house.deleted == []


# The bot's own messages, and age.


async def test_the_bots_own_messages_go_after_a_while(house, eventually):
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


async def test_what_is_older_than_wanted_goes_but_not_what_cannot_be_deleted(house, eventually):
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


async def test_admins_messages_stay_where_only_members_grow_old(house, eventually):
    await house.set(dryrun="off", older__hours="1", older__for="members")
    then = int(time.time()) - 2 * HOUR
    await house.hear(raw(message(1, at=then)), raw(message(2, at=then, who=ADMIN)))

    async def both() -> bool:
        return len(await house.store.chats.messages_since(CHAT, 1)) == 2

    await eventually(both)
    await house.do(await sweep.grow_old(house.desk, datetime.now(UTC)))
    await eventually(lambda: house.deleted == [1])


# Locks, strangers' commands and old updates, whole.


async def test_a_strangers_commands_cost_no_call_and_an_admins_are_heard(house, eventually):
    command = {"text": "/help", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}
    await house.set(dryrun="off", media__photo="delete")
    own = membership(user(BOT, is_bot=True), "member", "administrator", at=int(time.time()))
    await house.hear(raw(own, "my_chat_member"), said(1, photo=photo()))
    await eventually(lambda: house.deleted == [1])
    asked = house.telegram.asked.count("getChatMember")
    spoken = len(house.of(Method.SEND_MESSAGE))
    await house.hear(*(said(n, who=STRANGER, **command) for n in range(2, 40)), said(40, photo=photo()))
    await eventually(lambda: house.deleted == [1, 40])
    assert house.telegram.asked.count("getChatMember") == asked
    await house.hear(said(50, who=ADMIN, **command))
    await eventually(lambda: len(house.of(Method.SEND_MESSAGE)) == spoken + 1)


async def test_a_lock_warns_then_mutes_and_remembers_across_batches(house, eventually):
    await house.set(dryrun="off", lock__link="warn", warn__most="2")
    await house.hear(said(1, text="https://a.by"))
    await eventually(lambda: house.deleted == [1])
    assert house.of(Method.RESTRICT_MEMBER) == []
    await house.hear(said(2, text="https://b.by"))
    await eventually(lambda: house.of(Method.RESTRICT_MEMBER))
    (mute,) = house.of(Method.RESTRICT_MEMBER)
    assert mute.params["user_id"] == ALES
    assert 3500 < mute.params["until_date"] - time.time() < 3700
    assert not any(mute.params["permissions"].values())
    await eventually(
        lambda: [one.reasons for one in house.of(Method.SEND_MESSAGE)].count(("lock.link",)) == 2
    )
    assert (await house.store.chats.warned(CHAT, ALES)).steps == 1


async def test_updates_too_old_to_act_on_are_only_counted(house, eventually):
    await house.set(dryrun="off", media__photo="delete")
    old = int(time.time()) - 49 * HOUR
    await house.hear(
        raw(message(1, at=old, photo=photo())),
        raw(membership(user(STRANGER), "left", "member", at=old), "chat_member"),
        said(2, photo=photo()),
    )
    await eventually(lambda: house.deleted == [2])
    chats = house.store.chats
    assert await chats.messages_since(CHAT, 1) == [2]
    assert (
        await house.bus.redis.zscore(chats._names.of_chat("joined", CHAT), house.bus.keys.person(STRANGER))
        is None
    )


async def test_the_trace_of_a_new_owner_goes_only_after_an_admin_was_told(house, eventually):
    await house.set(dryrun="off", service__owner="delete")
    deps: Any = house.bus.broker.context.get("bot")
    await house.do(Commit.of(deps.store.talks(ADMIN, now_does=True)))
    await house.hear(said(7, who=ADMIN, chat_owner_changed={"new_owner": user(STRANGER)}))
    await eventually(lambda: waiting(house, 1))
    await house.sweep(10)
    assert house.deleted == []
    await house.sweep(20, sent=b"99")
    await eventually(lambda: house.deleted == [7])
    await eventually(lambda: [one.chat_id for one in house.of(Method.SEND_MESSAGE)].count(ADMIN) == 1)


async def test_where_no_admin_can_be_told_the_trace_stays(house, eventually):
    await house.set(dryrun="off", service__owner="delete", media__photo="delete")
    await house.hear(said(7, who=ADMIN, chat_owner_left={}), said(8, photo=photo()))
    await eventually(lambda: house.deleted == [8])
    assert await waiting(house, 0)


async def test_a_channel_is_no_stranger_before_telegram_was_asked(house, eventually):
    linked, other = -1_009_000_000_001, -1_009_000_000_002
    await house.set(dryrun="off", media__photo="delete")
    house.linked, house.away = linked, Transient("x")

    def posted(message_id: int, channel: int) -> dict[str, Any]:
        return said(message_id, sender_chat={"id": channel, "type": "channel"}, photo=photo())

    await house.hear(posted(1, linked))
    await asyncio.sleep(0.3)
    house.away = None
    await house.hear(posted(2, other), posted(3, linked))
    await eventually(lambda: house.deleted == [2], 20)
    assert (await house.store.chats.state(CHAT)).linked == house.bus.keys.person(linked)


# Nights.


def minsk(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Minsk"))


EVENING, MIDNIGHT = minsk("2026-11-22T21:59"), minsk("2026-11-22T22:00")
MORNING = minsk("2026-11-23T07:00")


async def test_a_night_takes_what_was_allowed_and_gives_exactly_that_back(house, eventually):
    await house.set(dryrun="off", night__hours="22:00-07:00")
    await known(house, eventually)
    assert await house.night(EVENING) is None
    await house.night(MIDNIGHT)
    await eventually(lambda: len(house.of(Method.SET_PERMISSIONS)) == 1)
    shut = house.obey()
    assert shut["can_invite_users"]
    assert not any(value for name, value in shut.items() if name != "can_invite_users")
    assert await house.night(MIDNIGHT + timedelta(hours=3)) is None
    assert (await house.store.chats.closed(CHAT)).night == int(MORNING.timestamp())
    await house.night(MORNING)
    await eventually(lambda: len(house.of(Method.SET_PERMISSIONS)) == 2)
    opened = house.obey()
    assert {name: opened[name] for name in BEFORE} == BEFORE
    assert not any(value for name, value in opened.items() if name not in BEFORE)
    await house.night(MORNING + timedelta(minutes=2))
    assert (await house.store.chats.closings.read(CHAT))[0] is None
    assert await house.night(MORNING + timedelta(minutes=3)) is None
    assert len(house.of(Method.SEND_MESSAGE)) == 2


async def test_what_an_admin_changed_in_the_night_stays_changed(house, eventually):
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
    house, bus_factory, settings, eventually
):
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


async def test_an_opening_that_telegram_refused_is_asked_for_again(house, eventually):
    await house.set(dryrun="off", night__hours="22:00-07:00", night__say="off")
    await known(house, eventually)
    await house.night(MIDNIGHT)
    await eventually(lambda: house.of(Method.SET_PERMISSIONS))
    house.obey()
    await house.night(MORNING)
    await house.night(MORNING + timedelta(seconds=61))
    await eventually(lambda: len(house.of(Method.SET_PERMISSIONS)) == 3)
    assert {n: house.obey()[n] for n in BEFORE} == BEFORE


async def test_a_chat_that_cannot_be_looked_up_is_closed_later_and_holds_nobody_up(house, eventually):
    await house.set(dryrun="off", night__hours="22:00-07:00", night__say="off")
    await known(house, eventually)
    for error in (Transient("x"), Forbidden("chat.kicked")):
        house.away = error
        assert await house.night(MIDNIGHT) is None
    house.away = None
    await house.night(MIDNIGHT + timedelta(seconds=10))
    await eventually(lambda: house.of(Method.SET_PERMISSIONS))


async def test_in_dry_run_no_chat_is_closed_and_the_night_is_named_once(house, eventually):
    await house.set(night__hours="22:00-07:00")
    await known(house, eventually)
    await house.night(MIDNIGHT)
    await house.night(MIDNIGHT + timedelta(minutes=30))
    await eventually(lambda: house.of(Method.SEND_MESSAGE))
    assert house.of(Method.SET_PERMISSIONS) == []
    assert len(house.of(Method.SEND_MESSAGE)) == 1


async def test_a_lock_down_holds_until_it_is_lifted_and_cuts_a_night_short(house, eventually):
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


# Moving.


async def test_a_group_that_becomes_a_supergroup_takes_everything_along(house, eventually):
    old, new = -4_343, -1_009_994_343
    await house.set(
        old, dryrun="off", media__photo="delete", media__grace="1", older__hours="6", night__hours="22-7"
    )
    now = int(time.time())
    there = {"chat": chat(old, "group")}
    await house.hear(
        raw(message(1, at=now, photo=photo()) | there),
        raw(message(2, at=now - 7 * HOUR) | there),
        raw(message(3, at=now, video=file()) | there),
    )
    await eventually(lambda: waiting(house, 1))
    await house.do(Commit.of(house.store.chats.trust(old, ALES, now)))
    person = house.bus.keys.person(ALES)
    observed = PersonObserved(
        person=person, chat=house.bus.keys.person(old), chat_id=old, user_id=ALES, kind="joined",
        observed_at=datetime.now(UTC),
    )  # fmt: skip
    await house.bus.publish(observed)

    async def standing() -> bool:
        return bool((await house.store.people.load([person]))[person].chats)

    await eventually(standing)
    await house.hear(raw(message(4, at=now, migrate_to_chat_id=new) | there))
    chats = house.store.chats

    async def there_now() -> bool:
        return await chats.messages_since(new, 1) == [2, 1, 3, 4]

    await eventually(there_now)
    assert await chats.ids([chats.key(old)]) == {chats.key(old): new}
    assert await chats.closings.nightly() == [chats.key(new)] == await chats.closings.aging()
    kept = (await house.store.people.load([person]))[person]
    assert {key: one.chat_id for key, one in kept.chats.items()} == {chats.key(new): new}
    await house.sweep(61)
    await house.do(await sweep.grow_old(house.desk, datetime.now(UTC)))
    await eventually(lambda: house.deleted == [1, 2])
    assert {action.chat_id for action in house.of(Method.DELETE_MESSAGES)} == {new}
    left = [key for key in await house.bus.redis.keys("*") if chats.key(old).encode() in key]
    assert not [
        key for key in left if b":updates" not in key and b":audit:" not in key and b":moved:" not in key
    ]
