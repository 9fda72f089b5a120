"""Nights and lock-downs: when, what is taken, and that exactly what was there is given back."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.moderation.domain import closing, schedule
from services.moderation.domain.closing import FOR_EVER, NEVER, Closed
from services.moderation.domain.permissions import SPEAKING
from services.moderation.domain.settings import ChatSettings
from tests.sure import sure

HOUR = 3600
WINDOWS = (
    "22:00-07:00", "02:30-07:00", "22:00-02:30", "02:15-02:45", "01:30-01:00", "00:00-06:00", "23:45-00:15",
)  # fmt: skip
NAMES = (*SPEAKING, "can_invite_users", "can_pin_messages", "can_change_info", "can_send_smells")
PERMISSIONS = st.fixed_dictionaries(dict.fromkeys(NAMES, st.booleans()))


def at(text: str, zone: str = "Europe/Minsk") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


@pytest.mark.parametrize(
    ("hours", "clock", "inside"),
    [
        ("22:00-07:00", "2026-11-22T22:00", True),
        ("22:00-07:00", "2026-11-23T06:59", True),
        ("22:00-07:00", "2026-11-23T07:00", False),
        ("22:00-07:00", "2026-11-22T21:59", False),
        ("09:00-17:00", "2026-11-22T12:00", True),
        ("09:00-17:00", "2026-11-22T08:00", False),
        ("00:00-06:00", "2026-11-22T00:00", True),
        ("18:00-00:00", "2026-11-22T23:59", True),
        ("18:00-00:00", "2026-11-22T00:00", False),
        ("always", "2026-11-22T12:00", False),
    ],
)
def test_a_window_of_the_day_in_the_chats_zone(hours: str, clock: str, inside: bool) -> None:
    assert schedule.inside(hours, "Europe/Minsk", at(clock)) is inside


def span(hours: str, zone: str, clock: str, fold: int = 0) -> tuple[str, str]:
    """The window that covers the moment, as the clocks of the zone show its ends."""
    moment = datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo(zone), fold=fold)
    found = sure(schedule.covering(hours, zone, int(moment.timestamp())))
    start, end = (schedule.there(at, zone).strftime("%m-%d %H:%M%z") for at in found)
    return start, end


def test_a_night_ends_at_its_hour() -> None:
    night = ("11-22 22:00+0300", "11-23 07:00+0300")
    assert span("22:00-07:00", "Europe/Minsk", "2026-11-22T23:00") == night
    assert span("22:00-07:00", "Europe/Minsk", "2026-11-23T03:00") == night


@pytest.mark.parametrize(
    ("hours", "zone", "clock", "fold", "start", "end"),
    [
        ("22:00-07:00", "Europe/Warsaw", "2026-10-25T02:30", 1, "10-24 22:00+0200", "10-25 07:00+0100"),
        ("22:00-07:00", "Europe/Warsaw", "2026-03-29T03:30", 0, "03-28 22:00+0100", "03-29 07:00+0200"),
        # An end in the hour that comes twice is its first time; a beginning too.
        ("22:00-02:30", "Europe/Warsaw", "2026-10-25T02:29", 0, "10-24 22:00+0200", "10-25 02:30+0200"),
        ("02:30-07:00", "Europe/Warsaw", "2026-10-25T02:00", 1, "10-25 02:30+0200", "10-25 07:00+0100"),
        # An end in the hour that never comes is when the clocks are put forward.
        ("22:00-02:30", "Europe/Warsaw", "2026-03-29T01:59", 0, "03-28 22:00+0100", "03-29 03:00+0200"),
        ("02:30-07:00", "America/New_York", "2026-03-08T03:00", 0, "03-08 03:00-0400", "03-08 07:00-0400"),
        # The clocks are put back over midnight: it has begun already, and is not over again.
        ("00:00-06:00", "America/St_Johns", "2010-11-06T23:30", 1, "11-07 00:00-0230", "11-07 06:00-0330"),
        # A day that never was.
        ("22:00-07:00", "Pacific/Apia", "2011-12-31T06:00", 0, "12-31 00:00+1400", "12-31 07:00+1400"),
        ("22:00-07:00", "Asia/Kolkata", "2028-02-29T00:10", 0, "02-28 22:00+0530", "02-29 07:00+0530"),
        ("22:00-07:00", "Pacific/Kiritimati", "2028-01-01T06:59", 0, "12-31 22:00+1400", "01-01 07:00+1400"),
    ],
)  # fmt: skip
def test_a_night_ends_at_its_hour_also_when_the_clocks_are_turned(
    hours: str, zone: str, clock: str, fold: int, start: str, end: str
) -> None:
    assert span(hours, zone, clock, fold) == (start, end)


@pytest.mark.parametrize(
    ("zone", "around"),
    [
        ("Europe/Warsaw", "2026-10-25T01:00"), ("Europe/Warsaw", "2026-03-29T01:00"),
        ("America/New_York", "2026-11-01T06:00"), ("America/New_York", "2026-03-08T07:00"),
        ("Australia/Lord_Howe", "2026-04-04T15:00"), ("America/St_Johns", "2010-11-07T02:31"),
        ("Africa/Casablanca", "2026-02-15T02:00"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("hours", WINDOWS)
def test_when_the_clocks_are_turned_a_night_begins_once_and_ends_once(
    zone: str, around: str, hours: str
) -> None:
    """However often it is looked, from two days before to two days after, and whenever the look comes."""
    turned, begun = at(around, "UTC"), dict[int, int]()
    for moment in range(turned - 48 * HOUR, turned + 48 * HOUR, 300):
        if (found := schedule.covering(hours, zone, moment)) is not None:
            assert found.start <= moment < found.end
            assert begun.setdefault(found.start, found.end) == found.end
    days = [schedule.day(start, zone) for start in begun]
    assert len(days) == len({*days})
    assert len(days) >= 3


@given(PERMISSIONS, st.sampled_from(["silent", "text"]))
def test_closing_only_takes_and_opening_gives_exactly_that_back(before: dict[str, bool], mode: str) -> None:
    ours = closing.closing(before, mode)
    assert all(before[name] or not ours[name] for name in before)
    assert not any(ours[name] for name in ours if name.startswith("can_send_") and name != closing.TEXT)
    assert {n: v for n, v in ours.items() if n in ("can_invite_users", "can_pin_messages")} == {
        n: v for n, v in before.items() if n in ("can_invite_users", "can_pin_messages")
    }
    assert closing.reopened(Closed(before, ours), ours) == before
    assert closing.reopened(Closed(before, ours), before) == before  # a closing that never happened


@given(PERMISSIONS, PERMISSIONS)
def test_what_an_admin_changed_meanwhile_stays(before: dict[str, bool], changed: dict[str, bool]) -> None:
    ours = closing.closing(before, "silent")
    again = closing.reopened(Closed(before, ours), changed)
    for name in NAMES:
        assert again[name] == (before[name] if changed[name] == ours[name] else changed[name])


NIGHT = ChatSettings({"night.hours": "22:00-07:00"})
MIDNIGHT, NOON = at("2026-11-22T23:30"), at("2026-11-22T12:00")
MORNING = at("2026-11-23T07:00")


def test_a_night_closes_at_its_time_and_opens_at_its_end() -> None:
    wanted = sure(closing.due(None, NIGHT, MIDNIGHT))
    assert (wanted.night, wanted.order, wanted.shut) == (MORNING, NEVER, True)
    closed = Closed({}, {}, night=MORNING)
    assert closing.due(closed, NIGHT, MIDNIGHT) is closed
    opened = sure(closing.due(closed, NIGHT, MORNING))
    assert not opened.shut
    assert closing.due(None, NIGHT, NOON) is None


def test_a_lock_down_outlasts_the_night_and_the_night_a_lock_down() -> None:
    by_order = Closed({}, {}, order=FOR_EVER)
    both = sure(closing.due(by_order, NIGHT, MIDNIGHT))
    assert (both.night, both.order) == (MORNING, FOR_EVER)
    later = sure(closing.due(both, NIGHT, MORNING))
    assert (later.night, later.order, later.shut) == (NEVER, FOR_EVER, True)
    short = Closed({}, {}, night=MORNING, order=MIDNIGHT + 60)
    assert closing.due(short, NIGHT, MIDNIGHT + 61) == Closed({}, {}, night=MORNING, order=NEVER)


def test_a_night_that_an_admin_cut_short_does_not_begin_again() -> None:
    assert closing.due(None, NIGHT, MIDNIGHT, skip=MORNING) is None
    assert closing.due(None, NIGHT, MIDNIGHT + 86400, skip=MORNING) is not None


def test_a_night_that_is_switched_off_while_it_lasts_opens_the_chat() -> None:
    opened = sure(closing.due(Closed({}, {}, night=MORNING), ChatSettings(), MIDNIGHT))
    assert not opened.shut


@pytest.mark.parametrize("chat", [None, [], {}, {"permissions": None}, {"permissions": 3}])
def test_permissions_that_telegram_does_not_tell_are_none(chat: dict[str, Any] | list[Any] | None) -> None:
    assert closing.permissions_of(chat) is None


def test_permissions_of_tomorrow_are_kept_too() -> None:
    found = sure(closing.permissions_of({"permissions": {"can_send_smells": True, "odd": "x"}}))
    assert found["can_send_smells"] is True
    assert "odd" not in found
    assert closing.closing(found, "silent")["can_send_smells"] is False
