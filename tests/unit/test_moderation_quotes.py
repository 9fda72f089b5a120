"""Whose words a quote is, in the shapes that Telegram sends."""

from typing import Any

import pytest

from services.moderation.domain.external import external, is_of_here
from services.moderation.domain.facts import Fact, needs_facts
from services.moderation.domain.state import ChatState
from services.moderation.domain.text import message_text
from tests.moderation import (
    ADMIN,
    ALES,
    CHAT,
    NOW,
    STRANGER,
    chat,
    context,
    decided,
    deleted,
    message,
    person,
    state,
    update,
    user,
)
from tests.sure import sure

DAY = 86400
LINKED, OTHER = -1001112223334, -1009998887776
SOURCE = 55
LINK = "https://example.by"
WARN = {"lock.link": "warn"}


def from_user(who: int) -> dict[str, Any]:
    return {"type": "user", "date": NOW - 60, "sender_user": user(who)}


def from_chat(chat_id: int) -> dict[str, Any]:
    return {"type": "chat", "date": NOW - 60, "sender_chat": chat(chat_id), "author_signature": "Вольга"}


def from_channel(chat_id: int) -> dict[str, Any]:
    return {"type": "channel", "date": NOW - 60, "chat": chat(chat_id, "channel"), "message_id": 9}


HIDDEN = {"type": "hidden_user", "date": NOW - 60, "sender_user_name": "Нехта"}


def quoting(origin: Any, where: Any = CHAT, number: Any = SOURCE, **fields: Any) -> dict[str, Any]:
    """A message of Ales in one topic that quotes a link from elsewhere."""
    reply = {"origin": origin, "chat": chat(where, is_forum=True), "message_id": number}
    quote = {
        "text": f"гл. {LINK}",
        "position": 0,
        "is_manual": True,
        "entities": [{"type": "url", "offset": 4, "length": len(LINK)}],
    }
    base = {"text": "дзякуй", "message_thread_id": 7, "is_topic_message": True}
    return message(2, **{**base, "external_reply": reply, "quote": quote, **fields})


def held(body: dict[str, Any], settings: dict[str, str] | None = None, **known: Any) -> ChatState:
    made = state(WARN | (settings or {}))
    for name, value in known.items():
        setattr(made, name, value)
    return decided(made, update(body))


Outcome = tuple[bool, list[int]]
SPARED: Outcome = (False, [])
GOES: Outcome = (True, [])
OWN: Outcome = (True, [ALES])


def outcome(made: ChatState) -> Outcome:
    """Whether the message goes, and who answers for it."""
    return deleted(made) == [2], [sure(one.person).id for one in made.changes.sanctions]


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (from_user(ADMIN), SPARED),
        (from_chat(CHAT), SPARED),
        (from_user(STRANGER), GOES),
        (from_user(ALES), GOES),
        (from_chat(OTHER), GOES),
        (from_channel(OTHER), GOES),
        (from_channel(LINKED), SPARED),
        (HIDDEN, GOES),
    ],
)
def test_a_quote_from_another_topic_is_held_against_its_author_and_never_against_who_quotes_it(
    origin: dict[str, Any], expected: Outcome
) -> None:
    assert outcome(held(quoting(origin), linked=person(LINKED))) == expected


@pytest.mark.parametrize(
    ("author", "origin", "expected"),
    [
        (person(ADMIN), HIDDEN, SPARED),
        (person(STRANGER), HIDDEN, GOES),
        ("c", HIDDEN, SPARED),
        (person(LINKED), HIDDEN, SPARED),
        (person(ADMIN), from_channel(OTHER), SPARED),
        (person(STRANGER), from_user(ADMIN), GOES),
        (person(OTHER), from_chat(OTHER), GOES),
        ("", from_user(ADMIN), SPARED),
    ],
)
def test_who_posted_it_here_counts_more_than_who_wrote_what_they_passed_on(
    author: str, origin: dict[str, Any], expected: Outcome
) -> None:
    made = held(quoting(origin), linked=person(LINKED), authors={SOURCE: author})
    assert outcome(made) == expected


def test_locks_for_newcomers_let_a_members_words_from_another_topic_be_quoted() -> None:
    known: dict[str, Any] = {"joined": {person(ALES): NOW - DAY, person(STRANGER): NOW - DAY}}
    newcomers = {"lock.for": "newcomers"}
    assert outcome(held(quoting(from_user(9)), newcomers, **known)) == SPARED
    assert outcome(held(quoting(HIDDEN), newcomers, **known)) == SPARED
    assert outcome(held(quoting(from_user(STRANGER)), newcomers, **known)) == GOES


def test_a_quote_from_the_linked_channel_is_its_own() -> None:
    made = held(quoting(from_channel(LINKED), LINKED), linked=person(LINKED))
    assert outcome(made) == SPARED
    passed_on = held(quoting(from_channel(OTHER), LINKED), linked=person(LINKED))
    assert outcome(passed_on) == SPARED


def test_a_quote_from_the_group_that_the_chat_was_is_from_here() -> None:
    assert outcome(held(quoting(from_user(ADMIN), OTHER), former=OTHER)) == SPARED
    assert outcome(held(quoting(HIDDEN, OTHER), former=OTHER)) == GOES


def test_a_comment_that_quotes_the_post_above_is_nobodys_fault() -> None:
    post = message(1, text=f"гл. {LINK}", sender_chat={"id": LINKED}, is_automatic_forward=True)
    comment = message(
        2, text="дзякуй", reply_to_message=post, quote={"text": LINK, "position": 4, "is_manual": True}
    )
    assert outcome(held(comment)) == SPARED


@pytest.mark.parametrize(
    "body",
    [
        quoting(from_channel(OTHER), OTHER),
        quoting(from_user(ADMIN), OTHER),
        quoting(from_user(ADMIN), external_reply={"origin": from_user(ADMIN), "message_id": SOURCE}),
        quoting(from_user(ADMIN), external_reply={"origin": from_user(ADMIN), "chat": chat()}),
        quoting(from_user(ADMIN), external_reply={"chat": chat(), "message_id": SOURCE}),
        quoting(from_user(ADMIN), external_reply={"origin": from_user(ADMIN), "chat": CHAT, "message_id": 5}),
        quoting(from_user(ADMIN), external_reply=[from_user(ADMIN)]),
        quoting(from_user(ADMIN), external_reply=None, reply_to_message=None),
        quoting(from_user(ADMIN), str(CHAT)),
        quoting(from_user(ADMIN), number="55"),
        quoting(from_user(ADMIN), number=0),
        quoting(from_user(ADMIN), number=True),
        quoting({"type": "user", "date": NOW}),
        quoting({"type": "god", "sender_user": user(ADMIN)}),
        quoting({"sender_user": user(ADMIN)}),
        quoting([from_user(ADMIN)]),
        quoting(from_user(ADMIN), reply_to_message=message(1, who=ADMIN, text="x")),
        quoting(from_user(ADMIN), text=f"а тут: {LINK}"),
    ],
    ids=range(18),
)
def test_a_quote_from_another_chat_and_any_odd_shape_is_the_senders_own(body: dict[str, Any]) -> None:
    assert outcome(held(body, linked=person(LINKED))) == OWN


def test_shapes_without_a_quote_hurt_nothing() -> None:
    shapes: tuple[Any, ...] = (None, 3, [], "x", {"text": 3})
    for quote in shapes:
        made = held(quoting(from_user(ADMIN), quote=quote))
        assert outcome(made) == SPARED


@pytest.mark.parametrize(
    ("body", "known", "needed"),
    [
        (quoting(HIDDEN), {}, {Fact.AUTHOR}),
        (quoting(from_user(STRANGER)), {}, {Fact.AUTHOR}),
        (quoting(HIDDEN), {"authors": {SOURCE: ""}}, set()),
        (quoting(from_channel(OTHER), OTHER), {}, {Fact.ADDRESSES}),
        (quoting(from_channel(OTHER), OTHER), {"linked": "-"}, set()),
        (quoting(from_channel(LINKED), LINKED), {"linked": person(LINKED)}, set()),
        (quoting(HIDDEN, text="x", quote={"text": "без спасылкі", "position": 0}), {}, set()),
        (quoting(HIDDEN, **{"from": user(ADMIN)}), {}, set()),
    ],
)
def test_only_a_quote_that_breaks_a_lock_is_looked_into(
    body: dict[str, Any], known: dict[str, Any], needed: set[Fact]
) -> None:
    made = state(WARN)
    made.seen[person(ALES)] = NOW
    for name, value in known.items():
        setattr(made, name, value)
    assert needs_facts(update(body), made, context()) == needed


def test_for_a_first_message_the_linked_channel_is_looked_up_and_no_author() -> None:
    assert needs_facts(update(quoting(from_channel(OTHER), OTHER)), state(), context()) == {Fact.ADDRESSES}
    assert needs_facts(update(quoting(HIDDEN)), state(), context()) == set()


def test_a_newcomers_first_message_that_quotes_a_link_from_here_has_none() -> None:
    made = decided(state(), update(quoting(from_user(ADMIN))))
    assert [reason for one in made.changes.observed for reason in one.reasons] == []
    far = decided(state(), update(quoting(from_user(ADMIN), OTHER)))
    assert far.changes.observed[0].reasons == ("first_message.link",)


def test_what_is_quoted_from_another_topic_is_not_read_as_the_senders_text() -> None:
    assert message_text(quoting(from_user(ADMIN))).parts == (("text", "дзякуй"),)
    assert message_text(quoting(HIDDEN)).parts == (("text", "дзякуй"),)
    assert LINK in message_text(quoting(from_user(ADMIN), OTHER)).whole
    assert LINK in message_text(quoting(from_user(ALES))).whole  # said again, it is said


def test_external_replies_are_told_apart() -> None:
    found = external(quoting(from_user(ADMIN)))
    assert found is not None
    assert (found.chat, found.message_id, found.origin["type"]) == (CHAT, SOURCE, "user")
    assert is_of_here(quoting(HIDDEN))
    assert not is_of_here(quoting(HIDDEN, OTHER))
    assert not is_of_here({"external_reply": quoting(HIDDEN)["external_reply"]})
