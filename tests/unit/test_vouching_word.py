"""Whose word for a newcomer counts, and how often."""

import pytest

from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.standing import Seen, Standing, observe, signals
from services.moderation.domain.state import DAY, Admins, ChatState
from services.moderation.domain.vouching import MOST, WITHIN, Vouch, is_meant, may, refusal

NOW = 1_790_000_000


def chat() -> ChatState:
    """`old` has written for long, `late` joined lately and writes a lot, `new` is the newcomer."""
    state = ChatState(
        -1, "c", ChatSettings({"trust.days": "3", "newcomer.days": "7"}), admins=Admins(NOW, {"boss"})
    )
    state.days = {"old": 3, "late": 9, "quiet": 2}
    state.joined = {"new": NOW - DAY, "other": NOW - DAY, "late": NOW - 6 * DAY}
    state.trusted = {"friend"}
    return state


@pytest.mark.parametrize(
    ("who", "heard"), [("old", True), ("friend", True), ("late", False), ("quiet", False), ("new", False)]
)
def test_only_members_of_standing_are_heard(who: str, heard: bool) -> None:
    assert may(who, chat(), NOW) is heard


@pytest.mark.parametrize(
    ("person", "given", "refused"),
    [
        ("new", [], None),
        ("old", [], "vouch.self"),
        ("quiet", [], "vouch.known"),  # was here before the bot
        ("boss", [], "vouch.known"),
        ("new", [Vouch(NOW - 1, "new")], "vouch.twice"),
        ("new", [Vouch(NOW - WITHIN, "new")], None),
        ("new", [Vouch(NOW - 1, f"p{n}") for n in range(MOST)], "vouch.enough"),
        ("new", [Vouch(NOW - WITHIN, f"p{n}") for n in range(MOST)], None),
    ],
)
def test_a_word_is_for_newcomers_once_each_and_a_few_times_a_month(
    person: str, given: list[Vouch], refused: str | None
) -> None:
    assert refusal("old", person, given, chat(), NOW) == refused


def test_members_words_are_counted_once_each_and_stay_within_the_cap_of_the_door() -> None:
    standing = Standing()
    observe(standing, Seen("c", -1, "joined", (), NOW))
    for at in (NOW + 1, NOW + 2, NOW + 2, NOW + 3, NOW + 4):
        observe(standing, Seen("c", -1, "noted", ("vouched",), at))
    found = {one.name: one for one in signals(standing, "c", NOW + 5)}
    assert found["vouched.members"].detail == {"members": 4, "teams": 4, "own": 4, "voices": 0}
    assert found["vouched.members"].weight == -2.0


@pytest.mark.parametrize(
    ("text", "meant"),
    [("/vouch", True), ("/VOUCH@dze_bot", True), ("/voucher", True), ("vouch", False), (None, False)],
)
def test_a_command_is_known_without_reading_it_whole(text: str | None, meant: bool) -> None:
    assert is_meant(text) is meant
