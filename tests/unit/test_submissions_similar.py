"""Which neighbours a proposal may repeat."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.submissions.domain.similar import SHOWN_MOST, Neighbour, similar_listings
from shared.contracts.listings import Content, Kind, Link, Place, Precision
from shared.geo import metres
from shared.text import houses
from shared.text.houses import same_house

REAL = Path(__file__).parents[3] / "shared" / "data" / "dze-2020-09-16.json"
CITY = ("Мінск", "Минск", "Minsk")


def content(
    name: str,
    kind: Kind = Kind.GROUP,
    precision: Precision = Precision.COURTYARD,
    lat: float = 53.9,
    lon: float = 27.5,
) -> Content:
    link = Link(kind="username", value="some_chat")
    return Content(name=name, link=link, kind=kind, place=Place(lat=lat, lon=lon, precision=precision))


def reasons(proposed: str, existing: str, distance: float = 50.0, **more: Any) -> tuple[str, ...]:
    near = Neighbour("a" * 13, content(existing, **more), distance)
    found = similar_listings(content(proposed), [near], city=CITY)
    return found[0].reasons if found else ()


@pytest.mark.parametrize(
    ("proposed", "existing"),
    [
        ("Сасновая 12", "вул. Сасновая, 12"),
        ("Сосновая 12", "Двор Сасновая 12"),
        ("Чат дома Сасновая 12", "Sasnovaya 12"),
        ("Сасновая 12, 14, 16", "Сасновая 14"),
        ("Сасновая 12 к1", "Сасновая 12"),
        ("Сасновая 12", "Минск, Сасновая 12 (чат)"),
        ("Жытнёвы рынак", "Жытневы рынак 🌾"),
        ("Затока live", "ЗАТОКА"),
    ],
)
def test_one_place_in_two_wordings_is_similar(proposed: str, existing: str) -> None:
    assert reasons(proposed, existing)
    assert reasons(existing, proposed)


@pytest.mark.parametrize(
    ("proposed", "existing"),
    [
        ("Сасновая 12", "Сасновая 14"),
        ("Сасновая 12 к1", "Сасновая 12 к2"),
        ("Сасновая 12А", "Сасновая 12Б"),
        ("Сасновая 12", "Сасновая"),
        ("Жытні рынак 4", "Жытні рынак 5"),
        ("1-ы раён Затокі", "4-ы раён Затокі"),
        ("Сасновая 12", "Бярозавая 12"),
        ("Двор", "Затока"),
        ("🌾🌾", "🌊🌊"),
    ],
)
def test_neighbours_that_differ_in_street_or_house_are_not_accused(proposed: str, existing: str) -> None:
    assert not reasons(proposed, existing)
    assert not reasons(existing, proposed)


def test_an_equal_name_counts_further_than_a_similar_one() -> None:
    assert reasons("Затока", "Затока", 900.0) == ("name.same",)
    assert reasons("Затока", "Затоки", 60.0) == ("name.similar",)
    assert not reasons("Затока", "Затоки", 900.0)
    assert not reasons("Затока", "Затока", 3000.0)


def test_the_coarseness_of_a_place_widens_the_search() -> None:
    assert reasons("Затока", "Затоки", 900.0, precision=Precision.QUARTER)


def test_the_news_channel_of_a_place_is_not_its_chat_unless_it_has_the_same_name() -> None:
    assert not reasons("Затока жыве", "Затока", kind=Kind.CHANNEL)
    assert reasons("Затока", "Затока", kind=Kind.CHANNEL)


def test_the_nearest_come_first_and_only_a_few_of_them() -> None:
    crowd = [Neighbour(letter * 13, content("Затока"), 10.0 * n) for n, letter in enumerate("hgfedcba")]
    found = similar_listings(content("Затока"), crowd)
    assert [similar.metres for similar in found] == [0, 10, 20, 30, 40]
    assert len(found) == SHOWN_MOST


def test_hostile_names_are_compared_without_harm() -> None:
    for name in ("\u202e" * 120, "a" * 120, "1/" * 60, "к" * 120, "9" * 120, "[](){}*+?\\" * 12, "️" * 120):
        similar_listings(content(name), [Neighbour("a" * 13, content(name), 1.0)], city=CITY)


@pytest.mark.skipif(not REAL.exists(), reason="the 2020 directory's export is not on this machine")
def test_in_the_real_directory_nobody_is_accused_for_a_neighbour_with_another_house() -> None:
    rows = [r for r in json.loads(REAL.read_text())["markers"] if r["name"] and 53 < r["lat"] < 55]
    close = [
        (a["name"], b["name"], distance)
        for i, a in enumerate(rows)
        for b in rows[i + 1 :]
        if abs(a["lat"] - b["lat"]) < 0.002
        and (distance := metres(a["lat"], a["long"], b["lat"], b["long"])) <= 100
    ]
    assert len(close) > 50
    accused = [(a, b) for a, b, distance in close if reasons(a[:120], b[:120], distance)]
    assert 10 < len(accused) < 33  # the rule of OpenFairDB accuses 33, of which 23 differ in the house
    numbered = [(a, b) for a, b in accused if re.search(r"\d", a) and re.search(r"\d", b)]
    assert all(same_house(houses(a), houses(b)) for a, b in numbered if houses(a) and houses(b))
