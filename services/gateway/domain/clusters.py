"""Clusters: listings gathered by the cells of a grid of 64 pixels, at each zoom of a web map.

A cell of one zoom is four cells of the next, so cells are prefixes of one Morton code (Z-order, 24 bits an
axis): rows sorted by it lie together at every zoom, and what a cluster holds depends on nothing but the
listings themselves. Every matching listing lies in exactly one cell, so counts add up by construction. Sums
over neighbouring rows are differences of running sums, so a cell costs the same however much it holds.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BITS = 24
"""Bits an axis: about 2.4 m at the equator."""
CELL_BITS = 2
"""A tile of 256 pixels is four cells wide."""
ZOOM_MOST = 18
"""Above it every listing stands alone, also where several share one spot."""
LATITUDE_MOST = 85.05112877980659
"""Where web Mercator ends: the world is a square."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Listings shown as one. `id` names one of them, and is the listing itself when `count` is 1.

    `members` sums the public counts. `expansion_zoom` is the first zoom at which it falls apart.
    """

    id: str
    lat: float
    lon: float
    count: int
    members: int
    expansion_zoom: int


@dataclass(frozen=True)
class Parts:
    """Runs of neighbouring rows in the order of codes, none of which crosses a cell, as columns.

    `row` is the first row of each, `code` its code, `last` that of the last row; `x` and `y` sum up steps.
    """

    row: Ints
    code: Ints
    last: Ints
    count: Ints
    members: Ints
    x: Ints
    y: Ints


@dataclass(frozen=True)
class Groups:
    """Clusters as columns; `row` is the first row of each. A mean place where `count` is above 1."""

    zoom: int
    row: Ints
    count: Ints
    members: Ints
    lat: Floats
    lon: Floats
    expansion_zoom: Ints


def project(lat: Floats, lon: Floats) -> tuple[Ints, Ints]:
    """Web Mercator in whole steps, 0 to 2**24 - 1 from the north-west."""
    size = 1 << BITS
    sin = np.sin(np.radians(np.clip(lat, -LATITUDE_MOST, LATITUDE_MOST)))
    x = (lon + 180.0) / 360.0
    y = 0.5 - np.log((1.0 + sin) / (1.0 - sin)) / (4.0 * np.pi)
    return _whole(x * size), _whole(y * size)


def project_one(lat: float, lon: float) -> tuple[int, int]:
    """Like `project`, for one point."""
    x, y = project(np.array([lat]), np.array([lon]))
    return int(x[0]), int(y[0])


def tile_code(x: int, y: int) -> int:
    """What every code in this tile of a zoom z begins with, as a number of 2 * z bits."""
    return int(morton(np.array([x], dtype=np.int64), np.array([y], dtype=np.int64))[0])


def unproject(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Latitude and longitude, rounded to 6 places (0.1 m), of points in steps."""
    size = float(1 << BITS)
    lat: Floats = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * y / size))))
    lon: Floats = x / size * 360.0 - 180.0
    return lat.round(6), lon.round(6)


def morton(x: Ints, y: Ints) -> Ints:
    """Interleave the bits of both axes: the prefix of 2n bits is the cell at level n."""
    return _spread(x) | (_spread(y) << 1)


def steps(codes: Ints) -> tuple[Ints, Ints]:
    """The two axes of Morton codes."""
    return _gathered(codes), _gathered(codes >> 1)


def gather(parts: Parts, zoom: int, most: int | None = None) -> Groups:
    """Put the parts of each cell together; at a lower zoom where there would be more than `most` clusters."""
    parted = _expansion(parts.code[:-1], parts.code[1:])
    zoom = min(zoom, ZOOM_MOST + 1)
    if most is not None and len(parts.row):
        fits = np.cumsum(np.bincount(parted, minlength=ZOOM_MOST + 2)) < most
        zoom = next((lower for lower in range(zoom, 0, -1) if fits[lower]), 0)
    starts = np.flatnonzero(np.concatenate([[len(parts.row) > 0], parted <= zoom])).astype(np.int64)
    count = _sum(parts.count, starts)
    lat, lon = unproject(_sum(parts.x, starts) / count + 0.5, _sum(parts.y, starts) / count + 0.5)
    last = np.maximum.reduceat(parts.last, starts) if len(starts) else parts.last[:0]
    return Groups(
        zoom=zoom,
        row=parts.row[starts],
        count=count,
        members=_sum(parts.members, starts),
        lat=lat,
        lon=lon,
        expansion_zoom=_expansion(parts.code[starts], last),
    )


def _expansion(first: Ints, last: Ints) -> Ints:
    """The zoom at which the first and the last row of each cell part: where their codes differ."""
    _, length = np.frexp((first ^ last).astype(np.float64))  # bits of the difference; exact below 2**53
    level = BITS - (length.astype(np.int64) - 1) // 2
    return np.where(first == last, ZOOM_MOST + 1, np.clip(level - CELL_BITS, 0, ZOOM_MOST + 1))


def _sum(values: Ints, starts: Ints) -> Ints:
    return np.add.reduceat(values, starts) if len(starts) else values[:0]


def _whole(values: Floats) -> Ints:
    return np.clip(np.floor(values), 0, (1 << BITS) - 1).astype(np.int64)


def _spread(values: Ints) -> Ints:
    """Put a zero between the bits of 24-bit numbers (Morton's masks)."""
    spread = values & 0xFFFFFF
    spread = (spread | (spread << 16)) & 0x0000FFFF0000FFFF
    spread = (spread | (spread << 8)) & 0x00FF00FF00FF00FF
    spread = (spread | (spread << 4)) & 0x0F0F0F0F0F0F0F0F
    spread = (spread | (spread << 2)) & 0x3333333333333333
    return (spread | (spread << 1)) & 0x5555555555555555


def _gathered(values: Ints) -> Ints:
    """Every second bit: what `_spread` undoes."""
    bits = values & 0x5555555555555555
    bits = (bits | (bits >> 1)) & 0x3333333333333333
    bits = (bits | (bits >> 2)) & 0x0F0F0F0F0F0F0F0F
    bits = (bits | (bits >> 4)) & 0x00FF00FF00FF00FF
    bits = (bits | (bits >> 8)) & 0x0000FFFF0000FFFF
    return (bits | (bits >> 16)) & 0xFFFFFF
