"""A chat with topics: what is said in one of them is meant for it, and answered there."""

from typing import Any

import pytest

from shared.contracts.telegram import Method
from tests.conftest import Eventually
from tests.house import BOT, Clock, said
from tests.moderation import ADMIN, CHAT, chat, user

FLEA_MARKET, REPAIRS = 40, 50


def admins() -> list[dict[str, Any]]:
    return [{"status": "creator", "user": user(who)} for who in (ADMIN, BOT)]


def wrote(message_id: int, topic: int = 0, **more: Any) -> dict[str, Any]:
    """As Telegram has it: who answers nothing in a topic answers the topic's beginning."""
    where: dict[str, Any] = {"chat": chat(CHAT) | {"is_forum": True}}
    if topic:
        begun = {"message_id": topic, "from": user(ADMIN), "forum_topic_created": {"name": "x"}}
        where |= {"message_thread_id": topic, "is_topic_message": True, "reply_to_message": begun}
    return said(message_id, **where | more)


def command(message_id: int, text: str, **more: Any) -> dict[str, Any]:
    mark = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
    return wrote(message_id, who=ADMIN, text=text, entities=[mark], **more)


def answering(message_id: int) -> dict[str, Any]:
    return {"reply_to_message": {"message_id": message_id, "from": user(), "date": 1, "chat": chat(CHAT)}}


@pytest.fixture
async def topics(house: Clock) -> Clock:
    house.telegram.admins[CHAT] = admins()
    await house.set(dryrun="off", language="en")
    await house.hear(
        wrote(60, FLEA_MARKET),
        wrote(61, REPAIRS),
        wrote(62),
        wrote(63, FLEA_MARKET),
        wrote(64, REPAIRS),
        wrote(65),
    )
    return house


@pytest.mark.parametrize(
    ("topic", "first", "gone"),
    [(FLEA_MARKET, 60, [60, 63]), (REPAIRS, 64, [64]), (0, 62, [62, 65])],
)
async def test_a_purge_in_a_topic_leaves_the_others_alone(
    topics: Clock, eventually: Eventually, topic: int, first: int, gone: list[int]
) -> None:
    await topics.hear(command(70, "/purge", topic=topic, **answering(first)))
    await eventually(lambda: topics.deleted == gone)


async def test_who_answers_nothing_in_a_topic_purges_nothing_and_is_told_there(
    topics: Clock, eventually: Eventually
) -> None:
    await topics.hear(command(70, "/purge", topic=REPAIRS), command(71, "/ban", topic=REPAIRS))
    await eventually(lambda: len(topics.of(Method.SEND_MESSAGE)) == 2)
    assert {one.params["message_thread_id"] for one in topics.of(Method.SEND_MESSAGE)} == {REPAIRS}
    assert topics.deleted == []
    assert topics.banned == []


async def test_all_by_a_person_goes_from_every_topic(topics: Clock, eventually: Eventually) -> None:
    await topics.hear(command(70, "/purge person", topic=REPAIRS, **answering(61)))
    await eventually(lambda: topics.deleted == [60, 61, 62, 63, 64, 65])
