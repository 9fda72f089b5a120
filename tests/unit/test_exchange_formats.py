"""What goes out to other programs, written piece by piece."""

import csv
import json

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from shared.exchange import CSV, GEOJSON, KML, TSV, Format, ordered
from shared.exchange.cells import guard, unguard
from tests.gateway import shown

HOSTILE = "\u202e</name><script>&\"';=1,\t[["
LISTINGS = [shown(1, name=HOSTILE, description=HOSTILE), shown(2, name="=1+1")]


@given(st.text(max_size=30))
def test_guarded_cells_are_no_formulas_and_come_back_as_they_were(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_hostile_names_stay_text_in_every_format() -> None:
    features = json.loads(b"".join(GEOJSON.parts(LISTINGS)))["features"]
    assert [feature["properties"]["name"] for feature in features] == [HOSTILE, "=1+1"]
    table = b"".join(CSV.parts(LISTINGS)).decode("utf-8-sig")
    assert [row["name"] for row in csv.DictReader(table.splitlines())] == [HOSTILE, "'=1+1"]
    odd = shown(3, name="a\x0bb\ufffec")
    places = fromstring(b"".join(KML.parts([*LISTINGS, odd])))
    names = [each.text for each in places.iter() if each.tag.endswith("}name")]
    assert names == [HOSTILE, "=1+1", "abc"]


@pytest.mark.parametrize("form", [GEOJSON, CSV, TSV, KML])
def test_a_file_of_nothing_is_still_a_file(form: Format) -> None:
    assert b"".join(form.parts([])).startswith(form.head)
    assert b"".join(form.parts([])).endswith(form.foot)


def test_the_order_does_not_depend_on_where_listings_came_from() -> None:
    assert ordered(LISTINGS) == ordered(reversed(LISTINGS))
