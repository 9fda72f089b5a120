"""Search: what begins so comes first, near before far."""

from services.gateway.domain.readmodel import ReadModel
from services.gateway.domain.search import Point
from shared.contracts.directory import AreaChanged
from shared.contracts.listings import Area, AreaLevel
from tests.gateway import MOMENT, added, listing


def model() -> ReadModel:
    made = ReadModel()
    names = ["Уручча", "Двор Уручча", "Стараўручча", "Каменная Горка"]
    for number, name in enumerate(names):
        made.apply_listing(added(listing(number, name=name, lat=53.9 + number / 100)))
    made.apply_listing(added(listing(9, name="Суседзі", description="каля Уруччы і Уручча")))
    ring = [(27.6, 53.9), (27.7, 53.9), (27.7, 54.0), (27.6, 54.0), (27.6, 53.9)]
    area = Area(
        id="uruchcha", level=AreaLevel.QUARTER, names={"be": "Уручча", "en": "Uruchcha"}, polygon=[[ring]]
    )
    made.apply_area(AreaChanged(area_id=area.id, area=area, changed_at=MOMENT))
    return made


def names(found: ReadModel, text: str, **options: object) -> list[str]:
    hits = found.search(text, **options)  # type: ignore[arg-type]
    return [one.name if (one := found.listing(hit.id)) else hit.id for hit in hits]


def test_areas_then_beginnings_then_words_then_the_rest() -> None:
    expected = ["uruchcha", "Уручча", "Двор Уручча", "Стараўручча", "Суседзі"]
    assert names(model(), "Уручча") == expected
    assert names(model(), "уруч", limit=2) == expected[:2]


def test_another_spelling_finds_the_same() -> None:
    assert names(model(), "Kamennaya horka") == ["Каменная Горка"]


def test_nothing_is_found_for_nothing() -> None:
    assert names(model(), "  ") == []
    assert names(model(), "няма такога") == []


def test_near_comes_before_far_and_says_how_far() -> None:
    made = ReadModel()
    made.apply_listing(added(listing(1, name="Двор", lat=53.95, members=900)))
    made.apply_listing(added(listing(2, name="Двор", lat=53.9)))
    near, far = made.search("двор", near=Point(53.9, 27.56))
    assert (near.metres, near.lat) == (0, 53.9)
    assert far.metres is not None
    assert 5500 < far.metres < 5600
