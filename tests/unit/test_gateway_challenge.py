"""Proofs: only what we handed out ourselves, in its time, and worked for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.challenge import (
    FORM_LASTS,
    FORM_LEAST,
    HOARDED,
    PATIENT,
    WORK_LASTS,
    Unproven,
    bits_for,
    check_form,
    check_work,
    make_challenge,
    make_form_token,
    zero_bits,
)
from tests.gateway import solve

KEY, OTHER = b"k" * 32, b"o" * 32
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def why(check: object, *args: object) -> str:
    with pytest.raises(Unproven) as caught:
        check(*args)  # type: ignore[operator]
    return caught.value.code


def test_a_solved_challenge_is_taken_until_it_expires() -> None:
    challenge = make_challenge(KEY, salt="00ff", bits=6, now=NOW)
    proof = solve(challenge.text, challenge.bits)
    proven = check_work(KEY, proof, NOW + WORK_LASTS)
    assert (proven.source, proven.expires) == (challenge.text, challenge.expires)
    assert why(check_work, KEY, proof, NOW + WORK_LASTS + timedelta(seconds=1)) == "expired"


def test_one_challenge_has_one_source_whatever_the_nonce() -> None:
    challenge = make_challenge(KEY, salt="00ff", bits=0, now=NOW)
    assert (
        check_work(KEY, f"{challenge.text}:a", NOW).source
        == check_work(KEY, f"{challenge.text}:b", NOW).source
    )


def test_too_little_work_is_not_enough() -> None:
    challenge = make_challenge(KEY, salt="00ff", bits=30, now=NOW)
    assert why(check_work, KEY, f"{challenge.text}:0", NOW) == "weak"


def test_nobody_makes_a_challenge_easier_or_longer() -> None:
    text = make_challenge(KEY, salt="00ff", bits=30, now=NOW).text
    version, end, _, salt, signature = text.split(".")
    for forged in (f"{version}.{end}.0.{salt}.{signature}", f"{version}.9{end}.30.{salt}.{signature}"):
        assert why(check_work, KEY, f"{forged}:0", NOW) == "bad"
    assert why(check_work, OTHER, solve(text, 0), NOW) == "bad"


def test_a_form_token_is_no_challenge_and_the_other_way_round() -> None:
    token = make_form_token(KEY, salt="00", now=NOW)
    challenge = make_challenge(KEY, salt="00", bits=0, now=NOW)
    assert why(check_work, KEY, f"{token}:0", NOW) == "bad"
    assert why(check_form, KEY, challenge.text, "", NOW) == "bad"


@pytest.mark.parametrize("nonce", ["", "x" * 33])
def test_a_nonce_is_short_and_not_empty(nonce: str) -> None:
    challenge = make_challenge(KEY, salt="00ff", bits=0, now=NOW)
    assert why(check_work, KEY, f"{challenge.text}:{nonce}", NOW) == "bad"
    assert why(check_work, KEY, challenge.text, NOW) == "bad"


@given(st.text() | st.from_regex(r"[wf]1\.\d*\.\d*\.[0-9a-f]*\.[0-9a-f]*(:.*)?"))
def test_any_other_text_is_refused(text: str) -> None:
    assert why(check_work, KEY, text, NOW) == "bad"
    assert why(check_form, KEY, text, "", NOW) == "bad"


def test_a_form_takes_its_time_but_not_for_ever() -> None:
    token = make_form_token(KEY, salt="00ff", now=NOW)
    assert why(check_form, KEY, token, "", NOW + timedelta(seconds=1)) == "early"
    assert why(check_form, KEY, token, "", NOW - timedelta(hours=1)) == "early"
    assert why(check_form, KEY, token, "", NOW + FORM_LASTS + timedelta(seconds=1)) == "expired"
    assert why(check_form, KEY, token, "http://spam", NOW + FORM_LEAST) == "bad"
    proven = check_form(KEY, token, "", NOW + FORM_LEAST)
    assert (proven.source, proven.expires) == (token, NOW + FORM_LASTS)


def test_the_price_is_the_lowest_of_whose_quota_something_is_left() -> None:
    assert bits_for(16, [1, 1, 1, 1, 1]) == 16
    assert bits_for(16, [0.2, 0.3, 1, 1, 1]) == 17
    assert bits_for(16, [0, 0, 0, 0, 0.3]) == bits_for(16, [0] * 5) == 20


def test_what_was_cheap_when_it_was_asked_for_stays_in_the_cheap_lane() -> None:
    for bits, lane in (3, "work.0"), (4, "work.0"), (6, "work.2"), (30, "work.4"):
        challenge = make_challenge(KEY, salt="00ff", bits=min(bits, 10), now=NOW)
        base = 4 if bits < 30 else 0
        assert check_work(KEY, solve(challenge.text, min(bits, 10)), NOW, base).lane == lane


def test_a_form_has_its_lane_by_the_age_of_its_token() -> None:
    token = make_form_token(KEY, salt="00ff", now=NOW)
    ages = (FORM_LEAST, PATIENT, HOARDED)
    lanes = [check_form(KEY, token, "", NOW + age).lane for age in ages]
    assert lanes == ["form.quick", "form.patient", "form.late"]


def test_zero_bits_are_counted_from_the_front() -> None:
    assert [zero_bits(bytes(x)) for x in ([255, 0], [1, 0], [0, 128], [0, 0])] == [0, 7, 8, 16]
