"""The demo's Telegram forgets, and must find the listed chats again as they were."""

from cli.demo import chat_of
from services.moderation.identity import TYPES
from simulator.world.people import TELEGRAM_ID
from tests.gateway import listing


def test_a_listed_chat_is_the_same_one_at_each_start() -> None:
    first = [chat_of(listing(number)) for number in range(200)]
    assert first == [chat_of(listing(number)) for number in range(200)]
    assert len({chat["id"] for chat in first}) == 200
    assert {TYPES[str(chat["kind"])] for chat in first} == {"group"}
    assert all(chat["owner"] == TELEGRAM_ID for chat in first)


def test_a_name_or_a_count_that_changes_makes_no_other_chat_of_it() -> None:
    one = listing(1, members=30)
    assert chat_of(one)["id"] == chat_of(one.model_copy(update={"name": "Іншы", "members": 900}))["id"]
