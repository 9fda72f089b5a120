"""Durations as people write them."""

from datetime import timedelta

import pytest

from services.moderation.bot.duration import BadDurationError, parse, short


@pytest.mark.parametrize(
    ("word", "length"),
    [
        ("30m", timedelta(minutes=30)),
        ("1h", timedelta(hours=1)),
        ("2D", timedelta(days=2)),
        ("1w", timedelta(weeks=1)),
        ("5г", timedelta(hours=5)),
        ("5ч", timedelta(hours=5)),
    ],
)
def test_a_number_with_a_unit_is_a_duration(word, length):
    assert parse(word) == length


@pytest.mark.parametrize("word", ["", "h", "1", "1y", "1.5h", "-1h", "spam", "1hh", "²h", "9999999m"])
def test_anything_else_is_none(word):
    assert parse(word) is None


@pytest.mark.parametrize("word", ["0m", "366d", "53w"])
def test_what_telegram_would_take_for_ever_is_refused(word):
    with pytest.raises(BadDurationError):
        parse(word)


@pytest.mark.parametrize("word", ["90m", "1h", "2d", "7d"])
def test_a_duration_is_shown_as_it_was_written(word):
    length = parse(word)
    assert length is not None
    assert short(length) == word
