"""Parameters of the API with whatever strangers put into them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.gateway.api.params import ClustersParams, ListingsParams, SearchParams, parse_box, parse_point
from services.gateway.domain.query import Box
from shared.contracts.listings import Kind

HOSTILE = [
    "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,nan,nan,nan", "inf,0,1,1", "-inf,-90,inf,90", "1e3,0,1,1",
    "0x1,0,1,1",
    "1_0,0,1,1", "١,0,1,1", "181,0,1,1", "-181,0,1,1", "0,91,1,92", "0,-91,1,1", "0,2,1,1", ",,,", "0,0,0",
    "0,0,,0", "0;0;1;1", "0,0,1,1,", "[0,0,1,1]", "9" * 5000 + ",0,1,1", "0,0,1," + "0" * 5000, "--1,0,1,1",
    "0,0,1,1\n", "\x000,0,1,1",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_bad_box_is_named(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ListingsParams.model_validate({"bbox": text})
    assert [error["loc"] for error in caught.value.errors()] == [("bbox",)]


DEGREES = st.floats(-200, 200).map(str) | st.integers(-90, 90).map(str) | st.text(max_size=4)


@given(st.text() | st.lists(DEGREES, min_size=4, max_size=4).map(",".join))
def test_any_text_is_a_box_or_a_clear_refusal(text: str) -> None:
    try:
        box = parse_box(text)
    except ValueError:
        return
    assert -180 <= min(box.west, box.east) <= max(box.west, box.east) <= 180
    assert -90 <= box.south <= box.north <= 90


def test_a_box_may_cross_the_antimeridian() -> None:
    box = parse_box("170,-10,-170,10")
    assert box == Box(170, -10, -170, 10)
    assert box.contains(0, 179)
    assert box.contains(0, -179)
    assert box.contains(0, 180)
    assert not box.contains(0, 0)


def test_spaces_and_signs_are_taken() -> None:
    assert parse_box(" 27.4, 53.8,+27.7 ,54.") == Box(27.4, 53.8, 27.7, 54.0)


@pytest.mark.parametrize("text", ["53.9", "53.9,27.5,1", "91,0", "0,181", "nan,0", "", "x,y"])
def test_a_bad_point_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        parse_point(text)


def test_every_bad_parameter_is_named_at_once() -> None:
    values = {"bbox": "x", "kind": ["planet"], "q": "x" * 201, "area": "NO!", "zoom": "99"}
    with pytest.raises(ValidationError) as caught:
        ClustersParams.model_validate(values)
    assert {error["loc"][0] for error in caught.value.errors()} == {"bbox", "kind", "q", "area", "zoom"}


def test_empty_values_count_as_left_out() -> None:
    params = ListingsParams.model_validate(
        {"bbox": "", "kind": [""], "q": "", "limit": "", "cursor": "", "order": ""}
    )
    assert params == ListingsParams()


def test_kinds_come_repeated_or_with_commas() -> None:
    params = ListingsParams.model_validate({"kind": ["group,channel", " bot "]})
    assert params.query().kinds == {Kind.GROUP, Kind.CHANNEL, Kind.BOT}


@pytest.mark.parametrize("limit", ["0", "-1", "501", "1.5", "ten", "1e2", "999999999999999999999999"])
def test_a_bad_limit_is_refused(limit: str) -> None:
    with pytest.raises(ValidationError):
        ListingsParams.model_validate({"limit": limit})


def test_a_search_needs_words() -> None:
    with pytest.raises(ValidationError):
        SearchParams.model_validate({"q": ""})
