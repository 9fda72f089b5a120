"""Small vector archives of our own making (MVT 2.1 in PMTiles 3), for those who read them."""

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

EXTENT = 4096
LINE, POLYGON = 2, 3
Feature = tuple[int, Mapping[str, Any], Sequence[Sequence[tuple[int, int]]]]
"""Type, tags, and lines or rings; a ring without its first point again."""
WORLD = [[(0, 0), (EXTENT, 0), (EXTENT, EXTENT), (0, EXTENT)]]


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, payload: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def packed(values: Sequence[int]) -> bytes:
    return b"".join(varint(value) for value in values)


def zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def geometry(kind: int, parts: Sequence[Sequence[tuple[int, int]]]) -> bytes:
    numbers: list[int] = []
    x = y = 0
    for part in parts:
        for at, (px, py) in enumerate(part):
            if at < 2:
                numbers.append(1 << 3 | 1 if at == 0 else (len(part) - 1) << 3 | 2)
            numbers += [zigzag(px - x), zigzag(py - y)]
            x, y = px, py
        if kind == POLYGON:
            numbers.append(15)
    return packed(numbers)


def value(of: Any) -> bytes:
    if isinstance(of, bool):
        return varint(7 << 3) + varint(of)
    return varint(4 << 3) + varint(of) if isinstance(of, int) else field(1, str(of).encode())


def tile(layers: Mapping[str, Sequence[Feature]]) -> bytes:
    """The bytes of one tile."""
    return b"".join(field(3, layer(name, features)) for name, features in layers.items())


def layer(name: str, features: Sequence[Feature]) -> bytes:
    keys = sorted({key for _, tags, _ in features for key in tags})
    values = sorted({str(each) for _, tags, _ in features for each in tags.values()})
    body = field(1, name.encode())
    for kind, tags, parts in features:
        numbers = [
            number for key, each in tags.items() for number in (keys.index(key), values.index(str(each)))
        ]
        body += field(
            2, field(2, packed(numbers)) + varint(3 << 3) + varint(kind) + field(4, geometry(kind, parts))
        )
    body += b"".join(field(3, key.encode()) for key in keys) + b"".join(
        field(4, value(each)) for each in values
    )
    return body + varint(5 << 3) + varint(EXTENT) + varint(15 << 3) + varint(2)


def archive(path: Path, tiles: Mapping[tuple[int, int, int], bytes]) -> Path:
    """A file with these tiles, by zoom, column and row."""
    zooms = [z for z, _, _ in tiles]
    with path.open("wb") as file:
        make: Any = Writer  # which has no types
        writer = make(file)
        for number, at in sorted((zxy_to_tileid(*at), at) for at in tiles):
            writer.write_tile(number, gzip.compress(tiles[at], mtime=0))
        writer.finalize(
            {
                "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
                "min_zoom": min(zooms), "max_zoom": max(zooms),
                "min_lon_e7": -1_800_000_000, "max_lon_e7": 1_800_000_000, "min_lat_e7": -850_000_000,
                "max_lat_e7": 850_000_000, "center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0,
            },
            {"attribution": "<a href='https://example.org'>Nobody</a>"},
        )  # fmt: skip
    return path
