"""What stands is asked for at the moment of the call, and nothing that stands gets weaker.

A real Redis, the simulator's rules for members, a clock that is set by hand.
"""

from typing import Any

import pytest
from redis.asyncio import Redis

from services.moderation.domain.membership import FOR_EVER, Membership
from services.moderation.domain.permissions import MUTED
from services.moderation.telegram.actor import AT_ONCE, Actor, on_action
from services.moderation.telegram.calls import TRIES, Unanswered
from services.moderation.telegram.errors import RetryAfter, Transient
from services.moderation.telegram.pacing import CHAT_METHOD_MOST
from services.moderation.telegram.undo import Undo, code_of
from shared.bus import TryLater
from shared.bus.commit import Overtaking
from shared.contracts.telegram import Method
from simulator.world.makers import make_user
from tests.acting import (
    DAY,
    HOUR,
    KEYS,
    PHOTOLESS,
    ban,
    carried_out,
    end,
    logged,
    mute,
    unban,
    unmute,
    waits,
)
from tests.members import LOOK, Members
from tests.sure import sure
from tests.unit.test_simulator_refusals import OTHER_ADMIN, PERSON, STRANGER, SUPERGROUP

HARM = ("banChatMember", "restrictChatMember", "unbanChatMember")


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
    for asked in (ban(actor), mute(actor, who=STRANGER), unban(actor)):
        await carried_out(actor, redis, asked)
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
    telegram.unknown = {PERSON}
    batch = [ban(actor), mute(actor, who=STRANGER), unban(actor), ban(actor, who=STRANGER, name="b")]
    answers = await on_action(batch, actor)
    assert [type(answer) for answer in answers] == [Unanswered, Overtaking, Unanswered, Overtaking]
    assert telegram.place(STRANGER).status == "kicked"
    assert telegram.place(PERSON).status == "member"


async def test_when_nothing_can_be_looked_up_not_each_of_many_is_tried(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.faults[LOOK] = [Transient("answer 500")] * 1000
    await waits(actor, redis, *(ban(actor, who=who, name=f"b{who}") for who in range(21, 121)))
    assert len(telegram.log) <= AT_ONCE * TRIES


async def test_what_must_wait_of_several_side_by_side_waits_and_what_is_done_is_done(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    """The first of them meets a limit: the second was on its way already, the third is about the first."""
    telegram.faults["banChatMember"] = [RetryAfter("banChatMember", 35)]
    batch = [ban(actor), mute(actor, who=STRANGER), mute(actor, name="late"), unban(actor)]
    answers = await on_action(batch, actor)
    assert [type(answer) for answer in answers] == [TryLater, Overtaking, TryLater, TryLater]
    assert telegram.place(STRANGER).status == "restricted"
    assert telegram.log.count("restrictChatMember") == 1


async def test_a_wave_of_hundreds_costs_one_look_each_and_keeps_the_pace_of_the_calls(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    people = range(1_000, 1_050)
    for who in people:
        make_user(telegram.world, "Newcomer", user_id=who)
    batch = [mute(actor, who=who, name=f"m{who}") for who in people]
    rounds = 0
    while batch:
        answers = await on_action(batch, actor)
        batch = [one for one, answer in zip(batch, answers, strict=True) if isinstance(answer, TryLater)]
        async for key in redis.scan_iter("moderation:pace:*"):
            await redis.delete(key)
        rounds += 1
    assert telegram.log.count(LOOK) == telegram.log.count("restrictChatMember") == len(people)
    assert rounds == len(people) / CHAT_METHOD_MOST
    assert all(telegram.place(who).status == "restricted" for who in people)
