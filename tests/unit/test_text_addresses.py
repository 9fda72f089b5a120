"""Addresses as people write them, and words that sound alike in Belarusian and Russian."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directory.exchange.gazetteer import gather
from shared.settings import City
from shared.text.addresses import read_address, shown_house
from shared.text.lacinka import to_cyrillic
from shared.text.sounds import sounds, words


@pytest.mark.parametrize(
    ("text", "street", "house"),
    [
        ("вуліца Сурганава 12", "сурганава", "12"),
        ("ул. Кветкавая, д. 12 корп. 3, кв. 118", "кветкавая", "12k3"),
        ("Кветкавая 12/3", "кветкавая", "12k3"),
        ("Кветкавая д12 корп1", "кветкавая", "12k1"),
        ("Кветкавая 9А, 2 подъезд", "кветкавая", "9a"),
        ("Кветкавая 16 подъезд 3", "кветкавая", "16"),
        ("Кветкавая 13-1-179", "кветкавая", "13k1"),
        ("Кветкавая 2/338", "кветкавая", "2"),
        ("Минск, пр-т Маяка,  26 2", "маяка", "26k2"),
        ("1-й Садовы зав. 16", "1-й садовы", "16"),
        ("40 лет Победы 12", "40 лет победы", "12"),
        ("&quot;Звезда&quot; 55", "звезда", "55"),
        ("5, вуліца Маяка дом 31, Минск 220002, Беларусь", "маяка", "31"),
        ("Ulitsa Bel&#039;skogo 33, Minsk, Belarus", "bel'skogo", "33"),
        ("праспект Маяка", "маяка", ""),
    ],
)
def test_street_and_house_are_read_and_flats_are_dropped(text: str, street: str, house: str) -> None:
    address = read_address(text)
    assert address is not None
    assert (address.street, address.house) == (street, house)


@pytest.mark.parametrize("text", ["", "12", "дом 3", "Минск, Беларусь", "((((", "\0\0", "🙂🙂", "вул. 12"])
def test_what_names_no_street_is_no_address(text: str) -> None:
    assert read_address(text) is None


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    address = read_address(text)
    assert address is None or len(address.house) < 12


@pytest.mark.parametrize("text", ["9" * 50_000, "а " * 50_000, "(" * 50_000, "1-" * 50_000, "ул. " * 50_000])
def test_long_text_takes_no_time(text: str) -> None:
    start = time.perf_counter()
    read_address(text)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("belarusian", "other"),
    [
        ("вуліца Сурганава", "вулица Сурганова"),
        ("Дзяржынскага", "Дзержинского"),
        ("Брэсцкая", "Брестская"),
        ("Кунцаўшчына", "Кунцевщина"),
        ("Незалежнасці", "Независимости"),
        ("Пераможцаў", "Победителей"),
        ("Маладзёжная", "Molodezhnaya"),
        ("раён", "район"),
    ],
)
def test_one_name_in_two_languages_sounds_the_same(belarusian: str, other: str) -> None:
    assert sounds(belarusian) == sounds(other)


def test_emoji_are_dropped_and_other_scripts_kept() -> None:
    assert sorted(words("🙂 Двор שלום 7")) == sorted(["dvor", "7", "שלום"])
    assert words("🙂🏳️") == []


def test_houses_are_shown_as_people_write_them() -> None:
    assert [shown_house(house) for house in ("53k2", "13a", "7")] == ["53 к2", "13а", "7"]


def test_lacinka_becomes_cyrillic() -> None:
    assert to_cyrillic("vulica Jana Čačota") == "вуліца Яна Чачота"
    assert to_cyrillic("Piatra Mscislaŭca, Suchaja, Kazinca") == "Пятра Мсціслаўца, Сухая, Казінца"


def test_spellings_of_a_street_meet_and_other_streets_stay_apart() -> None:
    rows = [
        ("вуліца Кветкавая 1", 53.9),
        ("улица Цветочная, 2", 53.9),
        ("цветочная 3", 53.9),
    ]
    rows += [(f"ул. Янки Садовника {n}", 53.8) for n in range(1, 12)]
    rows += [("ул. Садовника 50", 53.8), ("Я. Садовника 51", 53.8), ("ул. Янки Содавника 52", 53.8)]
    rows += [
        ("завулак Янкі Садоўніка 1", 53.8),
        ("ул. Янки Садовника 53", 55.0),
        ("Нешта незразумелае 1", 53.9),
    ]
    found = gather([(n, text, lat, 27.5) for n, (text, lat) in enumerate(rows, start=2)], City())
    flowers = next(s for s in found.streets if s.names.get("be", "").endswith("Кветкавая"))
    assert [house[0] for house in flowers.houses] == ["1", "2", "3"]
    assert [street.type.value for street in found.streets].count("lane") == 1
    garden = next(s for s in found.streets if s.names.get("ru") == "улица Янки Садовника")
    assert {house[0] for house in garden.houses} >= {"1", "11", "50", "51", "52"}
    assert {skipped.code for skipped in found.skipped} == {"place.outside", "street.unclear"}
    assert len(found.rows) + len(found.skipped) == len(rows)
