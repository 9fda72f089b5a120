"""Streets as lines, from their houses alone."""

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.ground.lines import METRES_A_DEGREE, line_of
from shared.geo import metres

LAT, LON = 53.9, 27.56
NARROW = math.cos(math.radians(LAT))


def house(number: int, east: float, north: float) -> tuple[str, float, float]:
    """A house so many metres away."""
    return str(number), LAT + north / METRES_A_DEGREE, LON + east / METRES_A_DEGREE / NARROW


def length(line: list[tuple[float, float]]) -> float:
    return sum(metres(a[1], a[0], b[1], b[0]) for a, b in pairwise(line))


def test_houses_on_both_sides_become_one_line_between_them() -> None:
    (line,) = line_of([house(n + 1, 45.0 * n, 18 if n % 2 else -18) for n in range(30)])
    assert length(line) == pytest.approx(45 * 29, rel=0.06)
    north = [(lat - LAT) * METRES_A_DEGREE for _, lat in line[2:-2]]
    assert max(map(abs, north)) < 14


def test_a_street_that_bends_is_followed() -> None:
    there = [house(n + 1, 50.0 * n, 0) for n in range(12)]
    (line,) = line_of([*there, *(house(n + 20, 550, 50.0 * n) for n in range(1, 12))])
    assert length(line) == pytest.approx(1_100, rel=0.08)


def test_a_street_is_interrupted_where_houses_are_far_apart() -> None:
    assert len(line_of([house(n + 1, 60.0 * n + (900 if n > 6 else 0), 0) for n in range(14)])) == 2


@pytest.mark.parametrize("houses", [[house(1, 0, 0)], [house(1, 0, 0), house(2, 9, 0)], [house(1, 0, 0)] * 3])
def test_too_few_houses_are_no_street(houses: list[Any]) -> None:
    assert line_of(houses) == []


@given(st.lists(st.tuples(st.floats(-3_000, 3_000), st.floats(-3_000, 3_000)), min_size=1, max_size=60))
def test_whatever_the_houses_the_lines_lie_among_them(spots: list[tuple[float, float]]) -> None:
    houses = [house(n + 1, *spot) for n, spot in enumerate(spots)]
    lats, lons = [h[1] for h in houses], [h[2] for h in houses]
    for line in line_of(houses):
        assert len(line) > 1
        for lon, lat in line:
            assert min(lats) - 0.0001 <= lat <= max(lats) + 0.0001
            assert min(lons) - 0.0001 <= lon <= max(lons) + 0.0001
