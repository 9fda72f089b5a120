"""Vector tiles: the few messages of the Mapbox Vector Tile specification 2.1 that points need.

Protocol buffers by hand, because the libraries for it bring polygon clipping and take a hundred times longer.
"""

import math
from collections.abc import Callable, Iterable, Sequence

from services.gateway.domain.clusters import BITS, CELL_BITS, LATITUDE_MOST, Cluster
from services.gateway.domain.packing import Brief

EXTENT = 4096
TILE_ZOOM_MOST = BITS - CELL_BITS
LAYER = "listings"
_POINT = 1
_MOVE_TO_ONCE = 9  # command 1, count 1

_SMALL = [bytes([value]) for value in range(0x80)]
_TYPE = bytes([3 << 3, _POINT])

Value = str | int | bool
Find = Callable[[str], Brief | None]


def encode(clusters: Iterable[Cluster], find: Find, z: int, x: int, y: int) -> bytes:
    """One layer of points with the properties of the GeoJSON answer; empty bytes for an empty tile."""
    keys: dict[str, int] = {}
    values: dict[tuple[type, Value], int] = {}
    features = []
    for cluster in clusters:
        tags = []
        for name, value in _properties(cluster, find).items():
            tags.append(keys.setdefault(name, len(keys)))
            tags.append(values.setdefault((type(value), value), len(values)))
        across, down = _within(cluster, z, x, y)
        geometry = (_MOVE_TO_ONCE, across << 1, down << 1)  # signs are kept in the last bit; none is negative
        features.append(_packed(2, tags) + _TYPE + _packed(4, geometry))
    if not features:
        return b""
    layer = _number(15, 2) + _bytes(1, LAYER.encode())
    layer += b"".join(_bytes(2, feature) for feature in features)
    layer += b"".join(_bytes(3, name.encode()) for name in keys)
    layer += b"".join(_bytes(4, _value(value)) for _, value in values)
    return _bytes(3, layer + _number(5, EXTENT))


def _properties(cluster: Cluster, find: Find) -> dict[str, Value]:
    found: dict[str, Value] = {"cluster": cluster.count > 1, "count": cluster.count}
    listing = find(cluster.id) if cluster.count == 1 else None
    if listing is None:
        return found | {"members": cluster.members, "expansion_zoom": cluster.expansion_zoom}
    found |= {"id": cluster.id, "name": listing.name, "kind": listing.kind, "flag": listing.flag}
    return found if listing.members is None else found | {"members": listing.members}


def _within(cluster: Cluster, z: int, x: int, y: int) -> tuple[int, int]:
    """Position in the tile, in steps of a 4096th of its side, counted from its north-west."""
    sin = math.sin(math.radians(cluster.lat))
    down = (
        0.5 - math.log((1 + sin) / (1 - sin)) / (4 * math.pi) if abs(cluster.lat) < LATITUDE_MOST else sin < 0
    )
    return _step((cluster.lon + 180) / 360, z, x), _step(down, z, y)


def _step(part: float, z: int, tile: int) -> int:
    """`part` of the world from its edge, in this tile."""
    return min(max(int((part * (1 << z) - tile) * EXTENT), 0), EXTENT - 1)


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return _number(7, int(value))
    return _number(4, value) if isinstance(value, int) else _bytes(1, value.encode())


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _packed(field: int, values: Sequence[int]) -> bytes:
    return _bytes(field, bytes(values) if max(values) < 0x80 else b"".join(map(_varint, values)))


def _varint(value: int) -> bytes:
    if value < 0x80:
        return _SMALL[value]
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
