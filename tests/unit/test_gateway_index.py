"""The index under changes: whatever came and went, whenever a new base was made, sums and pages are right.

The limits are made small, so that few listings meet what a million would.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain import cover, filters, index, merging
from services.gateway.domain.clusters import ZOOM_MOST
from services.gateway.domain.packing import pack, revision, unpack, values_of
from services.gateway.domain.query import Box, Order, Query
from services.gateway.domain.readmodel import ReadModel
from shared.contracts.listings import Kind, Listing, Precision, PublicListing
from shared.exchange import public
from tests.gateway import MOMENT, added, listing, removed

LATITUDES = st.sampled_from([53.9, 53.9005, 53.95, 54.0, -33.0, 85.06, 90.0])
LONGITUDES = st.sampled_from([27.5, 27.5605, 27.7, 180.0, -180.0, -70.0])
LISTINGS = st.builds(
    lambda number, lat, lon, kind, name, members: listing(
        number,
        lat=lat,
        lon=lon,
        kind=kind,
        name=name,
        members=members,
        areas=("minsk",) if number % 2 else (),
    ),
    st.integers(0, 20),
    LATITUDES,
    LONGITUDES,
    st.sampled_from([Kind.GROUP, Kind.HELP]),
    st.sampled_from(["Двор", "Дом", "Сад 🚗"]),
    st.none() | st.integers(20, 500),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "put", "put", "remove", "look", "step", "begin"]), LISTINGS),
    max_size=60,
)
BOXES = st.none() | st.builds(
    lambda west, east, one, other: Box(west, min(one, other), east, max(one, other)),
    st.floats(-180, 180) | LONGITUDES,
    st.floats(-180, 180) | LONGITUDES,
    st.floats(-90, 90) | LATITUDES,
    st.floats(-90, 90) | LATITUDES,
)
QUERIES = st.builds(
    Query,
    BOXES,
    st.frozensets(st.sampled_from([Kind.GROUP, Kind.HELP]), max_size=2),
    st.sampled_from(["", "", "двор", "🚗", "сад"]),
    st.sampled_from([None, None, "minsk"]),
)


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "PENDING_LEAST", 4)
        patch.setattr(index, "PATIENCE", 4)
        patch.setattr(index, "BULK", 6)
        patch.setattr(merging, "SLICE", 3)
        patch.setattr(merging, "KEYS_SLICE", 2)
        patch.setattr(cover, "SCAN_MOST", 2)
        patch.setattr(cover, "CELLS_FIRST", 6)
        patch.setattr(filters, "BOX_MOST", 3)
        yield


SPOTS = [(53.9, 27.5), (53.9005, 27.5), (53.95, 27.5605), (54.0, 27.7), (-33.0, -70.0), (85.06, 180.0)]


class World:
    """A model beside a plain dictionary of what it should hold."""

    def __init__(self) -> None:
        self.model = ReadModel()
        self.alive: dict[str, Listing] = {}
        self.renewing: Iterator[None] = iter(())
        self.revision = 0
        for number in range(3 * len(SPOTS)):
            lat, lon = SPOTS[number % len(SPOTS)]
            self.go("put", listing(number, lat=lat, lon=lon, name=f"Двор {number % 4}", members=20 + number))
        self.go("all", listing())

    def go(self, step: str, one: Listing) -> None:
        self.revision += 1
        if step == "put":
            self.alive[one.id] = one.model_copy(update={"revision": self.revision})
            assert self.model.apply_listing(added(self.alive[one.id]))
        elif step == "remove":
            known = self.alive.pop(one.id, None)
            assert self.model.apply_listing(removed(one)) == (known is not None)
        elif step == "begin":
            self.renewing = self.model.renew()
        elif step == "all":
            for _ in self.model.renew():
                pass
        elif step == "step":
            next(self.renewing, None)
        else:
            assert self.model.count(Query()) == len(self.alive)

    def matching(self, query: Query) -> list[Listing]:
        return [one for one in self.alive.values() if matches(one, query)]


def matches(one: Listing, query: Query) -> bool:
    return (
        (query.box is None or query.box.contains(one.place.lat, one.place.lon))
        and (not query.kinds or one.kind in query.kinds)
        and query.text in one.name.casefold()
        and (query.area is None or query.area in one.areas)
    )


@given(STEPS, st.lists(st.tuples(QUERIES, st.integers(0, ZOOM_MOST + 2)), min_size=1, max_size=4))
def test_sums_are_right_whatever_came_and_went(
    steps: list[tuple[str, Listing]], asked: list[tuple[Query, int]]
) -> None:
    world = World()
    for step, one in steps:
        world.go(step, one)
        if step == "look":
            world.model.clusters(asked[0][0], 12)  # answers that are kept must not grow old
    for query, zoom in asked:
        expected = world.matching(query)
        clusters = world.model.clusters(query, zoom)
        assert sum(one.count for one in clusters) == len(expected) == world.model.count(query)
        assert sum(one.members for one in clusters) == sum(one.members or 0 for one in expected)
        alone = {one.id for one in clusters if one.count == 1}
        assert alone <= {one.id for one in expected}
        used, fewer = world.model.clusters_at_most(query, zoom, 3)
        assert sum(one.count for one in fewer) == len(expected)
        assert len(fewer) <= 3 or used == 0
    totals = world.model.totals()
    assert (totals.listings, sum(totals.kinds.values())) == (len(world.alive), len(world.alive))
    assert totals.members == sum(one.members or 0 for one in world.alive.values())


@given(STEPS, QUERIES, st.integers(0, ZOOM_MOST + 1))
def test_the_same_listings_give_the_same_answers_however_they_came(
    steps: list[tuple[str, Listing]], query: Query, zoom: int
) -> None:
    world, fresh = World(), ReadModel()
    for step, one in steps:
        world.go(step, one)
    for one in world.alive.values():
        fresh.apply_listing(added(one))
    assert world.model.clusters(query, zoom) == fresh.clusters(query, zoom)
    z = min(zoom, 20)
    x, y = (1 << z) * 1167 // 2024, (1 << z) * 331 // 1013
    assert world.model.tile(query, z, x, y) == fresh.tile(query, z, x, y)


@given(STEPS, QUERIES, st.sampled_from(list(Order)), st.integers(1, 5))
def test_pages_hold_everything_once_and_in_order(
    steps: list[tuple[str, Listing]], query: Query, order: Order, limit: int
) -> None:
    world = World()
    for step, one in steps:
        world.go(step, one)
    seen: list[PublicListing] = []
    cursor = None
    while True:
        page = world.model.listings(query, limit=limit, cursor=cursor, order=order)
        assert page.total == len(world.matching(query))
        seen += page.items
        if page.next is None:
            break
        cursor = page.next
    assert sorted(one.id for one in seen) == sorted(one.id for one in world.matching(query))
    if order is Order.MEMBERS:
        assert all((a.members or 0, b.id) >= (b.members or 0, a.id) for a, b in pairwise(seen))
    assert all(public(world.alive[one.id]) == one for one in seen)


@given(STEPS)
def test_a_new_base_holds_what_the_old_one_did(steps: list[tuple[str, Listing]]) -> None:
    world = World()
    for step, one in steps:
        world.go(step, one)
    before = world.model.clusters(Query(), 14)
    for _ in world.model.renew():
        pass
    table = world.model._index.table
    assert (table.base, table.pending) == (len(world.alive), 0)
    pairs = list(
        zip(table.columns.codes[: table.base].tolist(), table.columns.ids[: table.base].tolist(), strict=True)
    )
    assert pairs == sorted(pairs)
    assert table.sums[-1, 0] == sum(one.members or 0 for one in world.alive.values())
    assert np.array_equal(table.row_of[table.columns.slots[: table.base]], np.arange(table.base))
    assert world.model.clusters(Query(), 14) == before


@given(
    st.lists(st.tuples(st.integers(0, 25), st.sampled_from(["put", "remove", "look"]), LISTINGS), max_size=12)
)
def test_what_changes_while_a_new_base_is_made_is_in_it(
    changes: list[tuple[int, str, Listing]],
) -> None:
    world = World()
    renewing = world.model.renew()
    at = 0
    for until, step, one in sorted(changes, key=lambda change: change[0]):
        while at < until:
            next(renewing, None)
            at += 1
        world.go(step, one)
    for _ in renewing:
        pass
    fresh = ReadModel()
    for one in world.alive.values():
        fresh.apply_listing(added(one))
    assert world.model.clusters(Query(), 16) == fresh.clusters(Query(), 16)
    for order in Order:
        assert world.model.listings(Query(), order=order) == fresh.listings(Query(), order=order)


def packed(one: PublicListing) -> bytes:
    return pack(values_of(one))


@given(LISTINGS, st.sampled_from(list(Precision)))
def test_what_is_packed_comes_out_equal(one: Listing, precision: Precision) -> None:
    full = one.model_copy(
        update={
            "place": one.place.model_copy(update={"precision": precision}),
            "description": 'Кавычкі " і \\',
            "languages": ("be", "ru"),
            "flag": "wrw-linden",
            "members_below": 20,
            "checked_at": MOMENT,
            "dead_since": MOMENT,
            "revision": 12_345,
        }
    )
    hidden = full.model_copy(update={"link_hidden_since": MOMENT})
    for listed in map(public, (one, full, hidden)):
        assert unpack(packed(listed)) == listed
        assert unpack(packed(listed)).model_dump_json() == listed.model_dump_json()
        assert revision(packed(listed)) == listed.revision
        out = unpack(packed(listed))
        assert out.model_copy(update={"name": "Іншы"}).name == "Іншы"
        assert out.model_fields_set == set(PublicListing.model_fields)
        assert (hash(out), repr(out)) == (hash(listed), repr(listed))


def test_a_snapshot_is_loaded_like_the_changes_it_holds() -> None:
    one, two = listing(1, members=30, areas=("minsk",)), listing(2, lat=10.0)
    loaded, applied = ReadModel(), ReadModel()
    bodies = [added(one).model_dump_json().encode(), added(two).model_dump_json().encode()]
    assert [known.id for known in loaded.load([*bodies, *bodies])] == [one.id, two.id]
    assert loaded.load(bodies) == []
    for each in (one, two):
        applied.apply_listing(added(each))
    assert loaded.listings(Query()) == applied.listings(Query())
    with pytest.raises((KeyError, ValueError, TypeError)):
        loaded.load([added(listing(3)).model_dump_json().encode(), b"{}"])
    assert loaded.listing(listing(3).id) is None
