"""Clusters: whatever the listings, the zoom and the filter, nothing is lost and nothing counted twice."""

import math
from collections import Counter

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from services.gateway.domain.clusters import ZOOM_MOST, morton, project, project_one, unproject
from services.gateway.domain.query import Box, Query
from services.gateway.domain.readmodel import ReadModel
from shared.contracts.listings import Kind, Listing
from tests.gateway import added, listing

ZOOMS = st.integers(0, ZOOM_MOST + 2)
LATITUDES = st.floats(-90, 90) | st.sampled_from([0.0, 53.9, 53.9005, 90.0, -90.0, 85.06])
LONGITUDES = st.floats(-180, 180) | st.sampled_from([0.0, 27.56, 27.5605, 180.0, -180.0])


@st.composite
def places(draw: st.DrawFn) -> list[Listing]:
    spots = draw(
        st.lists(
            st.tuples(LATITUDES, LONGITUDES, st.sampled_from(list(Kind)), st.none() | st.integers(20, 5000)),
            max_size=40,
        )
    )
    return [
        listing(number, lat=lat, lon=lon, kind=kind, members=members)
        for number, (lat, lon, kind, members) in enumerate(spots)
    ]


def boxes() -> st.SearchStrategy[Box | None]:
    some = st.builds(
        lambda west, east, lats: Box(west, min(lats), east, max(lats)),
        LONGITUDES,
        LONGITUDES,
        st.tuples(LATITUDES, LATITUDES),
    )
    return st.none() | some


def model_of(listings: list[Listing]) -> ReadModel:
    model = ReadModel()
    for one in listings:
        model.apply_listing(added(one))
    return model


@given(places(), ZOOMS, boxes(), st.frozensets(st.sampled_from(list(Kind)), max_size=3))
@example([], 0, None, frozenset())
def test_counts_and_members_add_up_under_every_filter_at_every_zoom(
    listings: list[Listing], zoom: int, box: Box | None, kinds: frozenset[Kind]
) -> None:
    model = model_of(listings)
    query = Query(box=box, kinds=kinds)
    expected = [
        one
        for one in listings
        if (box is None or box.contains(one.place.lat, one.place.lon)) and (not kinds or one.kind in kinds)
    ]
    clusters = model.clusters(query, zoom)
    assert sum(cluster.count for cluster in clusters) == len(expected)
    assert sum(cluster.members for cluster in clusters) == sum(one.members or 0 for one in expected)
    assert model.listings(query).total == model.count(query) == len(expected)


@given(places(), ZOOMS)
def test_the_order_in_which_listings_come_changes_nothing(listings: list[Listing], zoom: int) -> None:
    forward, backward = model_of(listings), model_of(listings[::-1])
    assert forward.clusters(Query(), zoom) == backward.clusters(Query(), zoom)


@given(places(), st.integers(0, ZOOM_MOST))
def test_a_cluster_holds_together_until_its_expansion_zoom_and_falls_apart_there(
    listings: list[Listing], zoom: int
) -> None:
    model = model_of(listings)
    for cluster in model.clusters(Query(), zoom):
        if cluster.count == 1:
            continue
        assert zoom < cluster.expansion_zoom <= ZOOM_MOST + 1
        before = {one.id: one.count for one in model.clusters(Query(), cluster.expansion_zoom - 1)}
        after = {one.id: one.count for one in model.clusters(Query(), cluster.expansion_zoom)}
        assert before[cluster.id] == cluster.count
        assert after[cluster.id] < cluster.count


@given(places(), st.integers(0, 4))
def test_the_tiles_of_a_zoom_add_up_as_well(listings: list[Listing], zoom: int) -> None:
    model = model_of(listings)
    tiles = [
        cluster
        for x in range(1 << zoom)
        for y in range(1 << zoom)
        for cluster in model.tile(Query(), zoom, x, y)
    ]
    assert Counter(tiles) == Counter(model.clusters(Query(), zoom))


def test_listings_on_one_spot_are_all_reached_above_the_last_zoom() -> None:
    model = model_of([listing(number) for number in range(5)])
    (cluster,) = model.clusters(Query(), ZOOM_MOST)
    assert (cluster.count, cluster.expansion_zoom) == (5, ZOOM_MOST + 1)
    assert [one.count for one in model.clusters(Query(), cluster.expansion_zoom)] == [1] * 5


def test_a_listing_alone_stands_where_it_is_and_a_cluster_in_the_middle() -> None:
    model = model_of([listing(1, lat=53.9, lon=27.5), listing(2, lat=53.9, lon=27.6)])
    (cluster,) = model.clusters(Query(), 0)
    assert math.isclose(cluster.lon, 27.55, abs_tol=1e-4)
    assert math.isclose(cluster.lat, 53.9, abs_tol=1e-4)
    assert {(one.lat, one.lon) for one in model.clusters(Query(), 18)} == {(53.9, 27.5), (53.9, 27.6)}


@given(LATITUDES.filter(lambda lat: abs(lat) < 85), LONGITUDES)
def test_projecting_there_and_back_stays_within_a_step(lat: float, lon: float) -> None:
    x, y = project_one(lat, lon)
    back_lat, back_lon = unproject(np.array([x + 0.5]), np.array([y + 0.5]))
    assert abs(back_lat[0] - lat) < 3e-5
    assert abs(back_lon[0] - lon) < 3e-5


@given(st.integers(0, 2**24 - 1), st.integers(0, 2**24 - 1))
def test_a_code_interleaves_the_bits_of_both_axes(x: int, y: int) -> None:
    expected = sum(((x >> bit & 1) << 2 * bit) | ((y >> bit & 1) << 2 * bit + 1) for bit in range(24))
    assert morton(np.array([x]), np.array([y]))[0] == expected


def test_the_edges_of_the_world_have_a_cell() -> None:
    x, y = project(np.array([90.0, -90.0]), np.array([180.0, -180.0]))
    assert x.tolist() == [2**24 - 1, 0]
    assert y.tolist() == [0, 2**24 - 1]
