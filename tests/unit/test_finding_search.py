"""Search over everything: houses first, then areas, streets and listings, then what is near the house."""

from services.gateway.domain.finding import Hit, Search
from services.gateway.domain.points import Point
from shared.contracts.directory import AreaChanged
from shared.contracts.listings import Area, Listing
from shared.contracts.streets import Street, StreetChanged
from tests.gateway import MOMENT, added, listing, removed

HOUSES = (
    ("1", 53.9, 27.5),
    ("12", 53.91, 27.51),
    ("12a", 53.9102, 27.5102),
    ("12k2", 53.9104, 27.5104),
    ("120", 53.92, 27.52),
)
RING = [(27.4, 53.8), (27.7, 53.8), (27.7, 54.0), (27.4, 54.0), (27.4, 53.8)]


def search() -> Search:
    listings: dict[str, Listing] = {}
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
        listings[one.id] = one
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
    assert all(hit.metres is not None for hit in search().search("Сурганава", near=Point(53.9, 27.5)))


def test_only_emoji_find_nothing() -> None:
    assert search().search("🏠🙂") == ()
