"""Texts that hide are seen through."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.moderation.spam import clean
from services.moderation.spam.clean import LINK, MENTION, MONEY, PHONE, views
from services.moderation.spam.features import BUCKETS, encode

PLAIN = "заработок для всех, пиши в личку"
DISGUISES = {
    "Latin letters": "зaрaбoтoк для всex, пиши в личкy",
    "Greek letters": "зαραботок для всех, πиши в личку",
    "zero width": "за\u200bра\u200dбо\u2060ток для в\u00adсех, пи\ufeffши в личку",
    "gaps": "з а р а б о т о к для всех, п и ш и  в  л и ч к у",
    "dots": "з.а.р.а.б.о.т.о.к для всех, пиши в личку",
    "a sign of any kind between": "з·а·р·а·б·о·т·о·к для в/с/е/х, п,и,ш,и в л•и•ч•к•у",
    "emoji between": "з🔥а🔥р🔥а🔥б🔥о🔥т🔥о🔥к для всех, пиши в л❤️и❤️ч❤️к❤️у",
    "emoji of many kinds": "з🔥а💰р🎁а🔥б💰о🎁т🔥о💰к для всех, пиши в личку",
    "underscores": "з_а_р_а_б_о_т_о_к для в_с_е_х, п__и__ш__и в личку",
    "signs inside": "зара!боток для все*х, пи|ши в личку",
    "digits": "зараб0ток для всех, пиши в личку",
    "capitals": "ЗАРАБОТОК ДЛЯ ВСЕХ, ПИШИ В ЛИЧКУ",
    "combining marks": "з\u0336а\u0336р\u0336а\u0336б\u0336оток для всех, пиши в личку",
    "directions": "\u202eзаработок\u202c для всех, пиши в личку",
    "odd spaces": "заработок\u3000для\u00a0\u2009всех,\tпиши\u2028в личку",
}


@pytest.mark.parametrize("text", DISGUISES.values(), ids=DISGUISES.keys())
def test_a_disguised_text_is_drawn_like_the_plain_one(text: str) -> None:
    assert views(text).drawn == views(PLAIN).drawn


def test_abbreviations_and_what_stands_between_words_stay() -> None:
    text = "и т.д. и т.п., ул. а/я, он/она, в 5 а.м. да-да; е-мейл"
    assert views(text).drawn.count(".") == text.count(".")
    assert views(text).drawn.count("/") == 2


def test_frequent_characters_are_drawn_alike_with_and_without_a_rare_one() -> None:
    frequent = "".join(reversed(clean._FREQUENT))
    assert views(f"{frequent} \u0e01").drawn == views(frequent).drawn.replace(" \x03", " \u0e01 \x03")


def test_full_width_and_styled_letters_are_plain_ones() -> None:
    assert views("ｆｒｅｅ 𝐦𝐨𝐧𝐞𝐲").drawn == views("free money").drawn


def test_invisible_characters_are_counted() -> None:
    assert views("a\u200bb\u200bc").hidden == 2


def test_links_names_phones_and_amounts_become_one_sign_each() -> None:
    text = "см. https://t.me/+AbC, @some_name, +375 29 123-45-67, 100$ [LINK] [USERNAME]"
    drawn = views(text).drawn
    assert [drawn.count(sign) for sign in (LINK, MENTION, PHONE, MONEY)] == [2, 2, 1, 1]


def test_a_stranger_cannot_write_our_signs() -> None:
    assert LINK not in views(f"hello {LINK}").drawn


def test_a_belarusian_who_types_a_latin_i_mixes_no_alphabets() -> None:
    honest, other = encode(["добры дзень, суседзi"]), encode(["добры дзень, суседзі"])
    assert (honest.shape == other.shape).all()


HOSTILE = [
    "", " ", "\u200b" * 50, "\x00\x01\x02", "😀" * 1000, "\ud800", "a" * 100_000, "a-" * 50_000,
    "1 " * 50_000,
    "\u0301" * 5000, "\ufdfa" * 5000, "www." * 20_000, "а " * 50_000, "@" * 50_000, "((((" * 10_000,
    "a.b." * 20_000, "+1 (2" * 20_000,
]  # fmt: skip


def test_hostile_texts_are_read_in_no_time() -> None:
    started = time.process_time()
    rows = encode(HOSTILE)
    assert rows.total == len(HOSTILE)
    assert time.process_time() - started < 2


def test_every_character_of_the_first_plane_and_of_odd_ones_can_be_read() -> None:
    starts = [*range(0, 0x10000, 4096), 0x1D000, 0x1F000, 0xE0000, 0x10F000]
    texts = ["".join(chr(code) for code in range(at, at + 4096)) for at in starts]
    assert encode(texts).total == len(texts)


@given(st.lists(st.text(), max_size=5))
def test_a_text_has_the_same_row_alone_and_among_others(texts: list[str]) -> None:
    together = encode(texts)
    for at, text in enumerate(texts):
        alone = encode([text])
        row = together.buckets[together.starts[at] : together.starts[at + 1]]
        assert (row == alone.buckets).all()
        assert (together.shape[at] == alone.shape[0]).all()
        assert len(set(row.tolist())) == len(row)
        assert ((row >= 0) & (row < BUCKETS)).all()
