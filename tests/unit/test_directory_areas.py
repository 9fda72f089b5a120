"""Areas: which lie around a place, what a file of them may hold, and those of the sample."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from services.directory.areas import AreaIndex, shape
from services.directory.exchange import FileError, Row, Skipped, read, read_areas
from services.directory.sample import AREAS, GROUND, LISTINGS, generate
from shared.contracts.listings import Area, AreaLevel, Place
from shared.settings import City
from tests.sure import as_a, sure


def square(west: float, south: float, size: float) -> list[Any]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def area(ident: str, level: str, *rings: Any) -> Area:
    return Area(id=ident, level=level, names={"be": ident}, polygon=[list(rings)])


def file(tmp_path: Path, *features: dict[str, Any] | None) -> Path:
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def feature(ring: Any, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_areas_go_from_the_largest_level_to_the_smallest() -> None:
    index = AreaIndex(
        [
            area("yard", "courtyard", square(0.4, 0.4, 0.1)),
            area("quarter", "quarter", square(0.3, 0.3, 0.3)),
            area("city", "city", square(0, 0, 1)),
            area("elsewhere", "district", square(5, 5, 1)),
        ]
    )
    assert index.at(Place(lat=0.45, lon=0.45)) == ("city", "quarter", "yard")
    assert index.around([Place(lat=0.9, lon=0.9), Place(lat=50, lon=50)]) == [("city",), ()]


def test_a_hole_is_not_part_of_an_area() -> None:
    index = AreaIndex([area("ring", "city", square(0, 0, 1), square(0.4, 0.4, 0.2))])
    assert index.at(Place(lat=0.5, lon=0.5)) == ()
    assert index.at(Place(lat=0.1, lon=0.1)) == ("ring",)


def test_a_polygon_that_crosses_itself_still_holds_what_it_encloses() -> None:
    bow = [(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)]
    assert AreaIndex([area("bow", "city", bow)]).at(Place(lat=0.5, lon=0.9)) == ("bow",)


def test_without_areas_there_are_none() -> None:
    assert AreaIndex([]).at(Place(lat=0, lon=0)) == ()


def test_names_are_taken_in_every_usual_form_and_the_parent_is_found(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        feature(square(0.1, 0.1, 0.1), name="Лошыца", **{"name:ru": "Лошица", "name_en": "Loshytsa"}),
        feature(square(0, 0, 1), names={"be": "Мінск"}, level="city", id="Minsk City"),
    )
    quarter, city = (as_a(Area, each) for each in read_areas(path))
    assert (quarter.level, quarter.names["ru"], quarter.parent) == (AreaLevel.QUARTER, "Лошица", "minsk-city")
    assert (quarter.id, city.id, city.parent) == ("loshytsa", "minsk-city", None)


@pytest.mark.parametrize(
    ("hostile", "code"),
    [
        (None, "row.unreadable"),
        ({"properties": {}}, "name.missing"),
        ({"properties": {"name": "x"}}, "area.not_polygon"),
        (feature(square(0, 0, 1), name="\u200b"), "name.missing"),
        (feature(square(0, 0, 1), name="x", level="galaxy"), "level.unknown"),
        (feature([[0, 0], [1, 1]], name="x"), "area.empty"),
        (feature([], name="x"), "area.empty"),
        (feature([[0, 0], [1, 1], ["a", 2]], name="x"), "area.invalid"),
        (feature(square(500, 0, 1), name="x"), "area.invalid"),
        (feature(square(0, 0, 1), name="漢字"), "area.invalid"),
        (feature([[i / 1e6, i % 2] for i in range(200_001)], name="x"), "area.too_fine"),
    ],
)
def test_what_cannot_be_an_area_is_skipped_with_its_reason(
    tmp_path: Path, hostile: dict[str, Any] | None, code: str
) -> None:
    (skipped,) = read_areas(file(tmp_path, hostile))
    assert isinstance(skipped, Skipped)
    assert (skipped.code, skipped.number) == (code, 1)


def test_an_id_counts_once(tmp_path: Path) -> None:
    twice = [feature(square(0, 0, 1), name="Лошыца")] * 2
    first, second = read_areas(file(tmp_path, *twice))
    assert (as_a(Area, first).id, as_a(Skipped, second).code) == ("losica", "id.twice")


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_text('{"markers": []}')
    with pytest.raises(FileError, match="FeatureCollection"):
        read_areas(path)


def test_the_districts_of_the_sample_share_out_the_city_without_gaps() -> None:
    areas = {each.id: each for each in (as_a(Area, one) for one in read_areas(AREAS))}
    districts = [shape(each) for each in areas.values() if each.level is AreaLevel.DISTRICT]
    city = shape(areas["minsk"])
    assert len(districts) == 9
    assert shapely.union_all(districts).symmetric_difference(city).area < 1e-9
    assert sum(each.area for each in districts) == pytest.approx(city.area)
    assert all(set(each.names) == {"be", "ru", "en"} for each in areas.values())
    quarters = [each for each in areas.values() if each.level is AreaLevel.QUARTER]
    assert all(areas[sure(each.parent)].level is AreaLevel.DISTRICT for each in quarters)


def test_the_listings_of_the_sample_are_invented_and_all_good() -> None:
    items = [as_a(Row, item) for item in read(LISTINGS, City())]
    assert not any(item.notes for item in items)
    assert 100 <= len(items) <= 140
    assert all(item.content.link.value.startswith("dzedemo") for item in items)
    assert len({item.content.name for item in items}) == len(items)
    assert {len(item.content.languages) for item in items} == {1, 2}


def test_the_sample_is_what_its_generator_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "AREAS", tmp_path / "areas")
    monkeypatch.setattr(generate, "LISTINGS", tmp_path / "listings")
    monkeypatch.setattr(generate, "GROUND", tmp_path / "ground")
    generate.main()
    assert (tmp_path / "areas").read_bytes() == AREAS.read_bytes()
    assert (tmp_path / "listings").read_bytes() == LISTINGS.read_bytes()
    assert (tmp_path / "ground").read_bytes() == GROUND.read_bytes()
