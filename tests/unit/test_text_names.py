"""Cleaning, folding, house numbers and look-alikes."""

import time
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.listings import NAME_LENGTH
from shared.text import clean_name, clean_text, decode_entities, fold, has_mixed_scripts, houses, skeleton
from shared.text.houses import same_house


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("  Двор \t на\n\nСадовай  ", "Двор на Садовай"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("За\u200bто\u00adка\ufeff", "Затока"),
        ("a\u0000b\u0007c\u007fd\u0085e", "abcd e"),
        ("x\ue000y\U000f0000z", "xyz"),
        ("x\ud800y", "xy"),
        ("x\ufffey\U0001ffffz", "xyz"),
        ("и\u0306", "й"),
        ("у\u0306 е\u0308", "ў ё"),
        ("\u3164\u115f\u2800", ""),
        ("a\u2028b\u2029c\u00a0d\u3000e", "a b c d e"),
        ("Z\u0301\u0302\u0303\u0304\u0305", unicodedata.normalize("NFC", "Z\u0301\u0302\u0303")),
        ("\u0301\u0302", ""),
        ("a\u200db", "ab"),
        ("a\ufe0fb", "ab"),
        ("👨\u200d👩\u200d👧 двор", "👨\u200d👩\u200d👧 двор"),
        ("🏳\ufe0f\u200d🌈 ❤\ufe0f 1\ufe0f\u20e3", "🏳\ufe0f\u200d🌈 ❤\ufe0f 1\ufe0f\u20e3"),
        ("🫩🇧🇾✊🏽", "🫩🇧🇾✊🏽"),
        ("👍\u200d", "👍"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_what_cannot_be_seen_or_turns_text_around_is_removed(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


@given(st.text(), st.none() | st.integers(0, 40))
def test_cleaning_twice_changes_nothing_and_the_limit_holds(text: str, limit: int | None) -> None:
    once = clean_text(text, limit)
    assert clean_text(once, limit) == once
    assert limit is None or len(once) <= limit
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Co", "Zl", "Zp"} for c in once)


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("Двор на Садовай", 7, "Двор на"),
        ("Двор на Садовай", 8, "Двор на"),
        ("a👨\u200d👩\u200d👧", 4, "a"),
        ("a✊🏽b", 2, "a"),
        ("🇧🇾🇱🇹", 3, "🇧🇾"),
        ("ab❤\ufe0f", 3, "ab"),
    ],
)
def test_a_long_text_is_never_cut_inside_a_visible_character(text: str, limit: int, cut: str) -> None:
    assert clean_text(text, limit) == cut


def test_a_name_fits_the_contract() -> None:
    assert len(clean_name("ы" * 1000)) == NAME_LENGTH
    assert len(clean_name("ы" * 1000, None)) == 1000


def test_entities_are_decoded_once() -> None:
    assert decode_entities("&quot;Затока&quot; &amp;lt;b&gt;") == '"Затока" &lt;b>'


@pytest.mark.parametrize(
    "spellings",
    [
        ("Грушаўка", "грушаука", "Hrušaŭka", "Hrushauka", "ГРУШАЎКА"),
        ("Сасновая", "Sasnovaya", "Sasnovaja", "SASNOVAIA"),
        ("Зелёный", "зеленый", "Zelenyy", "Zelyonyi".replace("yo", "e")),
        ("Шчучын", "Ščučyn", "Shchuchyn".replace("Shch", "Šč")),
        ("Хатынь", "Khatyn", "Chatyn".replace("Ch", "H"), "хатын"),
        ("Мiнск", "Мінск", "Минск", "Minsk"),
        ("Надвор'е", "Надвор’е", "надворʼе"),
        ("Юбілейная", "Yubileinaya", "Jubiliejnaja".replace("lie", "le")),
        ("Росы", "Россы", "rosy"),
        ("дом №5", "Dom 5", "ДОМ  5!"),
    ],
)
def test_spellings_of_one_word_fold_together(spellings: tuple[str, ...]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1


def test_digits_are_never_folded() -> None:
    assert fold("Садовая 11, 3300") == "sadovaia 11 3300"
    assert fold("Садовая 1") != fold("Садовая 11")


@given(st.text())
def test_folded_text_is_plain_and_stays_so(text: str) -> None:
    once = fold(text)
    assert once == once.strip()
    assert all(c == " " or (c.isascii() and c.isalnum()) for c in once)
    assert fold(text.strip()) == once


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("Садовая 3", {"3"}),
        ("Садовая 3, 5,7", {"3", "5", "7"}),
        ("Садовая 3/5/7", {"3", "5", "7"}),
        ("Садовая 3-5", {"3", "5"}),
        ("Садовая 3_5", {"3", "5"}),
        ("Садовая17х23", {"17", "23"}),
        ("Садовая 26/4", {"26k4"}),
        ("Садовая 11-1", {"11k1"}),
        ("Садовая 15 к3", {"15k3"}),
        ("Садовая 15к1-2", {"15k1", "15k2"}),
        ("Садовая 15, корпус 1", {"15k1"}),
        ("Садовая 15 корп. 1", {"15k1"}),
        ("Садовая 15А і 15б", {"15a", "15b"}),
        ("Садовая №8", {"8"}),
        ("Затока-4", {"4"}),
        ("4-ы раён", {"4"}),
        ("Затока 97%", set()),
        ("Затока97", set()),
        ("Затока, нас 97 %", set()),
        ("Затока 18+", set()),
        ("Затока 2020", set()),
        ("Затока 5G", set()),
        ("Затока", set()),
        ("", set()),
    ],
)
def test_house_numbers_are_read_from_names(name: str, numbers: set[str]) -> None:
    assert houses(name) == numbers


def test_a_house_includes_its_buildings_but_buildings_differ() -> None:
    assert same_house(houses("15"), houses("15к2"))
    assert not same_house(houses("15к1"), houses("15к2"))
    assert not same_house(houses("15"), houses("15а"))
    assert not same_house(frozenset(), houses("15"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ivan Petrov", "Іvаn Реtrоv"),
        ("Ivan", "lvan"),
        ("admin", "АDМІN"),
        ("Admin", "𝓐𝓭𝓶𝓲𝓷"),
        ("admin", "🅰🅳🅼🅸🅽"),
        ("admin", "ａｄｍｉｎ"),
        ("admin", "a\u200bdm\u00adin"),
        ("modern", "moderп"),
        ("O0o", "оОо"),
        ("Ēlena", "Elena"),
        ("Ірына", "Iрынa"),
    ],
)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


def test_names_that_look_different_keep_their_difference() -> None:
    assert len({skeleton(name) for name in ("Ivan", "Ihar", "Янка", "Ганна", "Ivan 2", "")}) == 6


@given(st.text())
def test_every_text_has_a_skeleton(text: str) -> None:
    assert skeleton(text) == skeleton(text.replace(" ", "  "))
    has_mixed_scripts(text)


@pytest.mark.parametrize(
    ("text", "mixed"),
    [("Мiнск", True), ("Minsk чат", False), ("Minsk-чат", False), ("Мінск", False), ("pаypal", True),
     ("Ωmega", True), ("Двор3b", True), ("123 !?", False), ("", False), ("Ў", False)],
)  # fmt: skip
def test_a_word_of_two_scripts_is_noticed(text: str, mixed: bool) -> None:
    assert has_mixed_scripts(text) is mixed


@pytest.mark.parametrize("read", [clean_text, fold, skeleton, houses, has_mixed_scripts])
@pytest.mark.parametrize(
    "piece", ["1", "1-", "1 ", "1, к1", "a\u0301", "❤\u200d", "🇧", "из ", "\u202e", "\ud800"]
)
def test_long_hostile_text_is_read_in_linear_time(read: Callable[..., Any], piece: str) -> None:
    started = time.process_time()
    read(piece * 20_000)
    assert time.process_time() - started < 2
