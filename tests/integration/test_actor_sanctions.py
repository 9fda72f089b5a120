"""Sanctions at the moment of the call: what stands is asked for, and nothing that stands gets weaker.

A real Redis, the simulator's rules for members, a clock that is set by hand.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from services.moderation.domain.membership import FOR_EVER, Membership, banning, muting
from services.moderation.domain.permissions import FREE, MUTED
from services.moderation.telegram.actor import Actor, on_action
from services.moderation.telegram.audit import AuditEntry
from services.moderation.telegram.calls import Calls, Unanswered
from services.moderation.telegram.errors import RetryAfter, Transient
from services.moderation.telegram.pacing import Gathering
from services.moderation.telegram.store import ActorStore
from services.moderation.telegram.undo import Undo, code_of
from shared.bus import Commit, TryLater
from shared.bus.commit import Overtaking
from shared.contracts.telegram import (
    PLACE_AT,
    PLACE_UNTIL,
    PLACE_WHY,
    FollowUp,
    Method,
    TelegramAction,
)
from shared.keys import Keys
from tests.members import LOOK, Members
from tests.sure import as_a, sure
from tests.unit.test_simulator_refusals import BOT, CHANNEL, OTHER_ADMIN, PERSON, STRANGER, SUPERGROUP

KEYS = Keys("k" * 32)
HOUR, DAY = 3_600, 86_400
PHOTOLESS = FREE | {"can_send_photos": False}
HARM = ("banChatMember", "restrictChatMember", "unbanChatMember")


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def telegram() -> Members:
    return Members()


@pytest.fixture
def actor(telegram: Members, redis: Redis) -> Actor:
    return made(telegram, redis)


def made(telegram: Members, redis: Redis) -> Actor:
    """An actor's process begins."""

    async def no_sleep(_: float) -> None:
        await asyncio.sleep(0)

    store = ActorStore(redis, KEYS)
    calls = Calls(telegram, store, sleep=no_sleep, jitter=lambda low, _: low)
    return Actor(calls, store, KEYS, BOT, now=telegram.now, gathering=Gathering(longest=0))


def action(
    actor: Actor, method: Method, params: dict[str, Any], name: str = "a", **more: Any
) -> TelegramAction:
    now = actor.now()
    return TelegramAction(
        action_id=name, chat_id=SUPERGROUP, method=method, params=params, reasons=("lock.link",),
        decided_at=now, expires_at=now + timedelta(days=1), **more,
    )  # fmt: skip


def end(actor: Actor, seconds: int | None) -> int | None:
    return None if seconds is None else int(actor.now().timestamp()) + seconds


def mute(actor: Actor, seconds: int | None = HOUR, who: int = PERSON, name: str = "mute") -> TelegramAction:
    return action(actor, Method.RESTRICT_MEMBER, muting(who, end(actor, seconds)), name)


def ban(actor: Actor, seconds: int | None = None, who: int = PERSON, name: str = "ban") -> TelegramAction:
    return action(actor, Method.BAN_MEMBER, banning(who, end(actor, seconds)), name)


def unmute(actor: Actor, name: str = "unmute") -> TelegramAction:
    return action(actor, Method.RESTRICT_MEMBER, {"user_id": PERSON, "permissions": FREE}, name)


def unban(actor: Actor, name: str = "unban") -> TelegramAction:
    return action(actor, Method.UNBAN_MEMBER, {"user_id": PERSON}, name)


async def carried_out(actor: Actor, redis: Any, *actions: TelegramAction) -> list[Commit]:
    """Run, apply the writes as the bus would, and answer the commits."""
    commits = [as_a(Commit, answer) for answer in await on_action(list(actions), actor)]
    for commit in commits:
        for write in commit.writes:
            await redis.execute_command(*write)
    return commits


async def waits(actor: Actor, redis: Redis, *actions: TelegramAction) -> float:
    """Nothing is carried out; until Telegram's limit is over, in seconds."""
    answers = await on_action(list(actions), actor)
    after = [as_a(TryLater, answer).after for answer in answers]
    async for key in redis.scan_iter("moderation:hold:*"):
        await redis.delete(key)
    return max(after)


async def logged(actor: Actor) -> AuditEntry:
    """The newest line of the log."""
    return (await actor.store.audited(SUPERGROUP))[0]


# What stands.


async def test_a_mute_never_ends_a_ban(actor: Actor, telegram: Members, redis: Redis) -> None:
    telegram.by_hand("ban", PERSON)
    await carried_out(actor, redis, mute(actor), unmute(actor))
    assert telegram.place(PERSON).status == "kicked"
    assert telegram.log == [LOOK, LOOK]
    lines = await actor.store.audited(SUPERGROUP)
    assert {(one.outcome, one.detail, one.until) for one in lines} == {("withheld", "ban.stands", FOR_EVER)}


async def test_a_ban_that_ends_sooner_leaves_the_longer_one(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.by_hand("ban", PERSON, 60 * DAY)
    stood = telegram.place(PERSON).until
    await carried_out(actor, redis, ban(actor, 30 * DAY))
    assert telegram.place(PERSON).until == stood
    line = await logged(actor)
    assert (line.outcome, line.detail, line.until) == ("withheld", "ban.longer", stood)
    await carried_out(actor, redis, ban(actor, None, name="for good"))
    assert telegram.place(PERSON).until == FOR_EVER
    assert (await logged(actor)).outcome == "done"


async def test_a_shorter_mute_leaves_the_longer_one_and_a_longer_one_replaces_it(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    await carried_out(actor, redis, mute(actor, DAY), mute(actor, HOUR, name="short"))
    line = await logged(actor)
    assert (line.outcome, line.detail, line.until) == ("withheld", "mute.longer", end(actor, DAY))
    assert telegram.place(PERSON).until == end(actor, DAY)
    await carried_out(actor, redis, mute(actor, 2 * DAY, name="long"))
    assert telegram.place(PERSON).until == end(actor, 2 * DAY)


async def test_no_pictures_for_good_outlives_a_mute_for_an_hour(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.by_hand("restrict", PERSON, permissions=PHOTOLESS)
    await carried_out(actor, redis, mute(actor))
    line = await logged(actor)
    assert (line.outcome, line.detail, line.until) == ("withheld", "restriction.longer", FOR_EVER)
    assert telegram.place(PERSON).permissions == PHOTOLESS


async def test_a_mute_over_a_shorter_restriction_takes_everything_and_is_taken_back_to_it(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.by_hand("restrict", PERSON, HOUR, PHOTOLESS)
    asked = mute(actor, DAY)
    await carried_out(actor, redis, asked)
    assert not any(telegram.place(PERSON).permissions.values())
    undo = sure(await actor.store.undos.undo(SUPERGROUP, code_of(KEYS, asked.action_id)))
    before = Membership("restricted", sure(end(actor, HOUR)), PHOTOLESS)
    assert undo == Undo(Method.RESTRICT_MEMBER, PERSON, end(actor, DAY), before)


async def test_two_sanctions_of_one_burst_end_in_the_stronger(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    """Spam is removed and a lock mutes, in either order."""
    await carried_out(actor, redis, ban(actor, 30 * DAY), mute(actor))
    assert telegram.place(PERSON).status == "kicked"
    await carried_out(actor, redis, mute(actor, who=STRANGER, name="m"), ban(actor, who=STRANGER, name="b"))
    assert telegram.place(STRANGER).status == "kicked"
    await carried_out(actor, redis, mute(actor, who=STRANGER, name="m2"))
    assert telegram.place(STRANGER).status == "kicked"


async def test_an_unban_ends_a_ban_and_nothing_else(actor: Actor, telegram: Members, redis: Redis) -> None:
    await carried_out(actor, redis, unban(actor))
    assert telegram.place(PERSON).status == "member"
    assert (await logged(actor)).detail == "ban.none"
    telegram.by_hand("restrict", PERSON, permissions=MUTED)
    await carried_out(actor, redis, unban(actor, "again"))
    assert telegram.place(PERSON).status == "restricted"
    telegram.by_hand("ban", PERSON)
    await carried_out(actor, redis, unban(actor, "at last"))
    assert telegram.place(PERSON).status == "left"


async def test_whoever_is_unmuted_is_a_plain_member_and_whoever_is_none_is_not_called_about(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    await carried_out(actor, redis, mute(actor, None), unmute(actor))
    assert telegram.place(PERSON).status == "member"
    telegram.log.clear()
    await carried_out(actor, redis, unmute(actor, "again"))
    assert telegram.log == [LOOK]
    line = await logged(actor)
    assert (line.outcome, line.detail) == ("already", "restriction.none")


async def test_who_has_become_an_admin_while_it_waited_is_spared(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    for asked in (ban(actor, who=OTHER_ADMIN), mute(actor, who=OTHER_ADMIN)):
        await carried_out(actor, redis, asked)
        line = await logged(actor)
        assert (line.outcome, line.detail) == ("refused", "person.admin")
    assert telegram.log == [LOOK, LOOK]


@pytest.mark.parametrize("deed", ["ban", "restrict"])
async def test_what_is_set_by_hand_while_a_call_waits_behind_a_429_stands(
    actor: Actor, telegram: Members, redis: Redis, deed: str
) -> None:
    telegram.faults["restrictChatMember"] = [RetryAfter("restrictChatMember", 35)]
    asked = mute(actor)
    assert await waits(actor, redis, asked) >= 35
    telegram.pass_by(35)
    telegram.by_hand(deed, PERSON, permissions=PHOTOLESS)
    stood = telegram.place(PERSON)
    await carried_out(actor, redis, asked)
    assert telegram.place(PERSON) == stood
    assert (await logged(actor)).outcome == "withheld"


async def test_every_try_asks_anew_right_before_the_call_and_takes_no_permit_for_it(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.faults["banChatMember"] = [Transient("answer 502"), Transient("answer 502")]
    await carried_out(actor, redis, ban(actor), mute(actor, who=STRANGER), unban(actor))
    for at, method in enumerate(telegram.log):
        assert (method in HARM) == (at % 2 == 1), telegram.log
    assert telegram.log.count("banChatMember") == 3
    assert not [key async for key in redis.scan_iter("moderation:pace:*") if b"getChatMember" in key]


async def test_what_is_set_by_hand_between_two_tries_stands(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.faults["restrictChatMember"] = [Transient("answer 502")]
    telegram.meanwhile["restrictChatMember"] = lambda: telegram.by_hand("ban", PERSON)
    await carried_out(actor, redis, mute(actor))
    assert telegram.place(PERSON).status == "kicked"
    assert telegram.log == [LOOK, "restrictChatMember", LOOK]


# Look-ups that fail.


@pytest.mark.parametrize("fault", [Transient("answer 500"), Transient("TimeoutError"), RetryAfter(LOOK, 35)])
@pytest.mark.parametrize("deed", [ban, mute, unmute, unban])
async def test_a_look_up_that_fails_means_not_now(
    actor: Actor, telegram: Members, redis: Redis, fault: Exception, deed: Any
) -> None:
    telegram.by_hand("ban", PERSON)
    telegram.faults[LOOK] = [fault] * 3
    after = await waits(actor, redis, deed(actor))
    assert after >= (35 if isinstance(fault, RetryAfter) else 1)
    assert telegram.sent == []
    assert await actor.store.audited(SUPERGROUP) == []


@pytest.mark.parametrize(
    "odd", [None, True, [], {}, "kicked", {"status": None}, {"status": "banished"}, {"status": ["kicked"]}]
)
async def test_a_status_that_is_not_known_means_not_now(
    actor: Actor, telegram: Members, redis: Redis, odd: Any
) -> None:
    telegram.odd[LOOK] = [odd]
    await waits(actor, redis, ban(actor))
    assert telegram.sent == []


async def test_one_person_of_whom_telegram_says_nothing_holds_up_nobody_else(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.faults[LOOK] = [Transient("answer 500")] * 3
    batch = [ban(actor), mute(actor, who=STRANGER), unban(actor), ban(actor, who=STRANGER, name="b")]
    answers = await on_action(batch, actor)
    assert [type(answer) for answer in answers] == [Unanswered, Overtaking, Unanswered, Overtaking]
    assert telegram.place(STRANGER).status == "kicked"
    assert telegram.place(PERSON).status == "member"


async def test_when_nothing_can_be_looked_up_not_each_of_many_is_tried(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.faults[LOOK] = [Transient("answer 500")] * 100
    await waits(
        actor, redis, *(ban(actor, who=who, name=f"b{who}") for who in (PERSON, STRANGER, 21, 22, 23))
    )
    assert len(telegram.log) == 6


# Ends.


async def test_an_end_is_fixed_at_the_call(actor: Actor, telegram: Members, redis: Redis) -> None:
    """A mute of a minute that waits for 35 seconds is none for ever, one of an hour ends when it was said."""
    telegram.faults["restrictChatMember"] = [RetryAfter("restrictChatMember", 35)] * 2
    minute, hour = mute(actor, 60), mute(actor, HOUR, STRANGER, "hour")
    decided = int(actor.now().timestamp())
    await waits(actor, redis, minute)
    await waits(actor, redis, hour)
    telegram.pass_by(35)
    await carried_out(actor, redis, minute, hour)
    now = actor.now().timestamp()
    assert 60 <= telegram.place(PERSON).until - now < 65
    assert telegram.place(STRANGER).until == decided + HOUR
    lines = await actor.store.audited(SUPERGROUP)
    assert [one.until for one in lines] == [decided + HOUR, telegram.place(PERSON).until]


@pytest.mark.parametrize("deed", [ban, mute])
async def test_what_is_over_before_its_call_is_not_made(
    actor: Actor, telegram: Members, redis: Redis, deed: Any
) -> None:
    telegram.faults["restrictChatMember"] = [RetryAfter("restrictChatMember", 35)]
    telegram.faults["banChatMember"] = [RetryAfter("banChatMember", 35)]
    asked = deed(actor, 30)
    await waits(actor, redis, asked)
    telegram.pass_by(35)
    await carried_out(actor, redis, asked)
    assert telegram.place(PERSON).status == "member"
    line = await logged(actor)
    assert (line.outcome, line.detail) == ("expired", "time.over")


async def test_no_end_is_so_far_ahead_that_it_is_for_ever(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    await carried_out(actor, redis, ban(actor, 400 * DAY), mute(actor, 367 * DAY, STRANGER))
    for who in (PERSON, STRANGER):
        assert 365 * DAY < telegram.place(who).until - actor.now().timestamp() < 366 * DAY


# Processes that die, and answers that are lost.


async def test_what_was_done_before_the_process_died_is_known_again_and_can_be_taken_back(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.by_hand("restrict", PERSON, HOUR, PHOTOLESS)
    before, asked = Membership("restricted", sure(end(actor, HOUR)), PHOTOLESS), ban(actor, 30 * DAY)
    await on_action([asked], actor)  # and the process dies before its commit
    telegram.pass_by(60)
    await carried_out(made(telegram, redis), redis, asked)
    assert telegram.log.count("banChatMember") == 1
    assert (await logged(actor)).outcome == "done"
    undo = sure(await actor.store.undos.undo(SUPERGROUP, code_of(KEYS, asked.action_id)))
    assert undo == Undo(Method.UNBAN_MEMBER, PERSON, telegram.place(PERSON).until, before)
    assert not [key async for key in redis.scan_iter("moderation:began:*")]


async def test_a_call_whose_answer_is_lost_is_known_by_what_then_stands(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.lost["restrictChatMember"] = [Transient("TimeoutError")]
    asked = mute(actor)
    await carried_out(actor, redis, asked)
    assert telegram.log == [LOOK, "restrictChatMember", LOOK]
    assert (await logged(actor)).outcome == "done"
    undo = sure(await actor.store.undos.undo(SUPERGROUP, code_of(KEYS, asked.action_id)))
    assert undo.before == Membership("member")


async def test_a_ban_by_hand_is_not_taken_for_ones_own_that_was_refused_for_now(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.faults["banChatMember"] = [RetryAfter("banChatMember", 35)]
    asked = ban(actor)
    await waits(actor, redis, asked)
    telegram.by_hand("ban", PERSON)
    await carried_out(actor, redis, asked)
    line = await logged(actor)
    assert (line.outcome, line.detail) == ("already", "ban.same")
    assert await actor.store.undos.undo(SUPERGROUP, code_of(KEYS, asked.action_id)) is None


async def test_after_a_restart_what_stands_is_asked_anew(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.faults["restrictChatMember"] = [Transient("answer 502")] * 3
    asked = mute(actor)
    await waits(actor, redis, asked)
    telegram.by_hand("ban", PERSON)
    await carried_out(made(telegram, redis), redis, asked)
    assert telegram.place(PERSON).status == "kicked"
    assert (await logged(actor)).detail == "ban.stands"


# Channels.


async def test_the_chats_own_channel_is_never_banned_and_another_is(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    chat = telegram.world.chat(SUPERGROUP)
    of_channel = action(actor, Method.BAN_SENDER_CHAT, {"sender_chat_id": CHANNEL})
    chat.linked_chat_id = CHANNEL
    await carried_out(actor, redis, of_channel)
    itself = action(actor, Method.BAN_SENDER_CHAT, {"sender_chat_id": SUPERGROUP}, "itself")
    await carried_out(actor, redis, itself)
    assert {one.detail for one in await actor.store.audited(SUPERGROUP)} == {"person.protected"}
    assert chat.banned_chats == set()
    chat.linked_chat_id = 0
    telegram.faults["getChat"] = [Transient("answer 500")] * 3
    again = action(actor, Method.BAN_SENDER_CHAT, {"sender_chat_id": CHANNEL}, "b")
    await waits(actor, redis, again)
    assert chat.banned_chats == set()
    await carried_out(actor, redis, again)
    assert chat.banned_chats == {CHANNEL}
    assert (
        sure(await actor.store.undos.undo(SUPERGROUP, code_of(KEYS, "b"))).method is Method.UNBAN_SENDER_CHAT
    )


# What is said of it.


def followed(actor: Actor, asked: TelegramAction) -> TelegramAction:
    def message(text: str) -> dict[str, Any]:
        made = action(actor, Method.SEND_MESSAGE, {"text": text}, f"say:{text}")
        return made.model_dump(mode="json")

    follow = FollowUp(
        done=message(f"muted {PLACE_UNTIL}"),
        otherwise=message(f"not so: {PLACE_WHY}"),
        words={"ban.stands": f"banned {PLACE_UNTIL}", "": "Telegram refuses"},
        until=f"until {PLACE_AT}",
        ever="for good",
        zone="Europe/Minsk",
    )
    return asked.model_copy(update={"follow": follow})


def said(commits: list[Commit]) -> list[str]:
    return [as_a(TelegramAction, one).params["text"] for commit in commits for one in commit.events]


async def test_what_is_said_of_a_sanction_is_said_when_it_is_known_and_with_its_true_end(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.town.time = 1_800_000_000
    assert said(await carried_out(actor, redis, followed(actor, mute(actor)))) == ["muted until 15.01 12:00"]
    telegram.by_hand("ban", PERSON)
    asked = followed(actor, mute(actor, DAY, name="m"))
    assert said(await carried_out(actor, redis, asked)) == ["not so: banned for good"]
    asked = followed(actor, ban(actor, 364 * DAY, OTHER_ADMIN))
    assert said(await carried_out(actor, redis, asked)) == ["not so: Telegram refuses"]
    asked = followed(actor, ban(actor, 364 * DAY, STRANGER, "far"))
    assert said(await carried_out(actor, redis, asked)) == ["muted until 14.01.2028 11:00"]
