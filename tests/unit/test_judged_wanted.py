"""What the bot does by itself about somebody who was judged, and what it only advises."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.moderation.decide.judged import has_standing, wanted
from services.moderation.domain.settings import ChatSettings
from shared.contracts.telegram import PersonJudged, Signal
from tests.moderation import state

ACTS = ChatSettings({"suspicious": "remove"})
PERSON = "p" * 13


def event(**fields: Any) -> PersonJudged:
    given = {"score": 3.0, "signals": (), "judged_at": datetime(2026, 11, 22, tzinfo=UTC)} | fields
    return PersonJudged(person=PERSON, chat_id=-100, user_id=7, **given)


@pytest.mark.parametrize(
    ("firm", "own", "known", "what"),
    [
        (3.0, 3.0, False, "remove"),
        (0.5, -3.0, False, "advise"),  # one voice is behind it
        (3.0, -3.0, False, "remove"),  # many voices
        (3.0, -3.0, True, "advise"),  # and still nothing was seen here of somebody who is known here
        (3.0, 1.0, True, "remove"),
        (0.5, 3.0, True, "advise"),  # what speaks for them elsewhere counts too
    ],
)
def test_the_bot_acts_on_what_needs_no_single_voice_and_against_the_known_on_what_it_has_seen(
    firm: float, own: float, known: bool, what: str
) -> None:
    assert wanted(ACTS, event(firm=firm, own=own), known=known) == what
    assert wanted(ChatSettings(), event(firm=firm, own=own), known=known) == "advise"


@pytest.mark.parametrize(
    ("firm_action", "own_action", "known", "what"),
    [
        ("remove", "remove", False, "remove"),
        ("advise", "advise", False, "advise"),
        ("restrict", "advise", False, "restrict"),
        ("remove", "restrict", True, "restrict"),
        ("remove", "", True, "advise"),
        ("", "", False, "advise"),
    ],
)
def test_a_rule_asks_for_no_more_than_what_stands_without_the_word_of_others(
    firm_action: str, own_action: str, known: bool, what: str
) -> None:
    rule = {"rule": "a", "action": "remove", "firm_action": firm_action, "own_action": own_action}
    assert wanted(ACTS, event(score=-1.0, firm=-2.0, own=-2.0, **rule), known=known) == what


@pytest.mark.parametrize(
    ("before", "before_firm", "what"), [(3.0, 0.2, "remove"), (3.0, 1.0, "advise"), (None, None, "remove")]
)
def test_what_was_only_told_on_one_voice_is_acted_on_when_a_second_agrees(
    before: float | None, before_firm: float | None, what: str
) -> None:
    found = event(score=3.5, firm=2.0, own=-3.0, before=before, before_firm=before_firm)
    assert wanted(ACTS, found) == what


def test_an_entry_of_before_only_advises_since_it_does_not_say_on_whose_word_it_rests() -> None:
    for known in (False, True):
        assert wanted(ACTS, event(), known=known) == "advise"
        assert wanted(ACTS, event(score=-1.0, rule="a", action="restrict"), known=known) == "advise"
        assert wanted(ACTS, event(own=3.0, own_action="remove"), known=known) == "advise"


def test_standing_in_a_chat_is_trust_of_its_admins_days_of_writing_or_weeks() -> None:
    nobody, days, trusted = state(), state(), state()
    days.days[PERSON] = days.policy.trust_days
    trusted.trusted.add(PERSON)
    weeks = event(signals=(Signal(name="present.long", weight=-1.5),))
    assert not has_standing(nobody, event())
    assert has_standing(days, event())
    assert has_standing(trusted, event())
    assert has_standing(nobody, weeks)
    days.days[PERSON] -= 1
    assert not has_standing(days, event())
