"""What can be told of an update without knowing its kind."""

import json
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.telegram import decode, describe

CHAT, PERSON = {"id": -1001, "type": "supergroup"}, {"id": 42, "is_bot": False}
QUOTED = {"message_id": 1, "chat": {"id": -2002}, "from": {"id": 43}}
REPLY = {"chat": CHAT, "reply_to_message": QUOTED}
UPDATES: list[tuple[dict[str, Any], str, int]] = [
    ({"message": {"from": PERSON, "chat": CHAT, "reply_to_message": QUOTED}}, "message", -1001),
    ({"edited_message": {"chat": CHAT, "from": PERSON}}, "edited_message", -1001),
    ({"channel_post": {"sender_chat": CHAT, "chat": CHAT}}, "channel_post", -1001),
    ({"callback_query": {"from": PERSON, "message": REPLY}}, "callback_query", -1001),
    ({"callback_query": {"from": PERSON, "inline_message_id": "x"}}, "callback_query", 42),
    ({"chat_member": {"chat": CHAT, "new_chat_member": {"user": {"id": 44}}}}, "chat_member", -1001),
    ({"my_chat_member": {"chat": CHAT, "from": PERSON}}, "my_chat_member", -1001),
    ({"chat_join_request": {"chat": CHAT, "from": PERSON, "user_chat_id": 42}}, "chat_join_request", -1001),
    ({"message_reaction": {"chat": CHAT, "user": PERSON}}, "message_reaction", -1001),
    ({"inline_query": {"from": PERSON, "query": ""}}, "inline_query", 42),
    ({"poll": {"id": "1", "question": "?"}}, "poll", 0),
    ({"poll_answer": {"poll_id": "1", "user": PERSON}}, "poll_answer", 42),
    ({"hologram": {"projected": {"chat": CHAT}}}, "hologram", -1001),
    ({"hologram": [1, 2]}, "hologram", 0),
    ({"hologram": None}, "hologram", 0),
    ({}, "", 0),
]  # fmt: skip


@pytest.mark.parametrize(("update", "kind", "chat"), UPDATES)
def test_known_and_unknown_kinds_are_told(update: dict[str, Any], kind: str, chat: int) -> None:
    assert describe({"update_id": 7} | update) == (7, kind, chat)


@pytest.mark.parametrize("number", [None, "seven", "-7", 7.5, True, [], {}])
def test_a_strange_number_is_none(number: Any) -> None:
    assert describe({"update_id": number, "message": {"chat": CHAT}})[0] == 0


def test_a_number_that_is_written_as_text_is_one() -> None:
    assert describe({"update_id": "7", "message": {"chat": CHAT}})[0] == 7


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (rb'{"a": "\ud83d cut"}', {"a": "\ufffd cut"}),
        (rb'{"a": "cut \udc4d"}', {"a": "cut \ufffd"}),
        (rb'{"a": "\ud83d\udc4d"}', {"a": "\U0001f44d"}),
        (b'{"a": NaN, "b": 1}', {"a": None, "b": 1}),
        (b'{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890.0}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
    ],
)
def test_what_is_slightly_wrong_does_not_hide_the_rest(body: bytes, found: Any) -> None:
    assert decode(body) == found
    orjson.dumps(decode(body))


@given(st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_what_is_no_json_is_refused_and_nothing_worse(body: bytes) -> None:
    with suppress(ValueError):
        decode(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["chat", "from", "user", "id", "message", "update_id"]) | st.text(), inner
        )
    ),
    max_leaves=30,
)


@given(st.dictionaries(st.text() | st.just("message"), JSON))
def test_nothing_that_telegram_might_send_raises(update: dict[str, Any]) -> None:
    number, kind, chat = describe(json.loads(json.dumps(update)))
    assert (type(number), type(kind), type(chat)) == (int, str, int)


def test_depth_does_no_harm() -> None:
    deep: dict[str, Any] = {}
    for _ in range(500):
        deep = {"message": deep}
    assert describe({"update_id": 1} | deep) == (1, "message", 0)
