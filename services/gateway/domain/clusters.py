"""Clusters: listings gathered by the cells of a grid of 64 pixels, at each zoom of a web map.

A cell of one zoom is four cells of the next, so cells are prefixes of one Morton code (Z-order, 24 bits an
axis): rows sorted by it lie together at every zoom, and what a cluster holds depends on nothing but the
listings themselves. Every matching listing lies in exactly one cell, so counts add up by construction. Sums
over neighbouring rows are differences of running sums, so a cell costs the same however much it holds.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
WholeT = TypeVar("WholeT", int, Ints)

BITS = 24
"""Bits an axis: about 2.4 m at the equator."""
CELL_BITS = 2
"""A tile of 256 pixels is four cells wide."""
ZOOM_MOST = 18
"""Above it every listing stands alone, also where several share one spot."""
FEW = 32
LATITUDE_MOST = 85.05112877980659
"""Where web Mercator ends: the world is a square."""


@dataclass(unsafe_hash=True, slots=True)  # frozen, making one takes three times as long; nobody changes one
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

    @property
    def is_spot(self) -> bool:
        """Whether its listings stand so close that it never falls apart."""
        return self.expansion_zoom > ZOOM_MOST


@dataclass(frozen=True)
class Parts:
    """Runs of neighbouring rows in the order of codes, none of which crosses a cell, as columns.

    `row` is the first row of each and `place` where it stands in the order, `code` its code, `last` that of
    the last row. `sums` has three columns: members, and steps along both axes.
    """

    place: Ints
    row: Ints
    code: Ints
    last: Ints
    count: Ints
    sums: Ints


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
    return spread(x) | (spread(y) << 1)


def unproject(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Latitude and longitude, rounded to 6 places (0.1 m), of points in steps."""
    lat: Floats = np.degrees(np.arctan(np.sinh(y * (-2.0 * np.pi / (1 << BITS)) + np.pi)))
    lon: Floats = x * (360.0 / (1 << BITS)) - 180.0
    return lat.round(6), lon.round(6)


def morton(x: Ints, y: Ints) -> Ints:
    """Interleave the bits of both axes: the prefix of 2n bits is the cell at level n."""
    return spread(x) | (spread(y) << 1)


def steps(codes: Ints) -> tuple[Ints, Ints]:
    """The two axes of Morton codes."""
    return _gathered(codes), _gathered(codes >> 1)


def gather(parts: Parts, zoom: int, most: int | None = None, *, apart: bool = False) -> Groups:
    """Put the parts of each cell together; at a lower zoom where there would be more than `most` clusters.

    `apart` tells that no two parts lie in one cell of the zoom.
    """
    if most is None and apart:
        return _groups(parts, zoom)
    parted = _expansion(parts.code[:-1], parts.code[1:])
    zoom = min(zoom, ZOOM_MOST + 1)
    if most is not None and len(parts.row):
        fits = np.cumsum(np.bincount(parted, minlength=ZOOM_MOST + 2)) < most
        zoom = next((lower for lower in range(zoom, 0, -1) if fits[lower]), 0)
    starts = np.flatnonzero(np.concatenate([[len(parts.row) > 0], parted <= zoom])).astype(np.int64)
    if len(starts) != len(parts.row):
        parts = _joined(parts, starts)
    return _groups(parts, zoom)


def _groups(parts: Parts, zoom: int) -> Groups:
    count = parts.count
    lat, lon = unproject(parts.sums[:, 1] / count + 0.5, parts.sums[:, 2] / count + 0.5)
    return Groups(
        zoom=zoom,
        row=parts.row,
        count=count,
        members=parts.sums[:, 0],
        lat=lat,
        lon=lon,
        expansion_zoom=_expansion(parts.code, parts.last),
    )


def _expansion(first: Ints, last: Ints) -> Ints:
    """The zoom at which the first and the last row of each cell part: where their codes differ."""
    if len(first) <= FEW:  # a tile: quicker than a dozen calls for arrays
        both = zip(first.tolist(), last.tolist(), strict=True)
        return np.array([_expansion_one(one ^ other) for one, other in both], dtype=np.int64)
    _, length = np.frexp((first ^ last).astype(np.float64))  # bits of the difference; exact below 2**53
    level = BITS - (length.astype(np.int64) - 1) // 2
    return np.where(first == last, ZOOM_MOST + 1, np.clip(level - CELL_BITS, 0, ZOOM_MOST + 1))


def _joined(parts: Parts, starts: Ints) -> Parts:
    """One part of all from each start up to the next."""
    return Parts(
        parts.place[starts],
        parts.row[starts],
        parts.code[starts],
        np.maximum.reduceat(parts.last, starts),
        np.add.reduceat(parts.count, starts),
        np.add.reduceat(parts.sums, starts, axis=0),
    )


def _expansion_one(differing: int) -> int:
    if not differing:
        return ZOOM_MOST + 1
    level = BITS - (differing.bit_length() - 1) // 2
    return min(max(level - CELL_BITS, 0), ZOOM_MOST + 1)


def _whole(values: Floats) -> Ints:
    return np.clip(np.floor(values), 0, (1 << BITS) - 1).astype(np.int64)


def spread(values: WholeT) -> WholeT:
    """Put a zero between the bits of 24-bit numbers, one or many (Morton's masks)."""
    apart = values & 0xFFFFFF
    apart = (apart | (apart << 16)) & 0x0000FFFF0000FFFF
    apart = (apart | (apart << 8)) & 0x00FF00FF00FF00FF
    apart = (apart | (apart << 4)) & 0x0F0F0F0F0F0F0F0F
    apart = (apart | (apart << 2)) & 0x3333333333333333
    return (apart | (apart << 1)) & 0x5555555555555555


def _gathered(values: Ints) -> Ints:
    """Every second bit: what `spread` undoes."""
    bits = values & 0x5555555555555555
    bits = (bits | (bits >> 1)) & 0x3333333333333333
    bits = (bits | (bits >> 2)) & 0x0F0F0F0F0F0F0F0F
    bits = (bits | (bits >> 4)) & 0x00FF00FF00FF00FF
    bits = (bits | (bits >> 8)) & 0x0000FFFF0000FFFF
    return (bits | (bits >> 16)) & 0xFFFFFF
