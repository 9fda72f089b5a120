"""Closing and opening a chat at the moment of the call: what an admin has changed by hand since stays."""

from collections.abc import Mapping
from datetime import timedelta

from redis.asyncio import Redis

from services.moderation.domain.closing import closing
from services.moderation.telegram.actor import Actor
from services.moderation.telegram.errors import RetryAfter, Transient
from shared.contracts.telegram import Method, Stands, TelegramAction
from simulator.world.rights import USUAL
from tests.acting import carried_out, waits
from tests.members import Members
from tests.unit.test_simulator_refusals import SUPERGROUP

SHUT = closing(USUAL, "silent")


def asked(
    actor: Actor, wanted: Mapping[str, bool], seen: Mapping[str, bool], name: str = "a"
) -> TelegramAction:
    now = actor.now()
    return TelegramAction(
        action_id=name, chat_id=SUPERGROUP, method=Method.SET_PERMISSIONS,
        params={"permissions": dict(wanted), "use_independent_chat_permissions": True},
        expected=Stands(status="", permissions=dict(seen)),
        decided_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip


def allowed(telegram: Members) -> dict[str, bool]:
    return telegram.world.chat(SUPERGROUP).permissions


async def test_a_closing_that_waits_gives_back_nothing_that_was_taken_by_hand_meanwhile(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    telegram.faults["setChatPermissions"] = [RetryAfter("setChatPermissions", 35)]
    shut = asked(actor, SHUT, USUAL)
    await waits(actor, redis, shut)
    allowed(telegram)["can_invite_users"] = False
    allowed(telegram)["can_pin_messages"] = True
    await carried_out(actor, redis, shut)
    assert allowed(telegram) == SHUT | {"can_invite_users": False, "can_pin_messages": True}


async def test_an_opening_that_waits_gives_back_what_the_closing_took_and_no_more(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    await carried_out(actor, redis, asked(actor, SHUT, USUAL))
    telegram.faults["setChatPermissions"] = [RetryAfter("setChatPermissions", 35)]
    opened = asked(actor, USUAL, SHUT, "open")
    await waits(actor, redis, opened)
    allowed(telegram)["can_invite_users"] = False
    await carried_out(actor, redis, opened)
    assert allowed(telegram) == USUAL | {"can_invite_users": False}


async def test_a_closing_and_an_opening_that_wait_together_end_in_an_open_chat_and_the_other_way_round(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    shut, opened = asked(actor, SHUT, USUAL, "shut"), asked(actor, USUAL, SHUT, "open")
    again = shut.model_copy(update={"action_id": "again"})
    await carried_out(actor, redis, shut, opened)
    assert allowed(telegram) == USUAL
    await carried_out(actor, redis, opened.model_copy(update={"action_id": "o2"}), again)
    assert allowed(telegram) == SHUT


async def test_what_a_chat_allows_must_be_known_and_is_not_set_where_it_is_so(
    actor: Actor, telegram: Members, redis: Redis
) -> None:
    shut = asked(actor, SHUT, USUAL)
    for odd in ({}, {"permissions": None}, True, None):
        telegram.odd["getChat"] = [odd]
        await waits(actor, redis, shut)
    telegram.faults["getChat"] = [Transient("answer 500")] * 3
    await waits(actor, redis, shut)
    assert telegram.log.count("setChatPermissions") == 0
    await carried_out(actor, redis, shut, shut.model_copy(update={"action_id": "again"}))
    assert telegram.log.count("setChatPermissions") == 1
    assert [one.outcome for one in await actor.store.audited(SUPERGROUP)] == ["already", "done"]
