"""All text of a message comes through one door."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.moderation.domain.text import message_text

FRAME = {
    "message_id": 5,
    "date": 1_760_000_000,
    "chat": {"id": -100, "type": "supergroup", "title": "Our yard"},
    "from": {"id": 7, "first_name": "Alesia", "username": "alesia_k"},
}
HIDING_PLACES = {
    "text": {"text": "SECRET"},
    "caption": {"photo": [{"file_id": "x"}], "caption": "SECRET"},
    "quote": {"text": "a", "quote": {"text": "SECRET", "position": 0}},
    "channel passed on": {"forward_origin": {"type": "channel", "chat": {"id": -1, "title": "SECRET"}}},
    "chat passed on, old form": {"forward_from_chat": {"id": -1, "type": "channel", "title": "SECRET"}},
    "answer to another chat": {"external_reply": {"chat": {"id": -1, "title": "SECRET"}}},
    "button": {"reply_markup": {"inline_keyboard": [[{"text": "SECRET", "callback_data": "x"}]]}},
    "button's address": {"reply_markup": {"inline_keyboard": [[{"text": "a", "url": "https://SECRET"}]]}},
    "button that copies": {
        "reply_markup": {"inline_keyboard": [[{"text": "a", "copy_text": {"text": "SECRET"}}]]}
    },
    "web app": {"reply_markup": {"inline_keyboard": [[{"text": "a", "web_app": {"url": "https://SECRET"}}]]}},
    "poll's question": {"poll": {"id": "1", "question": "SECRET", "options": []}},
    "poll's option": {
        "poll": {"id": "1", "question": "a", "options": [{"text": "SECRET", "voter_count": 0}]}
    },
    "poll's explanation": {"poll": {"id": "1", "question": "a", "explanation": "SECRET"}},
    "hidden link": {
        "text": "a",
        "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "SECRET"}],
    },
    "hidden link of a caption": {
        "caption_entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "SECRET"}]
    },
    "preview": {"link_preview_options": {"url": "https://SECRET"}},
    "contact": {"contact": {"phone_number": "1", "first_name": "SECRET"}},
    "contact's card": {"contact": {"phone_number": "1", "first_name": "a", "vcard": "NOTE:SECRET"}},
    "venue": {"venue": {"location": {}, "title": "SECRET", "address": "a"}},
    "game": {"game": {"title": "a", "description": "SECRET"}},
    "invoice": {"invoice": {"title": "SECRET", "description": "a", "currency": "USD"}},
    "checklist": {"checklist": {"title": "a", "tasks": [{"id": 1, "text": "SECRET"}]}},
    "file's name": {"document": {"file_id": "x", "file_name": "SECRET.pdf"}},
    "song": {"audio": {"file_id": "x", "title": "SECRET", "performer": "a"}},
    "story": {"story": {"id": 1, "chat": {"id": -1, "title": "SECRET"}}},
    "giveaway": {"giveaway": {"chats": [{"id": -1, "title": "a"}], "prize_description": "SECRET"}},
    "rich message": {"rich_message": {"blocks": [{"type": "paragraph", "text": [{"text": "SECRET"}]}]}},
    "a kind that is not known yet": {"hologram": {"layers": [{"words": {"line": "SECRET"}}]}},
}


@pytest.mark.parametrize("content", HIDING_PLACES.values(), ids=HIDING_PLACES.keys())
def test_text_is_found_wherever_it_stands(content: dict[str, Any]) -> None:
    assert "SECRET" in message_text(FRAME | content).whole


def test_names_of_people_and_the_chat_itself_are_not_text() -> None:
    assert (
        message_text(FRAME | {"forward_origin": {"type": "user", "sender_user": FRAME["from"]}}).parts == ()
    )


def test_what_somebody_else_wrote_before_is_not_judged_again() -> None:
    answer = FRAME | {"text": "no", "reply_to_message": FRAME | {"text": "SECRET"}}
    assert message_text(answer).parts == (("text", "no"),)


def test_a_quote_of_the_message_answered_is_not_the_senders_but_any_other_is() -> None:
    answer = FRAME | {"text": "no", "reply_to_message": FRAME | {"text": "easy SECRET money"}}
    assert message_text(answer | {"quote": {"text": "SECRET", "position": 5}}).parts == (("text", "no"),)
    repeated = answer | {"text": "SECRET", "quote": {"text": "SECRET", "position": 5}}
    assert message_text(repeated).parts == (("text", "SECRET"),)
    made_up = message_text(answer | {"quote": {"text": "another SECRET", "position": 5}})
    assert made_up.parts == (("text", "no"), ("quote", "another SECRET"))
    elsewhere = FRAME | {"text": "no", "quote": {"text": "SECRET"}, "external_reply": {"chat": {"id": -1}}}
    assert message_text(elsewhere).of("quote") == ("SECRET",)


def test_the_text_comes_first_and_nothing_stands_twice() -> None:
    message = FRAME | {"venue": {"title": "hall", "address": "hall"}, "text": "hello"}
    assert message_text(message).parts == (("text", "hello"), ("venue", "hall"))


def test_a_part_can_be_asked_for() -> None:
    message = FRAME | {"caption": "look", "poll": {"question": "who?", "options": [{"text": "me"}]}}
    assert message_text(message).of("poll") == ("who?", "me")


def test_a_million_levels_and_endless_lists_are_cut_not_followed() -> None:
    deep: dict[str, Any] = {}
    inner = deep
    for _ in range(100_000):
        inner["a"] = {}
        inner = inner["a"]
    found = message_text({"deep": deep, "wide": ["x" * 50] * 100_000, "text": "hello"})
    assert found.parts[0] == ("text", "hello")
    assert len(message_text({"wide": [str(n) for n in range(100_000)]}).whole) <= 25_000


def test_answers_within_answers_are_not_followed() -> None:
    message: dict[str, Any] = {}
    for _ in range(10_000):
        message = {"quote": {"text": "a"}, "text": "b", "reply_to_message": message}
    assert message_text(message).of("text") == ("b",)


def test_a_hundred_thousand_characters_are_cut() -> None:
    assert len(message_text({"text": "я" * 100_000}).whole) == 20_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
FIELDS = st.sampled_from(
    ["text", "caption", "entities", "quote", "poll", "reply_markup", "forward_origin", "x"]
)


@given(st.dictionaries(FIELDS, JSON, max_size=5))
def test_no_shape_is_an_error(message: dict[str, Any]) -> None:
    assert isinstance(message_text(message).whole, str)
