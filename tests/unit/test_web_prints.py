"""Sheets and codes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.web.poster import Words, address, poster, printable
from services.gateway.web.prints import qr_svg
from shared.contracts.listings import Link

LINK = Link(kind="username", value="dvor_na_rahu")
INVITE = Link(kind="invite", value="A" * 64)
WORDS = Words("Чат суседзяў у Telegram", "Навядзіце камеру тэлефона", "Мінск")


@pytest.mark.parametrize(
    "name",
    [
        "Каменная Горка ў і ё",
        "Дом" * 40,
        "\u202eabc\u2066",
        "😀😀",
        "Ωμέγα שלום العربية 漢字",
        "a\x00b\n\tc",
        "и\u0306",
    ],
)
@pytest.mark.parametrize("link", [LINK, INVITE])
def test_a_sheet_is_made_of_any_name(name: str, link: Link) -> None:
    made = poster(name, link, "no-such-flag", WORDS)
    assert made.startswith(b"%PDF-")
    assert len(made) < 120_000


@settings(max_examples=15, deadline=None)
@given(st.text(min_size=1, max_size=120))
def test_what_is_printed_can_be_drawn_and_cannot_turn_the_line_around(name: str) -> None:
    shown = printable(name)
    assert printable(shown) == shown
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x1f]", shown)
    assert poster(name, LINK, "wrw", WORDS).startswith(b"%PDF-")


def test_letters_made_of_two_signs_are_kept_as_one() -> None:
    assert printable("Кии\u0306у\u0306") == "Кийў"


def test_a_code_has_no_style_of_its_own_and_an_address_no_scheme() -> None:
    drawing = qr_svg(INVITE)
    assert drawing.startswith("<svg")
    assert "style" not in drawing
    assert address(LINK) == "t.me/dvor_na_rahu"
    assert address(INVITE).startswith("t.me/+A")
