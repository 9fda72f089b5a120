"""Whose words a message holds, and what follows from it for who is known and what is learnt."""

from dataclasses import replace
from typing import Any

import pytest

from services.moderation.domain import content
from services.moderation.domain.authorship import PASSED_ON, is_own_word, is_passed_on
from services.moderation.domain.reading import Reading
from services.moderation.domain.update import answered
from tests.authors import BESIDE_OTHERS, FORWARDED, NOT_OWN, OWN, WRITTEN_BY_OTHERS
from tests.moderation import (
    ALES,
    NOW,
    STRANGER,
    context,
    decide,
    decided,
    membership,
    message,
    person,
    state,
    update,
    user,
)

DAY = 86400
START = NOW - NOW % DAY
FORWARD = FORWARDED["of a person"]
COMMAND: dict[str, Any] = {"text": "/ban", "entities": [{"type": "bot_command", "offset": 0, "length": 4}]}


def test_no_field_that_is_known_is_taken_for_a_harmless_one_of_a_kind_that_is_not() -> None:
    """What begins like the fields of a forward, a guest or another bot is one of them."""
    families = ("forward_", "guest_", "via_", "sender_business_")
    assert {name for name in content.KNOWN if name.startswith(families)} <= PASSED_ON


def written(**fields: Any) -> dict[str, Any]:
    return message(7, **COMMAND, **fields)


@pytest.mark.parametrize("shape", OWN)
def test_what_the_sender_wrote_is_the_senders_own_word(shape: str) -> None:
    body = written(**OWN[shape])
    assert is_own_word(body)
    seen = update(body).message
    assert seen is not None
    assert (seen.is_own, seen.is_command) == (True, True)


@pytest.mark.parametrize("shape", WRITTEN_BY_OTHERS)
def test_what_somebody_else_wrote_is_nobodys_word_and_no_command(shape: str) -> None:
    body = written(**WRITTEN_BY_OTHERS[shape])
    assert is_passed_on(body)
    seen = update(body).message
    assert seen is not None
    assert (seen.is_own, seen.is_command) == (False, False)


@pytest.mark.parametrize("shape", BESIDE_OTHERS)
def test_words_beside_somebody_elses_are_not_the_senders_alone(shape: str) -> None:
    body = written(**BESIDE_OTHERS[shape])
    assert not is_passed_on(body)
    assert not is_own_word(body)


@pytest.mark.parametrize("shape", NOT_OWN)
def test_the_same_holds_of_a_message_that_is_answered(shape: str) -> None:
    found = answered({"reply_to_message": message(1, text="x", **NOT_OWN[shape])})
    assert found is not None
    assert not found.is_own


@pytest.mark.parametrize("shape", NOT_OWN)
def test_who_only_passes_others_words_on_is_no_known_member(shape: str) -> None:
    found = state({"trust.days": "3"})
    for day in range(9):
        decided(found, update(message(who=STRANGER, at=NOW + day * DAY, text="x", **NOT_OWN[shape])))
    assert found.days[person(STRANGER)] == 0
    assert [one.kind for one in found.changes.observed if one.kind == "wrote"] == []


@pytest.mark.parametrize("first", [True, False])
def test_an_own_word_counts_on_a_day_on_which_something_was_forwarded(first: bool) -> None:
    found = state()
    forwarded, own = update(message(who=STRANGER, text="x", **FORWARD)), update(message(who=STRANGER))
    decided(found, *((forwarded, own) if first else (own, forwarded)), own)
    assert found.days[person(STRANGER)] == 1
    assert [one.kind for one in found.changes.observed] == (["noted", "wrote"] if first else ["wrote"])


@pytest.mark.parametrize("at", [START, START + 1, START + 59, START + 60, START + DAY - 1])
def test_a_day_counts_once_whatever_the_second(at: int) -> None:
    found = state()
    for _ in range(3):
        decided(found, update(message(who=STRANGER, at=at)), update(message(who=STRANGER, at=at, **FORWARD)))
    assert found.days[person(STRANGER)] == 1


def test_only_the_very_first_message_is_looked_at_as_one() -> None:
    found = state()
    decided(
        found,
        update(message(who=STRANGER, text="x", **FORWARD)),
        update(message(who=STRANGER, text="https://example.org")),
        update(message(who=STRANGER, text="https://example.org", at=NOW + DAY)),
    )
    assert [one.reasons for one in found.changes.observed] == [("first_message.forward",), (), ()]


@pytest.mark.parametrize(("fields", "road"), [({}, "vouched"), (FORWARD, "added")])
def test_who_only_forwards_vouches_for_nobody_by_bringing_them(fields: dict[str, Any], road: str) -> None:
    found = decided(state(), update(message(who=ALES, text="x", **fields)))
    body = membership(user(STRANGER), "left", "member") | {"from": user(ALES)}
    decided(found, update(body, "chat_member"))
    assert [one.road for one in found.changes.observed if one.kind == "joined"] == [road]


def test_who_only_forwards_can_still_be_named_in_a_command() -> None:
    sender = user(STRANGER, username="stranger")
    found = decided(state(), update(message(text="x", **FORWARD) | {"from": sender}))
    assert found.changes.named == {"stranger": STRANGER}


@pytest.mark.parametrize("shape", [*NOT_OWN, ""])
def test_only_own_words_are_kept_to_be_learnt_from(shape: str) -> None:
    seen, found = update(message(who=ALES, text="x", **NOT_OWN.get(shape, {}))), state()
    decide(seen, found, replace(context(), texts={seen.id: Reading(spam=True, features=b"f")}))
    assert bool(found.changes.cases) == (not shape)
