"""Locks, strangers' commands, channels and old updates, through the real bus and a real Redis."""

import asyncio
from typing import Any

import pytest

from services.moderation.telegram.errors import Transient
from shared.clock import now, unix
from shared.contracts.telegram import Method
from tests.conftest import Eventually
from tests.house import BOT, HOUR, Clock, said
from tests.moderation import ADMIN, ALES, CHAT, STRANGER, membership, message, photo, raw, user

pytestmark = pytest.mark.usefixtures("nothing_pending")


async def test_a_strangers_commands_cost_no_call_and_an_admins_are_heard(
    house: Clock, eventually: Eventually
) -> None:
    command = {"text": "/help", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}
    await house.set(dryrun="off", media__photo="delete")
    own = membership(user(BOT, is_bot=True), "member", "administrator", at=int(unix()))
    await house.hear(raw(own, "my_chat_member"), said(1, photo=photo()))
    await eventually(lambda: house.deleted == [1])
    asked = house.telegram.asked.count("getChatMember")
    spoken = len(house.of(Method.SEND_MESSAGE))
    await house.hear(*(said(n, who=STRANGER, **command) for n in range(2, 40)), said(40, photo=photo()))
    await eventually(lambda: house.deleted == [1, 40])
    assert house.telegram.asked.count("getChatMember") == asked
    await house.hear(said(50, who=ADMIN, **command))
    await eventually(lambda: len(house.of(Method.SEND_MESSAGE)) == spoken + 1)


async def test_a_lock_warns_then_mutes_and_remembers_across_batches(
    house: Clock, eventually: Eventually
) -> None:
    await house.set(dryrun="off", lock__link="warn", warn__most="2")
    await house.hear(said(1, text="https://a.by"))
    await eventually(lambda: house.deleted == [1])
    assert house.of(Method.RESTRICT_MEMBER) == []
    await house.hear(said(2, text="https://b.by"))
    await eventually(lambda: house.of(Method.RESTRICT_MEMBER))
    (mute,) = house.of(Method.RESTRICT_MEMBER)
    assert mute.params["user_id"] == ALES
    assert 3500 < mute.params["until_date"] - now().timestamp() < 3700
    assert not any(mute.params["permissions"].values())
    await eventually(
        lambda: [one.reasons for one in house.of(Method.SEND_MESSAGE)].count(("lock.link",)) == 2
    )
    assert (await house.store.chats.warned(CHAT, ALES)).steps == 1


async def test_updates_too_old_to_act_on_are_only_counted(house: Clock, eventually: Eventually) -> None:
    await house.set(dryrun="off", media__photo="delete")
    old = int(unix()) - 49 * HOUR
    await house.hear(
        raw(message(1, at=old, photo=photo())),
        raw(membership(user(STRANGER), "left", "member", at=old), "chat_member"),
        said(2, photo=photo()),
    )
    await eventually(lambda: house.deleted == [2])
    chats = house.store.chats
    assert await chats.messages_since(CHAT, 1, int(unix())) == [2]
    assert (
        await house.bus.redis.zscore(chats._names.of_chat("joined", CHAT), house.bus.keys.person(STRANGER))
        is None
    )


async def test_a_channel_is_no_stranger_before_telegram_was_asked(
    house: Clock, eventually: Eventually
) -> None:
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
