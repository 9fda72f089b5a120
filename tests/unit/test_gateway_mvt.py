"""Vector tiles of others: read, told apart, painted; broken ones refused."""

import contextlib
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.ground.looks import Look
from services.gateway.domain.ground.picture import UNITS, picture
from services.gateway.domain.ground.schemas import look_of, name_of
from services.gateway.domain.ground.vector import of_vector
from services.gateway.domain.mvt import Broken, layers, varints
from services.gateway.web.basemap import basemap
from services.gateway.web.vector import shown_of
from tests.vector import EXTENT, LINE, POLYGON, WORLD, archive, packed, tile

SQUARE = [[(1024, 1024), (3072, 1024), (3072, 3072), (1024, 3072)]]
ROAD = [[(0, 2048), (2048, 2048), (4096, 2048)]]


@given(st.lists(st.integers(0, 2**62), max_size=40))
def test_numbers_come_out_as_they_were_packed(numbers: list[int]) -> None:
    assert varints(packed(numbers)).tolist() == numbers


def test_lines_and_rings_come_out_where_they_were() -> None:
    (found,) = layers(
        tile({"roads": [(LINE, {"kind": "path"}, [[(5, 6), (7, 9)], [(100, 2), (0, -3), (4, 4)]])]})
    )
    (thing,) = found.things
    assert (found.name, found.extent, thing.properties) == ("roads", EXTENT, {"kind": "path"})
    assert [part.tolist() for part in thing.parts()] == [[[5, 6], [7, 9]], [[100, 2], [0, -3], [4, 4]]]
    (found,) = layers(tile({"water": [(POLYGON, {}, SQUARE)]}))
    assert found.things[0].parts()[0].tolist() == [*map(list, SQUARE[0]), [1024, 1024]]


@pytest.mark.parametrize(
    ("layer", "tags", "line", "look"),
    [
        ("water", {"kind": "lake"}, False, Look.WATER),
        ("water", {"kind": "river"}, True, Look.RIVER),
        ("waterway", {"class": "river"}, True, Look.RIVER),
        ("landuse", {"kind": "park"}, False, Look.PARK),
        ("landuse", {"kind": "industrial"}, False, None),
        ("landcover", {"class": "wood"}, False, Look.PARK),
        ("natural", {"pmap:kind": "water"}, False, Look.WATER),
        ("park", {"class": "national_park"}, False, Look.PARK),
        ("roads", {"kind": "major_road", "kind_detail": "secondary"}, True, Look.STREET),
        ("roads", {"kind": "highway"}, True, Look.AVENUE),
        ("roads", {"kind": "minor_road", "kind_detail": "residential"}, True, Look.LANE),
        ("roads", {"kind": "path"}, True, None),
        ("roads", {"pmap:kind": "major_road"}, True, Look.AVENUE),
        ("transportation", {"class": "tertiary"}, True, Look.STREET),
        ("transportation", {"class": "minor"}, True, Look.LANE),
        ("transportation", {"class": "motorway", "brunnel": "tunnel"}, True, None),
        ("transit", {"kind": "rail"}, True, Look.RAIL),
        ("buildings", {"kind": "building"}, False, Look.BUILDING),
        ("building", {}, False, Look.BUILDING),
        ("pois", {"kind": "park"}, False, None),
    ],
)
def test_what_a_thing_is_in_either_schema(
    layer: str, tags: dict[str, str], line: bool, look: Look | None
) -> None:
    assert look_of(layer, tags, line=line) is look


def test_a_name_is_that_of_the_language_or_of_the_sign() -> None:
    assert name_of({"name": "Мінск", "name:ru": "Минск", "name_en": "Minsk"}, "ru") == "Минск"
    assert name_of({"name": "Мінск", "name_en": "Minsk"}, "en") == "Minsk"
    assert name_of({"name": "Мінск"}, "pl") == "Мінск"


def test_a_tile_is_painted_from_the_ground_up() -> None:
    body = tile(
        {
            "roads": [(LINE, {"kind": "major_road", "name": "Кветак"}, ROAD)],
            "buildings": [(POLYGON, {"kind": "building"}, SQUARE)],
            "landuse": [(POLYGON, {"kind": "park"}, WORLD)],
            "water": [(POLYGON, {"kind": "lake"}, SQUARE)],
        }
    )
    shown = picture(of_vector(body, 15, "be"), 15)
    assert list(shown.paths) == [Look.PARK, Look.WATER, Look.BUILDING, Look.AVENUE]
    assert shown.paths[Look.WATER] == "M256 256l512 0 0 512-512 0z"
    assert [label.text for label in shown.labels] == ["Кветак"]
    assert all(0 <= x <= UNITS for x, _ in shown.labels[0].line)
    assert list(picture(of_vector(body, 9, "be"), 9).paths) == [Look.PARK, Look.WATER, Look.AVENUE]


def test_names_of_streets_in_a_layer_of_their_own_are_written_and_not_painted() -> None:
    named = tile({"transportation_name": [(LINE, {"class": "primary", "name": "Кветак"}, ROAD)]})
    shown = picture(of_vector(named, 15, "be"), 15)
    assert not shown.paths
    assert [label.text for label in shown.labels] == ["Кветак"]


@given(st.binary(max_size=300))
def test_whatever_the_bytes_they_are_a_tile_or_refused(body: bytes) -> None:
    with contextlib.suppress(Broken):
        of_vector(body, 14, "be")


@given(st.integers(0, 500), st.integers(0, 255))
def test_a_tile_with_a_changed_byte_is_a_tile_or_refused(at: int, byte: int) -> None:
    body = bytearray(tile({"water": [(POLYGON, {"kind": "lake", "name": "x"}, SQUARE)]}))
    body[at % len(body)] = byte
    with contextlib.suppress(Broken):
        picture(of_vector(bytes(body), 14, "be"), 14)


def test_an_archive_gives_its_tiles_and_nothing_where_it_has_none(tmp_path: Path) -> None:
    water = tile({"water": [(POLYGON, {"kind": "lake"}, WORLD)]})
    path = archive(tmp_path / "one.pmtiles", {(1, 0, 0): water, (1, 1, 0): b"\x1f\x8bnothing"})
    used = basemap(str(path))
    assert (used.kind, used.zoom_most) == ("vector", 1)
    assert [one.look for one in shown_of(used, 1, 0, 0, "be")] == [Look.WATER]
    assert shown_of(used, 1, 0, 1, "be") == []
    assert shown_of(used, 1, 1, 0, "be") == []


def test_a_tile_that_unpacks_without_end_is_left_out(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(20 * 1024 * 1024), mtime=0)
    assert len(bomb) < 100_000
    path = archive(tmp_path / "bomb.pmtiles", {(0, 0, 0): bytes(20 * 1024 * 1024)})
    assert shown_of(basemap(str(path)), 0, 0, 0, "be") == []


def test_nearer_than_the_archive_goes_a_part_of_its_deepest_tile_is_shown_larger(tmp_path: Path) -> None:
    body = tile({"water": [(POLYGON, {"kind": "lake"}, SQUARE)]})
    used = basemap(str(archive(tmp_path / "one.pmtiles", {(1, 1, 0): body})))
    corners = [shown_of(used, 2, 2 + x, y, "be")[0].parts[0][:3] for x, y in ((0, 0), (1, 1))]
    assert corners == [[(512, 512), (1536, 512), (1536, 1536)], [(-512, -512), (512, -512), (512, 512)]]
    assert shown_of(used, 5, 16, 0, "be") == []
