"""Search over everything: houses first, then areas, streets and listings, then what is near the house."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.finding import Hit, Search
from services.gateway.domain.points import Point
from shared.contracts.directory import AreaChanged
from shared.contracts.listings import Area, PublicListing
from shared.contracts.streets import Street, StreetChanged
from shared.exchange import public
from tests.gateway import MOMENT, added, listing, removed

HOUSES = (
    ("1", 53.9, 27.5),
    ("12", 53.91, 27.51),
    ("12a", 53.9102, 27.5102),
    ("12k2", 53.9104, 27.5104),
    ("120", 53.92, 27.52),
)
FIRST, SECOND = (listing(number).id[-1] for number in (1, 2))
RING = [(27.4, 53.8), (27.7, 53.8), (27.7, 54.0), (27.4, 54.0), (27.4, 53.8)]


def search() -> Search:
    listings: dict[str, PublicListing] = {}
    area = Area(
        id="park", level="quarter", names={"be": "Парк Дружбы", "ru": "Парк Дружбы"}, polygon=[[RING]]
    )
    made = Search(listings.get, {"park": area}.get)
    made.apply_area(AreaChanged(area_id="park", area=area, changed_at=MOMENT))
    names = {"be": "вуліца Сурганава", "ru": "улица Сурганова"}
    street = Street(id="street-surhanaua", type="street", names=names, houses=HOUSES)
    made.apply_street(StreetChanged(street_id=street.id, street=street, changed_at=MOMENT))
    for one in (
        listing(1, name="Сурганава 12 🏠", lat=53.9101, lon=27.5101, members=30),
        listing(2, name="Суседзі", lat=53.912, lon=27.512, members=90, areas=("park",)),
        listing(3, name="Далёкі двор", lat=53.99, lon=27.7, description="каля вуліцы Сурганава"),
    ):
        listings[one.id] = public(one)
        made.apply_listing(added(one))
    return made


def told(hits: tuple[Hit, ...]) -> list[str]:
    return [f"{hit.kind} {hit.house}".strip() if hit.kind != "listing" else hit.id[-1] for hit in hits]


def test_a_house_comes_first_then_listings_named_so_then_those_around() -> None:
    found = search().search("ул. Сурганова, д. 12")
    assert told(found)[0] == "address 12"
    assert [hit.nearby for hit in found] == [False, False, True]
    assert found[2].metres is not None
    assert 200 < found[2].metres < 300


def test_a_building_is_found_and_a_number_completed() -> None:
    assert told(search().search("Сурганава 12 к2"))[0] == "address 12k2"
    assert told(search().search("Surhanava 12/2"))[0] == "address 12k2"
    assert {*told(search().search("сурганава 12а"))} >= {"address 12a"}
    assert [name for name in told(search().search("сург 2")) if name.startswith("address")] == []


def test_a_street_is_found_by_either_language_with_a_slip() -> None:
    for text in ("вуліца Сурганава", "Сурганова", "сургонава", "surganova street", "суганава"):
        assert "street" in told(search().search(text)), text


def test_words_may_name_the_area_and_the_listing() -> None:
    found = search().search("суседзі дружбы")
    assert [hit.kind for hit in found] == ["listing"]


def test_what_goes_is_no_longer_found() -> None:
    made = search()
    made.apply_listing(removed(listing(2)))
    assert made.search("Суседзі") == ()
    made.apply_street(StreetChanged(street_id="street-surhanaua", changed_at=MOMENT))
    assert told(made.search("Сурганава 12"))[0] != "address 12"
    made.forget_areas()
    assert made.search("Парк Дружбы") == ()


def test_near_adds_distances() -> None:
    found = search().search("Сурганава", near=Point(53.9, 27.5))
    assert found
    assert all(hit.metres is not None for hit in found)


def test_only_emoji_find_nothing() -> None:
    assert search().search("🏠🙂") == ()


def town(within: Callable[[float, float], bool] = lambda _lat, _lon: True, *names: str) -> Search:
    """Listings of these names, the first ones in the city and the last outside, with the area Усход."""
    listings: dict[str, PublicListing] = {}
    ring = [(27.4, 53.8), (27.7, 53.8), (27.7, 54.0), (27.4, 54.0), (27.4, 53.8)]
    area = Area(id="east", level="quarter", names={"be": "Усход", "ru": "Восток"}, polygon=[[ring]])
    made = Search(listings.get, {"east": area}.get, within)
    made.apply_area(AreaChanged(area_id="east", area=area, changed_at=MOMENT))
    lane = Street(
        id="lane",
        type="lane",
        names={"ru": "Восточный переулок"},
        houses=(("108", 53.9, 27.5), ("5", 53.9, 27.5)),
    )
    made.apply_street(StreetChanged(street_id="lane", street=lane, changed_at=MOMENT))
    for number, name in enumerate(names, start=1):
        one = listing(number, name=name, lat=53.9 if number < len(names) else 52.1, members=number * 100)
        listings[one.id] = public(one)
        made.apply_listing(added(one))
    return made


def test_a_house_that_nobody_knows_leads_to_its_street() -> None:
    found = told(search().search("вул. Сурганава, 77"))
    assert found[0] == "street"
    assert FIRST in found
    assert told(search().search("Суседзі 77"))[:1] == [SECOND]


def test_a_number_that_is_typed_completes_only_the_houses_of_the_very_street() -> None:
    made = town(lambda _lat, _lon: True, "ВОСТОК-1 разам", "Далёка")
    assert told(made.search("восток 1"))[:2] == [FIRST, "area"]
    assert told(made.search("Восточный переулок 1"))[0] == "address 108"
    assert told(made.search("восток 5")) == ["area", "address 5"]


def test_slips_are_not_looked_for_where_somebody_has_the_name() -> None:
    made = town(lambda _lat, _lon: True, "Востров", "Далёка")
    assert told(made.search("востров")) == [FIRST]
    assert FIRST in told(made.search("вострав"))


def test_what_lies_outside_the_city_comes_later() -> None:
    made = town(lambda lat, _lon: lat > 53, "Цэнтр 97", "Цэнтр Брэст")
    assert told(made.search("Центр")) == [FIRST, SECOND]
    near = made.search("Центр", near=Point(52.1, 27.56))
    assert told(near) == [SECOND, FIRST]


@pytest.mark.parametrize("text", ["djcnjr", "Djcnjr 1", "усход няма", "няма восток", "восток адсутны"])
def test_other_readings_are_tried_where_nothing_has_all_words(text: str) -> None:
    made = town(lambda _lat, _lon: True, "ВОСТОК-1 разам", "Далёка")
    assert "area" in told(made.search(text))


@given(st.text(max_size=40))
def test_any_text_has_an_answer(text: str) -> None:
    made = town(lambda _lat, _lon: True, "ВОСТОК-1 разам", "Далёка 🏠")
    assert len(made.search(text, limit=3)) <= 3
