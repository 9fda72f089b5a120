"""What may follow on what stands: nothing that was set gets weaker, at once or later, unless it is lifted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram.types import ChatPermissions
from hypothesis import given
from hypothesis import strategies as st

from services.moderation.domain.membership import FOR_EVER, Membership, banning, later, membership_of, muting
from services.moderation.domain.permissions import FREE, MUTED, PERMISSIONS, SPEAKING
from services.moderation.domain.precedence import (
    LEAST_AHEAD,
    LONGEST,
    Outcome,
    Proceed,
    Withhold,
    end_at,
    ruling,
    weakened,
)
from shared.contracts.telegram import Method

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
T, HOUR, DAY, YEAR = int(NOW), 3_600, 86_400, 366 * 86_400
WHO = 5_000_000_002
PHOTOLESS = FREE | {"can_send_photos": False}
MEMBER, LEFT = Membership("member"), Membership("left")
BANNED, MUTED_FOR_GOOD = Membership("kicked"), Membership("restricted", FOR_EVER, MUTED)


def banned(seconds: int) -> Membership:
    return Membership("kicked", T + seconds)


def muted(seconds: int) -> Membership:
    return Membership("restricted", T + seconds, MUTED)


def ban(seconds: int = 0) -> tuple[Method, dict[str, Any]]:
    return Method.BAN_MEMBER, banning(WHO, T + seconds if seconds else None)


def mute(seconds: int = 0) -> tuple[Method, dict[str, Any]]:
    return Method.RESTRICT_MEMBER, muting(WHO, T + seconds if seconds else None)


UNMUTE = Method.RESTRICT_MEMBER, {"user_id": WHO, "permissions": FREE}
UNBAN = Method.UNBAN_MEMBER, {"user_id": WHO}


def test_every_permission_of_telegrams_is_known_so_that_a_mute_and_its_end_are_whole() -> None:
    """Fails when the Bot API gets another one: then say here whether a closed chat takes it."""
    assert set(PERMISSIONS) == set(ChatPermissions.model_fields)
    assert len(PERMISSIONS) == len(set(PERMISSIONS))
    assert all(name in SPEAKING for name in PERMISSIONS if name.startswith("can_send_"))
    assert not any(MUTED.values())
    assert all(FREE.values())


@pytest.mark.parametrize(
    ("asked", "stands", "outcome", "code", "until"),
    [
        (mute(HOUR), BANNED, "withheld", "ban.stands", FOR_EVER),
        (mute(HOUR), banned(60), "withheld", "ban.stands", T + 60),
        (UNMUTE, BANNED, "withheld", "ban.stands", FOR_EVER),
        (UNMUTE, MEMBER, "already", "restriction.none", None),
        (UNMUTE, LEFT, "already", "restriction.none", None),
        (mute(HOUR), muted(DAY), "withheld", "mute.longer", T + DAY),
        (mute(HOUR), MUTED_FOR_GOOD, "withheld", "mute.longer", FOR_EVER),
        (mute(HOUR), muted(HOUR), "already", "mute.same", T + HOUR),
        (
            mute(HOUR),
            Membership("restricted", FOR_EVER, PHOTOLESS),
            "withheld",
            "restriction.longer",
            FOR_EVER,
        ),
        (mute(HOUR), Membership("restricted", T + DAY, PHOTOLESS), "withheld", "restriction.longer", T + DAY),
        (ban(30 * DAY), BANNED, "withheld", "ban.longer", FOR_EVER),
        (ban(DAY), banned(2 * DAY), "withheld", "ban.longer", T + 2 * DAY),
        (ban(DAY), banned(DAY), "already", "ban.same", T + DAY),
        (ban(), BANNED, "already", "ban.same", FOR_EVER),
        (UNBAN, MEMBER, "already", "ban.none", None),
        (UNBAN, muted(DAY), "already", "ban.none", None),
        (UNBAN, LEFT, "already", "ban.none", None),
        (ban(), Membership("creator"), "refused", "person.admin", None),
        (mute(HOUR), Membership("administrator"), "refused", "person.admin", None),
        (UNMUTE, Membership("administrator"), "already", "person.admin", None),
        (ban(-1), MEMBER, "expired", "time.over", None),
        (mute(-35), MEMBER, "expired", "time.over", None),
    ],
)
def test_what_would_weaken_what_stands_is_withheld(
    asked: tuple[Method, dict[str, Any]], stands: Membership, outcome: Outcome, code: str, until: int | None
) -> None:
    assert ruling(*asked, stands, NOW) == Withhold(outcome, code, until)


@pytest.mark.parametrize(
    ("asked", "stands", "until"),
    [
        (mute(HOUR), MEMBER, T + HOUR),
        (mute(HOUR), LEFT, T + HOUR),
        (mute(DAY), muted(HOUR), T + DAY),
        (mute(), muted(HOUR), FOR_EVER),
        (mute(HOUR), banned(-1), T + HOUR),
        (mute(HOUR), muted(-1), T + HOUR),
        (ban(DAY), MEMBER, T + DAY),
        (ban(), banned(DAY), FOR_EVER),
        (ban(2 * DAY), banned(DAY), T + 2 * DAY),
        (ban(DAY), muted(HOUR), T + DAY),
        (UNBAN, BANNED, None),
        (UNMUTE, muted(HOUR), None),
        (UNMUTE, Membership("restricted", FOR_EVER, PHOTOLESS), None),
    ],
)
def test_what_weakens_nothing_is_done(
    asked: tuple[Method, dict[str, Any]], stands: Membership, until: int | None
) -> None:
    found = ruling(*asked, stands, NOW)
    assert isinstance(found, Proceed)
    assert found.until == until
    assert found.params.get("until_date", FOR_EVER) == (until or FOR_EVER)


def test_an_unban_never_puts_out_a_member_who_has_come_back_meanwhile() -> None:
    found = ruling(*UNBAN, BANNED, NOW)
    assert isinstance(found, Proceed)
    assert found.params["only_if_banned"] is True


def test_who_is_freed_gets_every_permission_also_one_that_is_not_known_here() -> None:
    stands = Membership("restricted", T + HOUR, MUTED | {"can_send_smells": False})
    found = ruling(*UNMUTE, stands, NOW)
    assert isinstance(found, Proceed)
    assert found.params["permissions"] == FREE | {"can_send_smells": True}
    assert "until_date" not in found.params


def test_a_mute_that_replaces_another_restriction_gives_nothing_back_and_takes_all_that_is_new() -> None:
    stands = Membership("restricted", T + HOUR, {"can_send_photos": False, "can_send_smells": True})
    found = ruling(*mute(DAY), stands, NOW)
    assert isinstance(found, Proceed)
    assert found.params["permissions"] == MUTED | {"can_send_smells": False}


def test_a_ban_that_ends_sooner_than_a_restriction_says_that_it_ends_it() -> None:
    found = ruling(*ban(DAY), MUTED_FOR_GOOD, NOW)
    assert found == Proceed({"user_id": WHO, "until_date": T + DAY}, T + DAY, "ends.restriction")


@given(st.integers(-400 * DAY, 800 * DAY), st.floats(0, 0.999))
def test_an_end_lies_a_minute_ahead_at_the_moment_of_the_call_and_never_so_far_that_it_is_for_ever(
    ahead: int, fraction: float
) -> None:
    now, until = NOW + fraction, T + ahead
    found = end_at(until, now)
    if until <= now:
        assert found is None
    else:
        assert found is not None
        assert LEAST_AHEAD <= found - now <= LONGEST < YEAR
        if LEAST_AHEAD + 3 <= ahead <= LONGEST:
            assert found == until, "what was decided, and announced, holds"
    assert end_at(FOR_EVER, now) == FOR_EVER


# What is taken back.


def test_what_is_to_be_taken_back_must_still_stand_just_so() -> None:
    made = muted(HOUR)
    assert isinstance(ruling(*UNMUTE, made, NOW, expected=made), Proceed)
    assert ruling(*UNMUTE, BANNED, NOW, expected=made) == Withhold("withheld", "ban.stands", FOR_EVER)
    assert ruling(*UNMUTE, muted(DAY), NOW, expected=made) == Withhold("withheld", "changed", T + DAY)
    text_only = Membership("restricted", T + HOUR, MUTED | {"can_send_messages": True})
    assert ruling(*UNMUTE, text_only, NOW, expected=made) == Withhold("withheld", "changed", T + HOUR)
    assert ruling(*UNMUTE, MEMBER, NOW, expected=made) == Withhold("already", "over")
    assert ruling(*UNBAN, BANNED, NOW, expected=banned(DAY)) == Withhold("withheld", "changed", FOR_EVER)
    assert ruling(*UNBAN, MUTED_FOR_GOOD, NOW, expected=BANNED) == Withhold("withheld", "changed", FOR_EVER)
    assert isinstance(ruling(*UNBAN, banned(DAY), NOW, expected=banned(DAY)), Proceed)


def test_what_stood_before_is_put_back_though_it_is_weaker() -> None:
    back = Method.RESTRICT_MEMBER, {"user_id": WHO, "permissions": PHOTOLESS, "until_date": T + DAY}
    found = ruling(*back, MUTED_FOR_GOOD, NOW, expected=MUTED_FOR_GOOD)
    assert found == Proceed({"user_id": WHO, "permissions": PHOTOLESS, "until_date": T + DAY}, T + DAY)
    assert isinstance(ruling(*back, BANNED, NOW, expected=BANNED), Proceed)
    assert ruling(*ban(DAY), BANNED, NOW, expected=BANNED) == Proceed(ban(DAY)[1], T + DAY)


def test_what_stood_before_and_has_just_ended_is_not_put_back_for_ever() -> None:
    back = Method.RESTRICT_MEMBER, {"user_id": WHO, "permissions": PHOTOLESS, "until_date": T - 1}
    found = ruling(*back, MUTED_FOR_GOOD, NOW, expected=MUTED_FOR_GOOD)
    assert found == Proceed({"user_id": WHO, "permissions": FREE}, None)
    again = ruling(*ban(-1), BANNED, NOW, expected=BANNED)
    assert isinstance(again, Proceed)
    assert LEAST_AHEAD <= again.params["until_date"] - NOW < 2 * LEAST_AHEAD


# What Telegram's own word says that a call has done.


ENDS = st.sampled_from([FOR_EVER, T + 60, T + HOUR, T + DAY, T + 300 * DAY])
ALLOWED = st.fixed_dictionaries(dict.fromkeys(PERMISSIONS, st.booleans())).filter(
    lambda one: not all(one.values())
)
PLACES = st.one_of(
    st.just(MEMBER),
    st.just(LEFT),
    ENDS.map(lambda end: Membership("kicked", end)),
    st.builds(lambda end, allowed: Membership("restricted", end, allowed), ENDS, ALLOWED),
)
ASKED = st.one_of(
    st.sampled_from([0, 60, HOUR, DAY, 300 * DAY]).map(ban),
    st.sampled_from([0, 60, HOUR, DAY, 300 * DAY]).map(mute),
)


def denied(stands: Membership, moment: float) -> set[str]:
    """What somebody may not at a moment."""
    stands = stands.at(moment)
    if stands.is_banned:
        return {*PERMISSIONS, "come"}
    return {name for name, value in stands.permissions.items() if not value}


@given(PLACES, ASKED)
def test_no_sanction_ever_gives_anything_back_at_any_time(
    stands: Membership, asked: tuple[Method, dict[str, Any]]
) -> None:
    """Telegram replaces whatever stood. The exception is said: a ban that ends sooner than a restriction."""
    found = ruling(*asked, stands, NOW)
    if isinstance(found, Withhold) or found.note == "ends.restriction":
        return
    new = Membership("kicked", found.params.get("until_date", FOR_EVER))
    if asked[0] is Method.RESTRICT_MEMBER:
        new = Membership("restricted", new.until, found.params["permissions"])
    for moment in (NOW, NOW + 61, NOW + HOUR + 1, NOW + DAY + 1, NOW + 300 * DAY + 1, NOW + 900 * DAY):
        assert denied(stands, moment) <= denied(new, moment)
    assert not weakened(stands, new, NOW)


@pytest.mark.parametrize(
    ("old", "new", "weaker"),
    [
        (BANNED, muted(HOUR), True),
        (BANNED, LEFT, True),
        (BANNED, banned(DAY), True),
        (banned(DAY), BANNED, False),
        (banned(-1), muted(HOUR), False),
        (muted(DAY), muted(HOUR), True),
        (muted(DAY), MEMBER, True),
        (muted(HOUR), muted(DAY), False),
        (muted(HOUR), BANNED, False),
        (muted(HOUR), banned(60), False),
        (muted(HOUR), Membership("restricted", T + HOUR, PHOTOLESS), True),
        (Membership("restricted", T + HOUR, PHOTOLESS), muted(HOUR), False),
        (MEMBER, muted(HOUR), False),
        (LEFT, MEMBER, False),
    ],
)
def test_whether_something_got_weaker(old: Membership, new: Membership, *, weaker: bool) -> None:
    assert weakened(old, new, NOW) is weaker


# Telegram's words.


@pytest.mark.parametrize(
    "odd", [None, 1, "x", [], {}, {"status": None}, {"status": []}, {"status": "guest"}, {"user": {}}]
)
def test_a_status_that_is_not_known_is_none(odd: Any) -> None:
    assert membership_of(odd) is None


@pytest.mark.parametrize("odd", [None, "1", -1, 1.5, True, [], {}])
def test_an_end_that_cannot_be_read_is_no_end(odd: Any) -> None:
    assert membership_of({"status": "kicked", "until_date": odd}) == BANNED
    assert membership_of({"status": "restricted", "until_date": odd}) == Membership("restricted")


def test_a_restricted_members_permissions_are_read_also_those_of_tomorrow() -> None:
    found = membership_of(
        {
            "status": "restricted",
            "until_date": T + HOUR,
            "is_member": False,
            "can_send_messages": False,
            "can_send_smells": True,
            "can_send_media_messages": True,
            "can_odd": "x",
        }
    )
    assert found == Membership("restricted", T + HOUR, {"can_send_messages": False, "can_send_smells": True})


def test_never_ends_after_every_time() -> None:
    assert later(FOR_EVER, T)
    assert not later(T, FOR_EVER)
    assert not later(FOR_EVER, FOR_EVER)
    assert later(T + 1, T)
