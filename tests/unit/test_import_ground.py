"""Water, parks and streets in a GeoJSON file."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.directory.exchange import Skipped, read_areas
from services.directory.exchange.areas import read_pieces
from shared.contracts.ground import Ground, GroundKind
from tests.sure import as_a

RING = [[27.5, 53.9], [27.52, 53.9], [27.52, 53.91], [27.5, 53.91], [27.5, 53.9]]
LINE = [[27.5, 53.9], [27.51, 53.905], [27.52, 53.9]]


def file(tmp_path: Path, *features: Any) -> Path:
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def surface(ring: Any = RING, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def line(points: Any = LINE, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "LineString", "coordinates": points}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def pieces(tmp_path: Path, *features: Any) -> list[Ground]:
    found = read_pieces(file(tmp_path, *features))
    assert not [each for each in found if isinstance(each, Skipped)]
    return [each for each in found if isinstance(each, Ground)]


@pytest.mark.parametrize(
    ("feature", "kind", "rank"),
    [
        (surface(kind="water", name="Возера"), GroundKind.WATER, 2),
        (surface(kind="park", rank=1), GroundKind.PARK, 1),
        (line(kind="street"), GroundKind.STREET, 3),
        (line(kind="Water"), GroundKind.WATER, 2),
        (surface(natural="water"), GroundKind.WATER, 2),
        (line(waterway="river", name="Рака"), GroundKind.WATER, 1),
        (surface(landuse="forest"), GroundKind.PARK, 2),
        (surface(leisure="park"), GroundKind.PARK, 2),
        (line(highway="trunk_link"), GroundKind.STREET, 1),
        (line(highway="tertiary"), GroundKind.STREET, 2),
        (line(highway="residential", natural="water"), GroundKind.STREET, 3),
    ],
)
def test_a_kind_is_told_or_known_by_its_tags(tmp_path: Path, feature: Any, kind: str, rank: int) -> None:
    (piece,) = pieces(tmp_path, feature)
    assert (piece.kind, piece.rank) == (kind, rank)


def test_areas_and_ground_of_one_file_are_kept_apart(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        surface(level="quarter", name="Луг", landuse="meadow"),
        surface(kind="park"),
        line(highway="path"),
    )
    areas = read_areas(path)
    assert [getattr(each, "id", each) for each in areas[:1]] == ["luh"]
    assert [(one.number, one.code) for one in (as_a(Skipped, each) for each in areas[1:])] == [
        (3, "name.missing")
    ]
    assert [as_a(Ground, piece).kind for piece in read_pieces(path)] == ["park"]


def test_an_id_comes_from_the_file_or_from_the_place_so_that_a_second_import_changes_nothing(
    tmp_path: Path,
) -> None:
    named = surface(kind="water") | {"id": "way/12"}
    first = pieces(tmp_path, named, surface(kind="park"), line(kind="street"))
    again = pieces(tmp_path, line(kind="street"), surface(kind="park"), named)
    assert first[0].id == "way-12"
    assert {one.id: one for one in first} == {one.id: one for one in again}


def test_points_that_nobody_would_miss_are_left_out(tmp_path: Path) -> None:
    straight = [[27.5 + n / 1_000_000, 53.9] for n in range(9_000)]
    (piece,) = pieces(tmp_path, line(straight, kind="street"))
    assert piece.lines == [[(27.5, 53.9), (27.509, 53.9)]]


@pytest.mark.parametrize(
    ("feature", "code"),
    [
        (surface(kind="street"), "ground.not_line"),
        (line([[27.5, 53.9]], kind="street"), "ground.too_small"),
        (line([["a", 1], [2, 3]], kind="street"), "area.invalid"),
        (line([[500, 53.9], [27.5, 53.9]], kind="water"), "ground.invalid"),
        ({"type": "Feature", "properties": {"kind": "park"}, "geometry": None}, "ground.not_drawn"),
        (surface([[0, 0], [0.000001, 0], [0, 0.000001], [0, 0]], kind="park"), "ground.too_small"),
        (line([[27 + n % 2, 53 + n / 10_000] for n in range(20_002)], kind="street"), "ground.too_fine"),
    ],
)
def test_what_cannot_be_drawn_has_its_reason(tmp_path: Path, feature: Any, code: str) -> None:
    found = read_pieces(file(tmp_path, surface(kind="park"), feature))
    assert [(each.number, each.code) for each in found if isinstance(each, Skipped)] == [(2, code)]
