"""Languages, numbers and the guide."""

import re
import string
from pathlib import Path

import pytest

from services.gateway.web import cards
from services.gateway.web.i18n import LANGUAGES, choose, texts, translator

WEB = Path(cards.__file__).parent


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts_with_the_same_blanks(language: str) -> None:
    def blanks(value: str | list[str]) -> set[str | None]:
        every = value if isinstance(value, list) else [value]
        return {name for one in every for _, name, _, _ in string.Formatter().parse(one) if name}

    here, there = texts(language), texts("be")
    assert list(here) == list(there)
    for key, value in here.items():
        assert blanks(value) == blanks(there[key]), key


@pytest.mark.parametrize(
    ("asked", "accept", "expected"),
    [
        ("ru", "en", "ru"),
        ("xx", "en-GB,be;q=0.5", "en"),
        (None, "be-tarask;q=0.3, ru;q=0.9, *;q=0.1", "ru"),
        (None, "de", "be"),
        (None, "", "be"),
        (None, ";;q=,,,=;q=x,\x00", "be"),
        (None, "en;q=0, ru", "ru"),
    ],
)
def test_the_address_wins_then_the_browser_then_the_first(
    asked: str | None, accept: str, expected: str
) -> None:
    assert choose(asked, accept, ("be", "ru", "en")) == expected


def test_only_languages_that_the_operator_offers_are_used() -> None:
    assert choose("en", "en", ("ru", "be")) == "ru"
    assert choose(None, "", ("de",)) == "be"


@pytest.mark.parametrize(
    ("language", "n", "expected"),
    [
        ("be", 1, "1 удзельнік"),
        ("be", 2, "2 удзельнікі"),
        ("be", 5, "5 удзельнікаў"),
        ("be", 11, "11 удзельнікаў"),
        ("be", 21, "21 удзельнік"),
        ("be", 112, "112 удзельнікаў"),
        ("ru", 1_234_562, "1\u00a0234\u00a0562 участника"),
        ("en", 1, "1 member"),
        ("en", 4312, "4,312 members"),
    ],
)
def test_numbers_agree_with_their_words(language: str, n: int, expected: str) -> None:
    assert translator(language).many("members.count", n) == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", cards.ORDER)
def test_every_card_is_written_in_every_language(language: str, slug: str) -> None:
    assert (WEB / "guide" / language / f"{slug}.md").is_file()
    card = next(card for card in cards.cards(language) if card.slug == slug)
    assert 5 < len(card.title) < 70
    assert 40 < len(card.lead) < 260
    assert len(card.text) > 400
    assert not re.search(r"[ўіЎІ]", card.text) or language == "be"
    assert language != "be" or not re.search(r"[иИщЩъЪ]", card.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_inside_the_guide_lead_somewhere_and_keep_the_language(language: str) -> None:
    for slug in cards.ORDER:
        html = cards.body(language, slug, "lang=ru")
        for href in re.findall(r'href="([^"]+)"', html):
            path, _, query = href.partition("?")
            assert path in {"/", "/list", "/submit"} or path.removeprefix("/guide/") in cards.ORDER
            assert "lang=ru" in query
