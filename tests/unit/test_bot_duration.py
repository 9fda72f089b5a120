"""Durations as people write them."""

from datetime import timedelta

import pytest

from services.moderation.bot.duration import BadDurationError, parse, said
from services.moderation.bot.i18n import CATALOGUES, Speech


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
def test_a_number_with_a_unit_is_a_duration(word: str, length: timedelta) -> None:
    assert parse(word) == length


@pytest.mark.parametrize("word", ["", "h", "1", "1y", "1.5h", "-1h", "spam", "1hh", "²h", "9999999m"])
def test_anything_else_is_none(word: str) -> None:
    assert parse(word) is None


@pytest.mark.parametrize("word", ["0m", "366d", "53w"])
def test_what_telegram_would_take_for_ever_is_refused(word: str) -> None:
    with pytest.raises(BadDurationError):
        parse(word)


@pytest.mark.parametrize(
    ("language", "length", "words"),
    [
        ("be", timedelta(hours=1), "1 гадзіна"),
        ("be", timedelta(hours=2), "2 гадзіны"),
        ("be", timedelta(days=7), "7 дзён"),
        ("be", timedelta(minutes=21), "21 хвіліна"),
        ("ru", timedelta(days=3), "3 дня"),
        ("ru", timedelta(hours=11), "11 часов"),
        ("ru", timedelta(minutes=90), "1 час 30 минут"),
        ("uk", timedelta(days=365), "365 днів"),
        ("uk", timedelta(hours=22), "22 години"),
        ("uk", timedelta(days=1, minutes=1), "1 день 1 хвилина"),
        ("en", timedelta(hours=1), "1 hour"),
        ("en", timedelta(weeks=2, hours=2, minutes=2), "14 days 2 hours 2 minutes"),
    ],
)
def test_a_duration_is_said_in_words_of_each_language(language: str, length: timedelta, words: str) -> None:
    assert said(Speech(language), length) == words


@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_every_duration_that_can_be_typed_has_words(language: str) -> None:
    for minutes in [*range(1, 1441), 43_200, 525_600]:
        words = said(Speech(language), timedelta(minutes=minutes))
        assert words
        assert not set(words) & set("|{}")
