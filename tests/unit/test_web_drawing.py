"""The drawn map's geometry."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.web.drawing import View
from services.gateway.web.maps import Mark, labels, outline
from shared.contracts.listings import Area

HOME = View(53.9, 27.56, 11)
VIEWS = st.builds(
    lambda lat, lon, zoom: View(lat, lon, zoom).tamed(),
    st.floats(-89, 89),
    st.floats(-180, 180),
    st.integers(-3, 40),
)


@given(VIEWS, st.integers(0, 720), st.integers(0, 540))
def test_a_pixel_and_its_place_are_one(view: View, x: int, y: int) -> None:
    lat, lon = view.place(x, y)
    if abs(lat) < 85 and view.zoom > 3:
        back = view.point(lat, lon)
        assert abs(back[0] - x) <= 0.000011 / 360 * view.world_size + 0.1
        assert abs(back[1] - y) <= 0.00011 / 360 * view.world_size / math.cos(math.radians(lat)) + 0.1


@given(VIEWS)
def test_an_address_gives_the_view_back(view: View) -> None:
    again = View.parse(view.text, HOME)
    assert again.zoom == view.zoom
    assert abs(again.lat - view.lat) < 0.00001
    assert again.text == View.parse(again.text, HOME).text


@pytest.mark.parametrize(
    "text", ["", "1,2", "a,b,c", "nan,1,2", "1,inf,3", "1,2,3,4", "١,٢,x", "9" * 500, "1,2,1e999"]
)
def test_nonsense_in_an_address_leads_home(text: str) -> None:
    assert View.parse(text, HOME) == HOME


@given(VIEWS)
def test_whatever_the_view_its_box_scale_grid_and_tiles_make_sense(view: View) -> None:
    box = view.box
    assert -90 <= box.south <= box.north <= 90
    assert -180 <= box.west <= 180
    length, metres = view.scale()
    assert 0 < length <= 121
    assert metres >= 1
    meridians, parallels = view.graticule()
    assert len(meridians) < 40
    assert len(parallels) < 60
    assert len(view.tiles(6)) <= 30
    assert 1 <= len(view.tiles(17, 512)) <= 9
    for move in (view.zoomed(1), view.zoomed(-1), view.moved(0, 0.5), view.moved(-0.5, 0)):
        assert View.parse(move.text, HOME).zoom == move.zoom


def district(name: str, west: float, east: float) -> Area:
    ring = [(west, 53.8), (east, 53.8), (east, 54.0), (west, 54.0), (west, 53.8)]
    return Area(id=name, level="district", names={"be": name}, polygon=[[ring]])


def named(*marks: Mark) -> list[tuple[str, float]]:
    areas = [district("zachad", 27.40, 27.56), district("uschod", 27.56, 27.72)]
    return [(one.text, one.y) for one in labels(HOME, areas, lambda area: area.names["be"], marks)]


def test_the_name_of_an_area_steps_aside_for_a_mark_and_goes_where_there_is_no_room() -> None:
    (west, y), east = named()
    x, _ = HOME.point(53.9, 27.48)
    assert named(Mark(x, y, "", "", count="3", size=17)) == [(west, y - 26), east]
    assert named(Mark(x, y - 3, "", "", flag="wrw"), Mark(x, y - 60, "", "", count="9", size=20)) == [
        (west, y + 34),
        east,
    ]
    assert named(Mark(x, y, "", "", count="999", size=70)) == [east]


def test_an_area_is_outlined_to_the_pixel_and_what_is_less_than_one_is_left_out() -> None:
    (left, top), (right, bottom) = HOME.point(54.0, 27.4), HOME.point(53.8, 27.56)
    corners = [(round(x), round(y)) for x, y in ((left, bottom), (right, bottom), (right, top), (left, top))]
    ways = "L".join(f"{x} {y}" for x, y in [*corners, corners[0]])
    assert outline(HOME, district("zachad", 27.40, 27.56).polygon) == f"M{ways}Z"
    dot = [(27.5, 53.9), (27.5001, 53.9), (27.5001, 53.9001), (27.5, 53.9)]
    assert outline(HOME, [[dot]]) == ""
