"""Vector tiles, read back by a small decoder of the specification's messages."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.query import Query
from services.gateway.domain.readmodel import ReadModel
from services.gateway.domain.tilecache import TileCache
from services.gateway.domain.tiles import EXTENT, encode
from tests.gateway import added, listing, removed


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        value, at = varint(data, at)
        if key & 7 == 2:
            yield key >> 3, data[at : at + value]
            at += value
        else:
            yield key >> 3, value


def packed(data: bytes) -> list[int]:
    at, values = 0, []
    while at < len(data):
        value, at = varint(data, at)
        values.append(value)
    return values


def value_of(data: bytes) -> Any:
    ((field, value),) = fields(data)
    assert field in {1, 4, 7}
    return value.decode() if field == 1 else value if field == 4 else bool(value)


def decode(tile: bytes) -> list[dict[str, Any]]:
    ((number, layer),) = fields(tile)
    assert number == 3
    parts = list(fields(layer))
    assert (15, 2) in parts
    assert (5, EXTENT) in parts
    keys = [value.decode() for field, value in parts if field == 3]
    values = [value_of(value) for field, value in parts if field == 4]
    found = []
    for feature in (dict(fields(value)) for field, value in parts if field == 2):
        tags = packed(feature[2])
        command, x, y = packed(feature[4])
        assert (feature[3], command) == (1, 9)
        pairs = zip(tags[::2], tags[1::2], strict=True)
        found.append({keys[k]: values[v] for k, v in pairs} | {"x": x >> 1, "y": y >> 1})
    return found


def test_singles_and_clusters_come_with_their_properties() -> None:
    model = ReadModel()
    for number, (lat, lon) in enumerate([(53.9, 27.5), (53.9, 27.5), (40.0, -100.0)]):
        model.apply_listing(
            added(listing(number, lat=lat, lon=lon, members=30 + number, name=f"Двор {number}"))
        )
    found = decode(encode(model.tile(Query(), 0, 0, 0), model.brief, 0, 0, 0))
    cluster = next(one for one in found if one["cluster"])
    single = next(one for one in found if not one["cluster"])
    assert (cluster["count"], cluster["members"], cluster["expansion_zoom"]) == (2, 61, 19)
    assert (single["count"], single["members"], single["name"], single["kind"]) == (1, 32, "Двор 2", "group")
    assert all(0 <= one[axis] < EXTENT for one in found for axis in "xy")
    assert cluster["x"] > EXTENT // 2 > single["x"]


def test_true_and_one_are_different_values() -> None:
    model = ReadModel()
    model.apply_listing(added(listing(1, members=1)))
    (found,) = decode(encode(model.tile(Query(), 0, 0, 0), model.brief, 0, 0, 0))
    assert found["cluster"] is False
    assert found["count"] == 1
    assert found["members"] == 1


def test_an_empty_tile_is_empty() -> None:
    assert encode((), ReadModel().brief, 3, 1, 2) == b""


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from([53.9, 53.91, -40.0, 88.0]), st.booleans()), max_size=12
    )
)
def test_a_tile_that_is_kept_is_never_older_than_its_listings(changes: list[tuple[int, float, bool]]) -> None:
    model = ReadModel()
    places = [(z, (1 << z) * 1167 // 2024, (1 << z) * 331 // 1013) for z in (0, 3, 9)] + [(0, 0, 0)]

    def made(query: Query, place: tuple[int, int, int]) -> bytes:
        return encode(model.tile(query, *place), model.brief, *place)

    for revision, (number, lat, there) in enumerate(changes, start=1):
        one = listing(number, lat=lat, members=20 + revision, revision=revision)
        model.apply_listing(added(one) if there else removed(one))
        for place in places:
            for query in (Query(), Query(text="дом")):
                kept = model.tiles.get(query, place, partial(made, query, place))
                assert kept == made(query, place)


def test_tiles_that_were_not_asked_for_long_make_room() -> None:
    cache = TileCache(most=1_000)
    for x in range(5):
        cache.get(Query(), (3, x, 0), lambda: b"x" * 100)
    assert cache.get(Query(), (3, 4, 0), lambda: b"new") == b"x" * 100
    assert cache.get(Query(), (3, 0, 0), lambda: b"new") == b"new"
    cache.get(Query(), (4, 0, 0), lambda: b"y" * 5_000)
    assert cache.get(Query(), (3, 0, 0), lambda: b"newer") == b"newer"
