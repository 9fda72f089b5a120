"""Which chats are heard, and how many independent voices they are."""

from hypothesis import given
from hypothesis import strategies as st

from services.moderation.domain.admission import (
    BEFORE,
    DAY,
    NOT_YET,
    YOUNG,
    Admission,
    Admissions,
    arrived,
    decided,
    teams,
)

NOW = 1_790_000_000


def test_a_chat_is_a_guest_when_it_comes_and_whoever_brought_it_is_remembered() -> None:
    came = arrived(None, NOW, "who")
    assert came == Admission("guest", NOW, brought_by="who")
    assert not came.is_let_in
    assert not Admissions({"a": came}).is_known("a")


def test_coming_back_undoes_no_decision_and_makes_no_chat_younger() -> None:
    for state in ("known", "blocked", "guest"):
        was = decided(arrived(None, NOW, "who"), state, "reviewer abcd", NOW + 1)
        assert arrived(was, NOW + 99, "other") == was


def test_a_chat_can_be_let_in_before_the_bot_comes_and_its_week_begins_when_it_does() -> None:
    was = decided(None, "known", "operator", NOW)
    assert was.is_let_in
    assert was.came == NOT_YET
    assert Admissions({"a": was}).is_young("a", NOW + 99 * DAY)
    came = arrived(was, NOW + DAY, "who")
    assert (came.state, came.came) == ("known", NOW + DAY)


def test_what_a_chat_said_ends_when_its_word_is_withdrawn_and_stays_ended() -> None:
    for state in ("guest", "blocked"):
        known = decided(arrived(None, NOW, ""), "known", "operator", NOW + 1)
        assert known.words_from == 0
        withdrawn = decided(known, state, "operator", NOW + DAY)
        again = decided(withdrawn, "known", "operator", NOW + 2 * DAY)
        assert withdrawn.words_from == again.words_from == NOW + DAY
        found = Admissions({"a": again})
        assert not found.is_heard("a", NOW + DAY)
        assert found.is_heard("a", NOW + DAY + 1)


def test_what_a_guest_said_before_it_was_admitted_counts_unless_it_was_blocked_meanwhile() -> None:
    came = arrived(None, NOW, "")
    assert decided(came, "known", "operator", NOW + 9).words_from == 0
    blocked = decided(came, "blocked", "operator", NOW + 5)
    assert decided(blocked, "known", "operator", NOW + 9).words_from == NOW + 5


def test_only_known_chats_are_heard() -> None:
    found = Admissions({"k": Admission("known"), "g": Admission("guest"), "b": Admission("blocked")})
    assert [one for one in "kgbx" if found.is_heard(one, NOW)] == ["k"]
    assert [found.state(one) for one in "kgbx"] == ["known", "guest", "blocked", "guest"]


def test_chats_with_a_common_admin_are_one_team_also_by_way_of_others() -> None:
    found = teams({"a": {"1"}, "b": {"1", "2"}, "c": {"2"}, "d": {"3"}})
    assert found["a"] == found["b"] == found["c"] != found["d"]


def test_whoever_brought_the_bot_joins_chats_like_an_admin() -> None:
    chats = {"a": Admission("known", brought_by="x"), "b": Admission("known")}
    found = Admissions(chats, {"a": frozenset({"1"}), "b": frozenset({"x"})})
    assert found.team("a") == found.team("b")


def test_chats_whose_admins_nobody_knows_are_one_team() -> None:
    chats = {one: Admission("known") for one in "abcd"}
    found = Admissions(chats, {"c": frozenset({"1"}), "d": frozenset({"2"})})
    assert found.team("a") == found.team("b")
    assert len({found.team(one) for one in "acd"}) == 3


def test_a_guest_joins_nobody_to_a_team() -> None:
    chats = {"a": Admission("known"), "b": Admission("known"), "g": Admission("guest")}
    admins = {"a": frozenset({"1"}), "b": frozenset({"2"}), "g": frozenset({"1", "2"})}
    assert Admissions(chats, admins).team("a") != Admissions(chats, admins).team("b")


def test_a_team_is_young_as_long_as_all_its_chats_are() -> None:
    young, old = Admission("known", NOW - YOUNG + 1), Admission("known", NOW - YOUNG)
    admins = {one: frozenset({"1"}) for one in "ab"}
    assert Admissions({"a": young, "b": young}, admins).is_young("a", NOW)
    both = Admissions({"a": young, "b": old}, admins)
    assert not both.is_young(both.team("a"), NOW)
    assert not Admissions({"a": Admission("known", BEFORE)}).is_young("a", NOW)
    assert not Admissions().is_young("anything", NOW)


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.frozensets(st.integers(0, 6))))
def test_teams_are_the_groups_that_share_people(people: dict[str, frozenset[int]]) -> None:
    named = {chat: {str(one) for one in found} for chat, found in people.items()}
    found = teams(named)
    assert found.keys() == people.keys()
    for chat, team in found.items():
        assert found[team] == team
        for other, theirs in people.items():
            if people[chat] & theirs:
                assert found[other] == team
    for team in set(found.values()):  # and no larger: within a team everybody is reached by sharing
        reached, fresh = {team}, {team}
        while fresh:
            fresh = {o for o in people if o not in reached and any(people[o] & people[r] for r in reached)}
            reached |= fresh
        assert reached == {chat for chat in found if found[chat] == team}
