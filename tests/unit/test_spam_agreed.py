"""What teams of chats agree on about texts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.moderation.spam.agreed import agreed
from services.moderation.spam.online import NONE, WEIGHT_MOST, Correction, learn, scores
from services.moderation.spam.ready import ready

FENCES = "Заборы из профнастила от завода, замер и монтаж в подарок всем соседям этого дома"
GREETING = "Добры дзень, суседзі! Хто завтра на субботник?"


def correction(weights: dict[int, float], reports: int = 1) -> Correction:
    buckets = sorted(weights)
    return Correction(
        np.array(buckets, np.int32), np.array([weights[b] for b in buckets], np.float32), reports
    )


def plain(found: Correction) -> dict[int, float]:
    return {int(b): round(float(w), 3) for b, w in zip(found.buckets, found.weights, strict=True)}


def test_what_one_team_teaches_comes_to_nothing_however_many_chats_it_has() -> None:
    assert plain(agreed([])) == plain(agreed([[correction({1: 4.0})] * 50])) == {}
    assert plain(agreed([[correction({1: 4.0})], []])) == {}


def test_of_two_that_agree_the_lesser_counts_and_of_two_that_differ_nothing() -> None:
    assert plain(agreed([[correction({1: 4.0, 2: 1.0})], [correction({1: 1.5, 3: 1.0})]])) == {1: 1.5}
    assert plain(agreed([[correction({1: 4.0})], [correction({1: -4.0})]])) == {}
    assert plain(agreed([[correction({1: -4.0})], [correction({1: -1.0})]])) == {1: -1.0}


def test_chats_of_one_team_are_added_up_and_never_beyond_the_most() -> None:
    loud = [correction({1: WEIGHT_MOST})] * 9
    assert plain(agreed([loud, [correction({1: 1.0})], [correction({1: 2.0})]])) == {1: 3.0}
    assert plain(agreed([loud, loud, loud, loud])) == {1: WEIGHT_MOST}


def test_a_captured_team_teaches_neither_spam_nor_ham_against_the_others() -> None:
    model, text = ready(), FENCES
    spam, ham = NONE, NONE
    for _ in range(30):
        spam = learn(model, spam, GREETING, "spam").correction
        ham = learn(model, ham, text, "ham").correction
    two = [[learn(model, NONE, text, "spam").correction] for _ in range(2)]
    before = scores(model, [text, GREETING], agreed(two))
    after = scores(model, [text, GREETING], agreed([*two, [spam, ham]]))
    assert before[0] > scores(model, [text])[0]
    assert after == pytest.approx(before, abs=0.05)


TEAMS = st.lists(
    st.lists(st.dictionaries(st.integers(0, 5), st.floats(-6, 6, width=16)).map(correction), max_size=3),
    max_size=5,
)


@given(TEAMS)
def test_no_bucket_goes_further_than_all_teams_but_any_one_would_take_it(
    teams: list[list[Correction]],
) -> None:
    found = plain(agreed(teams))
    for bucket in range(6):
        totals = [
            float(np.clip(sum(plain(one).get(bucket, 0.0) for one in team), -WEIGHT_MOST, WEIGHT_MOST))
            for team in teams
        ]
        value = found.get(bucket, 0.0)
        for n in range(len(totals)):  # left out in turn
            rest = totals[:n] + totals[n + 1 :]
            assert value <= sum(max(one, 0.0) for one in rest) + 0.02
            assert value >= sum(min(one, 0.0) for one in rest) - 0.02
