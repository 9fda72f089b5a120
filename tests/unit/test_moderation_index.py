"""What is kept by time: for how long, and with which numbers."""

from typing import Any

import pytest

from services.moderation.store import names, packed
from services.moderation.store.index import SKEW, Index
from shared.keys import Keys
from tests.moderation import CHAT, NOW

HOUR = 3600
NOBODY: Any = None
INDEX = Index(NOBODY, Keys("k" * 32))


@pytest.mark.parametrize("at", [NOW - 47 * HOUR, NOW, NOW + SKEW, NOW + 49 * HOUR, 2**32 - 1])
@pytest.mark.parametrize("now", [NOW, NOW - NOW % HOUR, NOW - NOW % HOUR - 1])
def test_a_message_is_forgotten_two_days_after_its_hour_whatever_date_it_bears(at: int, now: int) -> None:
    written, lives = INDEX.save(CHAT, [(7, "p", at, 0)], now)
    assert lives[:2] == ("EXPIRE", written[1])
    assert 0 < int(lives[2]) <= 49 * HOUR + SKEW
    assert str(written[3]) == f"7:p:{at}"


def test_a_message_older_than_two_days_is_not_kept() -> None:
    assert INDEX.save(CHAT, [(7, "p", NOW - 48 * HOUR, 0)], NOW) == []


@pytest.mark.parametrize("now", [NOW, 1_830_297_599, 1_830_297_600, 2**31, 2**32])
def test_user_names_of_a_day_are_kept_for_two_days_from_its_beginning(now: int) -> None:
    today = now // names.DAY
    assert names.named_days(now) == (today + 1, today, today - 1)
    assert names.DAY < names.named_ttl(today, now) <= 2 * names.DAY
    assert 0 < names.named_ttl(today - 1, now) <= names.DAY


@pytest.mark.parametrize("at", [0, 1, NOW, 2**31 - 1, 2**31, 2**32 - 1])
@pytest.mark.parametrize("number", [0, 1, 9_999])
def test_a_time_and_a_number_come_out_of_one_score(at: int, number: int) -> None:
    assert packed.unpack(float(packed.pack(at, number))) == (at, number)
