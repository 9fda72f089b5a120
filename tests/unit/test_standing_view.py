"""What one chat may know of a person, and how many voices speak."""

from collections.abc import Iterable

import pytest

from services.moderation.domain.admission import DAY, Admission, Admissions
from services.moderation.domain.standing import (
    ADVISE,
    REMOVE,
    Profile,
    Seen,
    Standing,
    conclude,
    judge_all,
    level,
    observe,
    own_case,
    said_after_card,
)
from services.moderation.domain.standing.person import CHATS_MOST
from services.moderation.domain.standing.profile import left_out
from services.moderation.domain.standing.weights import ONE_VOICE, TWO_VOICES

NOW, HOUR = 1_790_000_000, 3600
LONG_AGO = NOW - 20 * DAY


def city(*known: str, **teams: Iterable[str]) -> Admissions:
    """Known chats, each led by somebody else; `teams` are chats with one admin."""
    admins = {chat: frozenset({f"admin of {chat}"}) for chat in known}
    for name, chats in teams.items():
        admins |= {chat: frozenset({name}) for chat in chats}
    return Admissions({chat: Admission("known") for chat in admins}, admins)


def say(
    standing: Standing,
    chat: str,
    kind: str,
    at: int = LONG_AGO,
    reasons: tuple[str, ...] = (),
    road: str = "",
) -> None:
    place = (53.8 + 0.05 * int(chat[1:]), 27.5) if chat[1:].isdigit() else None
    observe(standing, Seen(chat, -sum(chat.encode()), kind, reasons, at, place, road))


def newcomer(chat: str = "h") -> Standing:
    """Somebody who has just joined and done nothing."""
    standing = Standing()
    say(standing, chat, "joined", NOW - HOUR)
    return standing


def seen(
    standing: Standing, admissions: Admissions, chat: str = "h", *, shared: bool = False
) -> dict[str, float]:
    found = conclude(Profile(standing, NOW, admissions=admissions, shared=shared).at(chat))
    return {one.name: one.weight for one in found.signals}


def scores(
    standing: Standing, admissions: Admissions, chat: str = "h", *, shared: bool = False
) -> tuple[float, float]:
    """The score in a chat, and what of it stands without any single voice of others."""
    found = conclude(Profile(standing, NOW, admissions=admissions, shared=shared).at(chat))
    return found.score, found.weakest.score


# A guest says nothing to others and learns nothing of them.


@pytest.mark.parametrize("guests", [1, 5, 20, 250])
def test_no_number_of_guests_harms_or_helps_anybody_elsewhere(guests: int) -> None:
    admissions, standing, spotless = city("h"), newcomer(), newcomer()
    for n in range(guests):
        say(standing, f"g{n}", "joined", NOW - HOUR, road="vouched")
        say(standing, f"g{n}", "noted", NOW - HOUR, ("burst", "company", "spam.text", "lookalike.forged"))
        say(standing, f"g{n}", "noted", NOW - HOUR, ("vouched", "leads"))
        say(standing, f"g{n}", "banned" if n % 2 else "trusted", NOW - HOUR)
    assert seen(standing, admissions) == seen(spotless, admissions)
    assert scores(standing, admissions) == scores(spotless, admissions)


def test_a_guest_learns_nothing_of_what_the_city_knows() -> None:
    admissions = city("h", "a1", "a2")
    standing, spotless = newcomer("g"), newcomer("g")
    for n in range(9):
        say(standing, f"a{n}", "joined", NOW - HOUR)
        say(standing, f"a{n}", "noted", NOW - HOUR, ("spam.text", "burst"))
        say(standing, f"a{n}", "banned", NOW - HOUR)
        observe(standing, Seen(f"a{n}", n, "wrote", (), NOW - HOUR, look=f"name {n}"))
    assert seen(standing, admissions, "g", shared=True) == seen(spotless, admissions, "g")
    assert judge_all(Profile(standing, NOW, shared=True, admissions=admissions), "g") == []


def test_what_is_seen_in_a_guest_tells_no_known_chat_and_the_other_way_round() -> None:
    admissions = city("h")
    for where, other in (("g", "h"), ("h", "g")):
        standing = newcomer(other)
        say(standing, where, "wrote", NOW, ("new_message.invite",))
        told = judge_all(Profile(standing, NOW, admissions=admissions), where)
        assert [one.chat for one in told] == [where]


def test_a_guest_is_moderated_by_what_happens_in_it() -> None:
    standing = newcomer("g")
    say(standing, "g", "wrote", NOW, ("new_message.invite",))
    (told,) = judge_all(Profile(standing, NOW, admissions=city("h")), "g")
    assert told.score == told.firm == told.own >= REMOVE


def test_nobody_is_judged_where_the_bot_has_never_seen_them() -> None:
    admissions, standing = city("h", "a1", "a2"), newcomer()
    say(standing, "a1", "trusted", NOW - HOUR)  # `/trust ID` by an admin who never met them
    say(standing, "a2", "asked", NOW - HOUR)
    say(standing, "h", "wrote", NOW, ("new_message.invite",))
    for road in ("joined", "wrote", "requested"):
        met = newcomer()
        say(met, "a1", road, NOW - HOUR)
        say(met, "h", "wrote", NOW, ("new_message.invite", "first_message.link", "lookalike.forged"))
        say(met, "a2", "banned", NOW)
        assert {one.chat for one in judge_all(Profile(met, NOW, admissions=admissions), "h")} >= {"a1", "h"}
    assert {one.chat for one in judge_all(Profile(standing, NOW, admissions=admissions), "h")} == {"h"}


def test_a_stranger_with_many_groups_pushes_nobodys_chats_out_of_memory() -> None:
    admissions = city(*(f"k{n}" for n in range(20)))
    standing = Standing()
    for n in range(20):
        observe(standing, Seen(f"k{n}", n, "joined", (), NOW - DAY + n), admissions=admissions)
    for n in range(3 * CHATS_MOST):
        observe(standing, Seen(f"g{n}", n, "joined", (), NOW - HOUR + n), admissions=admissions)
    assert len(standing.chats) == len(standing.joins) == CHATS_MOST
    assert {f"k{n}" for n in range(20)} <= standing.chats.keys()
    assert {f"k{n}" for n in range(1, 20)} <= {chat for _, chat in standing.joins}


# Words are counted by teams.


def test_bans_count_by_teams_and_never_by_chats() -> None:
    one_team = city("h", team=("a1", "a2", "a3", "a4"))
    two_teams = city("h", "a1", team=("a2", "a3", "a4"))
    for admissions, weight in ((one_team, 3.2), (two_teams, 5.0)):
        standing = newcomer()
        for n in range(1, 5):
            say(standing, f"a{n}", "banned")
        assert seen(standing, admissions)["listed"] == weight


def test_the_sister_chats_of_ones_own_team_are_one_voice_too() -> None:
    """Else whoever holds one chat could make an innocent chat's admin one of its own, and speak for it."""
    standing, admissions = newcomer(), city(team=("h", "a1", "a2"))
    for chat in ("a1", "a2"):
        say(standing, chat, "banned")
    total, firm = scores(standing, admissions)
    assert ADVISE <= total < REMOVE
    assert firm < ADVISE


@pytest.mark.parametrize(("teams", "removed"), [(1, False), (2, False), (3, True)])
def test_one_voice_never_reaches_removal(teams: int, removed: bool) -> None:
    """Two that agree are advice where each is needed, and three stand without any one of them."""
    standing = newcomer()
    for n in range(teams):
        say(standing, f"a{n}", "banned")
    total, firm = scores(standing, city("h", *(f"a{n}" for n in range(teams))))
    assert total >= ADVISE
    assert (firm >= REMOVE) is removed


def test_two_teams_stand_where_the_chats_own_evidence_agrees() -> None:
    standing = newcomer()
    say(standing, "h", "wrote", NOW, ("lookalike.short", "spam.repeated", "repeated.often"))
    for chat in ("a1", "a2"):
        say(standing, chat, "banned")
    _, firm = scores(standing, city("h", "a1", "a2"))
    assert firm >= REMOVE


def test_whatever_one_team_says_and_sees_is_left_out_together() -> None:
    """Bans, reports, waves, and people added to its chats: all of it is one voice."""
    chats = [f"a{n}" for n in range(8)]
    standing = newcomer()
    for n, chat in enumerate(chats):
        say(standing, chat, "joined", NOW - HOUR + 60 * n, road="added")
        say(standing, chat, "noted", NOW - HOUR + 60 * n, ("burst", "spam.text"))
    for chat in chats[:4]:
        say(standing, chat, "banned", NOW - 60)
    total, firm = scores(standing, city("h", team=chats))
    assert total >= REMOVE
    assert firm == scores(newcomer(), city("h"))[0]


def test_two_teams_of_less_than_a_week_are_one_voice() -> None:
    old = city("h", "a1", "a2", "a3", "a4")
    young = Admissions({chat: one._replace(came=NOW - DAY) for chat, one in old.chats.items()}, old.admins)
    standing = newcomer()
    for n in range(1, 4):
        say(standing, f"a{n}", "banned")
    assert scores(standing, old)[1] >= REMOVE
    assert scores(standing, young)[1] < REMOVE
    assert seen(standing, young)["listed"] == 3.2  # three halves are one, for advice
    say(standing, "a4", "banned")
    assert seen(standing, young)["listed"] == 5.0


def test_the_list_of_another_operator_is_one_voice() -> None:
    standing, admissions = newcomer(), city("h", "a1")
    say(standing, "a1", "banned")
    total, firm = scores(standing, admissions, shared=True)
    assert total >= REMOVE
    assert ADVISE <= firm < REMOVE


def test_the_same_text_in_several_chats_needs_none_of_them_in_particular() -> None:
    admissions, standing = city("h"), newcomer()
    say(standing, "h", "wrote", NOW, ("spam.text", "spam.repeated"))
    total, firm = scores(standing, city("h", "a1"))
    assert total >= REMOVE  # nobody else is there to leave out
    say(standing, "a1", "joined", NOW - HOUR)
    total, firm = scores(standing, city("h", "a1"))
    assert total >= REMOVE > firm
    say(standing, "h", "noted", NOW, ("repeated.often",))
    assert scores(standing, city("h", "a1"))[1] >= REMOVE
    assert conclude(Profile(standing, NOW, admissions=admissions).alone("h")).score < REMOVE


# What follows from a word is no second voice.


def told(standing: Standing, admissions: Admissions, chat: str, at: int) -> bool:
    """Whether the admins of a chat get a card when the person is seen there."""
    say(standing, chat, "joined", at)
    found = judge_all(Profile(standing, at, admissions=admissions), chat)
    return chat in {one.chat for one in found}


def press(standing: Standing, admissions: Admissions, chat: str, kind: str, at: int) -> None:
    """An admin's word, as the stage of people takes it."""
    say(standing, chat, kind, at)
    own = own_case(Profile(standing, at, admissions=admissions), chat)
    said_after_card(standing.chats[chat], kind, at, own_case=own)


def test_a_chain_of_presses_on_cards_stays_the_one_voice_that_it_began_with() -> None:
    chats = [f"a{n}" for n in range(1, 9)]
    admissions, standing = city("h", "k0", *chats), Standing()
    say(standing, "k0", "banned", LONG_AGO)
    for n, chat in enumerate(chats):  # each is told of what was said before, and each presses "remove"
        at = NOW - (20 - 2 * n) * DAY
        assert told(standing, admissions, chat, at)
        press(standing, admissions, chat, "banned", at + 60)
        assert standing.chats[chat].ban_sources == ("k0",)
    say(standing, "h", "joined", NOW - HOUR)
    total, firm = scores(standing, admissions)
    assert ADVISE <= total < REMOVE
    assert firm < ADVISE


def test_a_ban_for_what_the_chat_has_seen_itself_is_its_own_word() -> None:
    admissions, standing = city("h", "k0", "a1", "a2"), Standing()
    say(standing, "k0", "banned", LONG_AGO)
    for chat in ("a1", "a2"):
        assert told(standing, admissions, chat, NOW - DAY)
        say(standing, chat, "wrote", NOW - DAY + 60, ("new_message.link",))
        press(standing, admissions, chat, "banned", NOW - DAY + 120)
        assert standing.chats[chat].ban_sources == ()
    say(standing, "h", "joined", NOW - HOUR)
    assert scores(standing, admissions)[1] >= REMOVE


def test_a_ban_long_after_a_card_is_an_admins_own() -> None:
    admissions, standing = city("h", "k0"), Standing()
    say(standing, "k0", "banned", NOW - 100 * DAY)
    assert told(standing, admissions, "h", NOW - 40 * DAY)
    press(standing, admissions, "h", "banned", NOW)
    assert standing.chats["h"].ban_sources == ()


def test_a_repeated_word_ends_with_the_word_that_it_repeats() -> None:
    admissions, standing = city("h", "k0", "a1"), Standing()
    say(standing, "k0", "banned", LONG_AGO)
    told(standing, admissions, "a1", NOW - DAY)
    press(standing, admissions, "a1", "banned", NOW - DAY + 60)
    say(standing, "h", "joined", NOW - HOUR)
    assert "listed" in seen(standing, admissions)
    captured = Admissions(
        {**admissions.chats, "k0": Admission("guest", words_from=NOW - 60)}, admissions.admins
    )
    assert "listed" not in seen(standing, captured)
    assert "banned" not in seen(standing, captured, "a1")
    say(standing, "k0", "trusted", NOW - 30)  # or its own admins take it back
    assert "listed" not in seen(standing, admissions)


def test_ways_that_one_team_has_made_up_are_no_other_teams_word() -> None:
    """It adds somebody to eight chats of its own at once; two other chats remove them by the card."""
    chats = [f"k{n}" for n in range(8)]
    admissions, standing = city("h", "a1", "a2", team=chats), Standing()
    for n, chat in enumerate(chats):
        say(standing, chat, "joined", NOW - DAY + 60 * n, road="added")
    for chat in ("a1", "a2"):
        assert told(standing, admissions, chat, NOW - DAY + 600)
        press(standing, admissions, chat, "banned", NOW - DAY + 700)
    say(standing, "h", "joined", NOW - HOUR)
    assert scores(standing, admissions)[1] < ADVISE


def test_who_was_seen_by_many_teams_is_found_by_two_presses_as_before() -> None:
    chats = [f"k{n}" for n in range(9)]
    admissions, standing = city("h", "a1", "a2", *chats), Standing()
    for n, chat in enumerate(chats):
        say(standing, chat, "joined", NOW - DAY + 60 * n)
    for chat in ("a1", "a2"):
        assert told(standing, admissions, chat, NOW - DAY + 600)
        press(standing, admissions, chat, "banned", NOW - DAY + 700)
    say(standing, "h", "joined", NOW - HOUR)
    assert scores(standing, admissions)[1] >= REMOVE


def test_trust_that_an_admin_takes_back_counts_nowhere_any_more() -> None:
    admissions, standing = city("h", "k0"), newcomer()
    say(standing, "k0", "trusted", NOW - DAY)
    assert "trusted.elsewhere" in seen(standing, admissions)
    say(standing, "k0", "noted", NOW, ("untrusted",))
    assert "trusted.elsewhere" not in seen(standing, admissions)
    assert "listed" not in seen(standing, admissions)


# A word is withdrawn.


@pytest.mark.parametrize("state", ["guest", "blocked", "known"])
def test_everything_a_chat_said_ends_at_once_when_it_is_withdrawn_and_does_not_come_back(state: str) -> None:
    standing = newcomer()
    say(standing, "k0", "joined", NOW - 2 * DAY, road="vouched")
    say(standing, "k0", "noted", NOW - 2 * DAY, ("spam.text", "burst", "vouched", "leads"))
    say(standing, "k1", "banned", NOW - 2 * DAY)
    say(standing, "k2", "trusted", NOW - 2 * DAY)
    chats = {chat: Admission(state, words_from=NOW - DAY) for chat in ("k0", "k1", "k2")}  # type: ignore[arg-type]
    before = city("h", "k0", "k1", "k2")
    after = Admissions({**before.chats, **chats}, before.admins)
    assert {"listed", "trusted.elsewhere", "leads.elsewhere", "vouched"} <= seen(standing, before).keys()
    words = seen(standing, after).keys()
    assert not {"listed", "elsewhere", "trusted.elsewhere", "leads.elsewhere", "vouched"} & words
    assert "vouched.members" not in words
    if state == "known":  # what it says from now on counts
        say(standing, "k1", "banned", NOW)
        assert "listed" in seen(standing, after)


def test_a_chat_is_told_anew_when_what_it_was_told_rested_on_a_word_that_is_withdrawn() -> None:
    admissions, standing = city("h", "k0", "k1", "a1"), newcomer()
    for chat in ("k0", "k1"):
        say(standing, chat, "banned", LONG_AGO)
    (first,) = judge_all(Profile(standing, NOW, admissions=admissions), "h")
    assert set(first.sources) == {"k0", "k1"}
    withdrawn = {one: Admission("guest", words_from=NOW + 1) for one in ("k0", "k1")}
    after = Admissions({**admissions.chats, **withdrawn}, admissions.admins)
    assert judge_all(Profile(standing, NOW + 60, admissions=after), "h") == []
    say(standing, "a1", "banned", NOW + 60)  # less than what was said before, and true
    (second,) = judge_all(Profile(standing, NOW + 60, admissions=after), "h")
    assert level(second.score) < level(first.score)
    assert second.sources == ("a1",)


# Trust.


def test_one_team_shields_nobody_from_what_a_chat_sees_itself() -> None:
    admissions = city("h", team=("k0", "k1", "k2", "k3"))
    for reasons in (("first_message.link",), ("spam.text",), ("new_message.invite",), ("lookalike.forged",)):
        standing = newcomer()
        for n in range(4):
            say(standing, f"k{n}", "joined", NOW - 3 * DAY, road="vouched")
            say(standing, f"k{n}", "trusted", NOW - 3 * DAY)
            for at in range(9):
                say(standing, f"k{n}", "noted", NOW - 2 * DAY + at, ("vouched",))
            say(standing, f"k{n}", "noted", NOW - DAY, ("leads",))
        say(standing, "h", "wrote", NOW, reasons)
        assert scores(standing, admissions)[0] >= ADVISE, reasons
        (one,) = [
            one for one in judge_all(Profile(standing, NOW, admissions=admissions), "h") if one.chat == "h"
        ]
        assert round(-3.0 + sum(signal.weight for signal in one.signals), 2) == round(one.score, 2)


def test_all_that_one_team_says_for_somebody_has_a_cap_and_two_teams_say_more() -> None:
    for admissions, several in ((city("h", team=("k0", "k1")), False), (city("h", "k0", "k1"), True)):
        standing = newcomer()
        for chat in ("k0", "k1"):
            say(standing, chat, "trusted", NOW - DAY)
            say(standing, chat, "noted", NOW - DAY, ("leads",))
            say(standing, chat, "noted", NOW - DAY, ("vouched",))
        total = -3.0 - scores(standing, admissions)[0]
        assert (total > -ONE_VOICE + 0.01) is several


def test_a_chats_own_trust_and_its_own_members_word_hold_in_full() -> None:
    standing = newcomer()
    say(standing, "k0", "trusted", NOW - DAY)
    say(standing, "h", "wrote", NOW, ("new_message.invite",))
    say(standing, "h", "trusted", NOW)
    say(standing, "h", "wrote", NOW, ("new_message.invite",))
    assert scores(standing, city("h", "k0"))[0] < ADVISE - 2


def test_trust_that_follows_a_card_which_said_so_is_no_second_voice() -> None:
    admissions, standing = city("h", "k0", "a1", "b1"), Standing()
    say(standing, "k0", "trusted", LONG_AGO)
    say(standing, "b1", "banned", LONG_AGO)
    say(standing, "a1", "joined", NOW - DAY)
    say(standing, "a1", "wrote", NOW - DAY, ("first_message.link",))
    assert judge_all(Profile(standing, NOW - DAY, admissions=admissions), "a1")
    press(standing, admissions, "a1", "trusted", NOW - DAY + 60)
    assert standing.chats["a1"].trust_sources == ("k0",)
    say(standing, "h", "joined", NOW - HOUR)
    assert seen(standing, admissions)["trusted.elsewhere"] >= -1.5
    assert "trusted.here" in seen(standing, admissions, "a1")


def test_a_ban_ends_with_the_word_without_which_there_would_have_been_no_card() -> None:
    """Some chats were joined in an honest way; only with the captured chat's ban there was a card."""
    chats = [f"k{n}" for n in range(1, 4)]
    admissions, standing = city("h", "k0", "a1", *chats), Standing()
    for n, chat in enumerate(chats):
        say(standing, chat, "joined", NOW - DAY + 60 * n)
    say(standing, "k0", "banned", NOW - DAY + 400)
    say(standing, "a1", "joined", NOW - DAY + 500)
    found = judge_all(Profile(standing, NOW - DAY + 500, admissions=admissions), "a1")
    (card,) = [one for one in found if one.chat == "a1"]
    assert card.pivotal == ("k0",)
    press(standing, admissions, "a1", "banned", NOW - DAY + 600)
    assert set(standing.chats["a1"].ban_sources) > {"k0"} == set(standing.chats["a1"].ban_needs)
    assert {"a1", "k0"} <= banned_by(standing, admissions)
    gone = Admissions({**admissions.chats, "k0": Admission("guest", words_from=NOW)}, admissions.admins)
    assert not {"a1", "k0"} & banned_by(standing, gone)


def banned_by(standing: Standing, admissions: Admissions) -> set[str]:
    """Chats whose admins have banned somebody, as another one sees it."""
    return Profile(standing, NOW, admissions=admissions).at("h").standing.banned


def test_a_word_is_left_out_beside_each_team_that_has_only_seen_the_person() -> None:
    """What hangs on one chat's having seen somebody anyway, no single word makes a removal."""
    standing, teams = newcomer(), [f"a{n}" for n in range(6)]
    for n, chat in enumerate(teams[1:]):
        say(standing, chat, "joined", NOW - HOUR + 60 * n)
    say(standing, "a0", "banned", NOW - HOUR)
    found = conclude(Profile(standing, NOW, admissions=city("h", *teams)).at("h"))
    apart = [conclude(facts).score for unit, facts in left_out(found.facts) if unit.single]
    assert found.weakest.score < min(apart), "less than without any one of them"


def test_what_two_teams_say_for_somebody_has_a_cap_too() -> None:
    scored = []
    for teams in range(5):
        standing = newcomer()
        for n in range(teams):
            say(standing, f"k{n}", "trusted", NOW - DAY)
            say(standing, f"k{n}", "noted", NOW - DAY, ("leads",))
            say(standing, f"k{n}", "noted", NOW - DAY, ("vouched",))
        say(standing, "h", "wrote", NOW, ("new_message.invite",))
        scored.append(scores(standing, city("h", *(f"k{n}" for n in range(teams))))[0])
    nobody, one, two, three, _ = scored
    assert scored == sorted(scored, reverse=True), "the more speak for them, the better"
    assert nobody - one <= -ONE_VOICE < nobody - two <= -TWO_VOICES + 0.01 < nobody - three


def test_a_team_that_has_also_trusted_somebody_is_needed_for_what_it_says_against_them() -> None:
    """An admin of its chats whom it then accuses: left out together, the two had hidden each other."""
    standing, admissions = newcomer(), city("h", "a1", "a2", "a3", team=("k0", "k1"))
    say(standing, "k1", "noted", NOW - DAY, ("leads",))
    for n in range(1, 4):
        say(standing, f"a{n}", "joined", NOW - HOUR + 60 * n)
    say(standing, "k0", "banned", NOW - HOUR)
    without_a_word = newcomer()
    say(without_a_word, "k1", "noted", NOW - DAY, ("leads",))
    for n in range(1, 4):
        say(without_a_word, f"a{n}", "joined", NOW - HOUR + 60 * n)
    total, firm = scores(standing, admissions)
    assert firm <= scores(without_a_word, admissions)[0] < total
