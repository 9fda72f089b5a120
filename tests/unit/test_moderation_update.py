"""Reading updates, also those that nobody foresaw."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.moderation.domain.update import BadUpdate, of, parse
from shared.contracts.telegram import ALLOWED_UPDATES
from tests.moderation import CHAT, chat, membership, message, raw, update, user


@pytest.mark.parametrize(
    "bad", ["", "[]", "7", "null", "{", '{"message": {}}', '{"update_id": "x"}', b"\xff"]
)
def test_what_is_no_update_is_refused(bad: bytes | str) -> None:
    with pytest.raises(BadUpdate):
        parse(bad)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from([
    "message_id", "date", "chat", "from", "sender_chat", "text", "entities", "caption", "photo", "document",
    "poll", "new_chat_members", "left_chat_member", "media_group_id", "forward_origin", "reply_markup",
    "old_chat_member",
    "new_chat_member", "migrate_to_chat_id", "rich_message", "edit_date",
])  # fmt: skip


@given(st.sampled_from(ALLOWED_UPDATES), st.dictionaries(FIELDS, JSON, max_size=8))
def test_no_shape_of_any_field_stops_the_reading(kind: str, body: dict[str, Any]) -> None:
    found = of({"update_id": 1, kind: body})
    assert found.id == 1
    assert found.kind == kind


def test_a_message_has_the_fields_that_decisions_need() -> None:
    found = update(
        message(5, text="/help@dze_bot", entities=[{"type": "bot_command", "offset": 0, "length": 13}])
    )
    assert found.message is not None
    assert (found.message.id, found.message.is_command, found.message.edited) == (5, True, False)
    assert found.chat is not None
    assert (found.chat.id, found.chat.is_group) == (CHAT, True)


def test_a_field_that_is_null_is_as_good_as_left_out() -> None:
    found = update(message(1, text="добры дзень", photo=None, voice=None, new_chat_members=None))
    assert found.message is not None
    assert (found.message.media, found.message.service) == ((), None)
    assert "voice" not in found.body


@pytest.mark.parametrize("token", ["7", 7])
def test_an_albums_token_may_be_a_number(token: int | str) -> None:
    found = update(message(1, photo=[], media_group_id=token)).message
    assert found is not None
    assert found.album == "7"


def test_a_slash_that_is_no_command_is_text() -> None:
    found = update(message(text="/ is a slash"))
    assert found.message is not None
    assert not found.message.is_command


def test_names_are_put_together_and_user_names_are_lower_case() -> None:
    body = message(text="x") | {
        "from": user(7, "Аня", last_name="Куць", username="AnyaK", language_code="be")
    }
    sender = update(body).sender
    assert sender is not None
    assert (sender.name, sender.username, sender.language) == ("Аня Куць", "anyak", "be")


@pytest.mark.parametrize(
    ("before", "after", "joined", "left"),
    [
        ("left", "member", True, False),
        ("kicked", "member", True, False),
        ("member", "administrator", False, False),
        ("member", "left", False, True),
        ("administrator", "kicked", False, True),
        ("left", "kicked", False, False),
        ("left", "restricted", False, False),
    ],
)
def test_a_change_of_membership_says_who_came_and_went(
    before: str, after: str, joined: bool, left: bool
) -> None:
    change = update(membership(user(), before, after), "chat_member").change
    assert change is not None
    assert (change.joined, change.left) == (joined, left)


def test_somebody_restricted_can_be_inside() -> None:
    body = membership(user(), "left", "restricted")
    body["new_chat_member"]["is_member"] = True
    change = update(body, "chat_member").change
    assert change is not None
    assert change.joined


def test_a_pressed_button_belongs_to_the_chat_of_its_message() -> None:
    body = {"id": "1", "from": user(), "data": "x", "message": {"message_id": 1, "date": 0, "chat": chat(-5)}}
    found = update(body, "callback_query")
    assert found.chat is not None
    assert found.chat.id == -5
    assert parse(orjson.dumps(raw({"id": "1", "from": user()}, "callback_query"))).chat is None
