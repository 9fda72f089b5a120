"""Sanctions whose calls wait, are lost, or are tried again by another process; channels; what is said.

A real Redis, the simulator's rules for members, a clock that is set by hand.
"""

from typing import Any

import pytest
from redis.asyncio import Redis

from services.moderation.domain.membership import Membership
from services.moderation.telegram.actor import Actor, on_action
from services.moderation.telegram.errors import RetryAfter, Transient
from services.moderation.telegram.undo import Undo, code_of
from shared.bus import Commit
from shared.contracts.telegram import (
    PLACE_AT,
    PLACE_UNTIL,
    PLACE_WHY,
    FollowUp,
    Method,
    TelegramAction,
)
from simulator.world.makers import make_user
from tests.acting import (
    DAY,
    HOUR,
    KEYS,
    PHOTOLESS,
    action,
    ban,
    carried_out,
    end,
    logged,
    made,
    mute,
    unban,
    waits,
)
from tests.members import LOOK, Members
from tests.stored import stored
from tests.sure import as_a, sure
from tests.unit.test_simulator_refusals import CHANNEL, OTHER_ADMIN, PERSON, STRANGER, SUPERGROUP

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


async def test_nothing_of_a_sanction_lies_in_redis_in_the_clear(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    who = 5_300_000_123
    make_user(telegram.world, "Neighbour", user_id=who)
    await carried_out(actor, redis, mute(actor, who=who), unban(actor), ban(actor, who=who))
    telegram.faults["restrictChatMember"] = [Transient("TimeoutError")] * 3
    await waits(actor, redis, mute(actor, who=STRANGER, name="lost"))
    found = await stored(redis)
    kinds = {key.split(b":")[1] for key in found}
    assert {b"undo", b"began", b"lifted", b"latest"} <= kinds
    for key, value in found.items():
        assert str(who).encode() not in key + value
        assert str(SUPERGROUP).encode() not in key + value
        assert b"can_send" not in value
        assert await redis.ttl(key) > 0
