"""Coarsening, distances, boxes and polygons."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.contracts.listings import Precision
from shared.geo import coarsen, grid_step, in_box, metres, point_in_polygon

LATS, LONS = st.floats(-90, 90), st.floats(-180, 180)
PRECISIONS = st.sampled_from(Precision)


@given(LATS, LONS, PRECISIONS)
def test_coarsening_twice_changes_nothing(lat: float, lon: float, precision: Precision) -> None:
    once = coarsen(lat, lon, precision)
    assert coarsen(once.lat, once.lon, precision) == once


@given(LATS, LONS, PRECISIONS)
def test_a_place_moves_at_most_half_a_cell(lat: float, lon: float, precision: Precision) -> None:
    place, half = coarsen(lat, lon, precision), grid_step(precision) / 2 + 1e-6
    assert abs(place.lat - lat) <= half
    assert abs(place.lon - lon) <= half
    assert place.precision is precision


@given(st.floats(-1, 1), st.floats(-1, 1), PRECISIONS)
def test_all_places_of_a_cell_become_one(north: float, east: float, precision: Precision) -> None:
    step = grid_step(precision)
    here = coarsen(53.9 + 0, 27.5, precision)
    assert coarsen(here.lat + north * step * 0.49, here.lon + east * step * 0.49, precision) == here


@pytest.mark.parametrize(
    ("lat", "lon"), [(91, 0), (0, 181), (math.nan, 0), (0, math.inf), (-math.inf, math.nan)]
)
def test_what_is_not_on_earth_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValidationError):
        coarsen(lat, lon, Precision.CITY)


def test_zero_has_no_sign() -> None:
    place = coarsen(-0.00001, -0.00001, Precision.CITY)
    assert math.copysign(1, place.lat) == math.copysign(1, place.lon) == 1


def test_known_distances() -> None:
    assert metres(0, 0, 0, 1) == pytest.approx(111_195, rel=1e-4)
    assert metres(53.9, 27.5, 53.9, 27.5) == 0
    assert metres(52.0976, 23.7341, 53.9023, 27.5619) == pytest.approx(326_000, rel=0.01)  # Brest to Minsk
    assert metres(0, 0, 0, 180) == metres(90, 0, -90, 0) == pytest.approx(math.pi * 6_371_008.8)


@given(LATS, LONS, LATS, LONS)
def test_distance_is_the_same_both_ways_and_never_more_than_half_the_earth(
    lat1: float, lon1: float, lat2: float, lon2: float
) -> None:
    there, back = metres(lat1, lon1, lat2, lon2), metres(lat2, lon2, lat1, lon1)
    assert there == pytest.approx(back, abs=1e-3)
    assert 0 <= there <= 20_015_116


def test_a_box_holds_its_edges_and_can_cross_the_antimeridian() -> None:
    assert in_box(1, 1, (0, 0, 1, 1))
    assert not in_box(1.01, 1, (0, 0, 1, 1))
    assert in_box(1.01, 1, (0, 0, 1, 1), margin=0.02)
    assert in_box(0, 179.5, (179, -1, -179, 1))
    assert in_box(0, -179.5, (179, -1, -179, 1))
    assert not in_box(0, 0, (179, -1, -179, 1))


SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]
HOLE = [(1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 2.0), (1.0, 1.0)]
FAR = [(10.0, 10.0), (11.0, 10.0), (10.5, 11.0)]


def test_a_polygon_has_holes_and_parts() -> None:
    shape = [[SQUARE, HOLE], [FAR]]
    assert point_in_polygon(3, 3, shape)
    assert not point_in_polygon(1.5, 1.5, shape)
    assert point_in_polygon(10.2, 10.5, shape)
    assert not point_in_polygon(5, 5, shape)


@given(st.floats(0, 4), st.floats(0, 4))
def test_of_two_neighbours_exactly_one_holds_a_point_between_them(lat: float, lon: float) -> None:
    left = [[[(0.0, 0.0), (2.0, 0.0), (2.0, 4.0), (0.0, 4.0)]]]
    right = [[[(2.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 4.0)]]]
    holders = point_in_polygon(lat, lon, left) + point_in_polygon(lat, lon, right)
    assert holders == (lat < 4 and lon < 4)


def test_degenerate_rings_hold_nothing() -> None:
    assert not point_in_polygon(0, 0, [])
    assert not point_in_polygon(0, 0, [[]])
    assert not point_in_polygon(0, 0, [[[]]])
    assert not point_in_polygon(0, 0, [[[(0.0, 0.0)]]])
    assert not point_in_polygon(0, 0.5, [[[(0.0, 0.0), (1.0, 0.0)]]])
