"""What a listing's place, kind and size are made of, as columns: row n of each array is one listing."""

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from services.gateway.domain.clusters import Floats, Ints, morton, project
from services.gateway.domain.query import Box
from shared.contracts.listings import Kind

KINDS = tuple(Kind)
KIND_NUMBER: dict[str, int] = {kind: number for number, kind in enumerate(KINDS)}

Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int32]
Array = npt.NDArray[Any]


class Row(NamedTuple):
    """One listing before it is in columns. `slot` is its number for as long as it is listed."""

    id: str
    lat: float
    lon: float
    kind: int
    members: int
    slot: int
    areas: int
    """The number of its tuple of areas."""


@dataclass
class Columns:
    """About 60 bytes a listing. `codes` are Morton codes of the place."""

    codes: Ints
    ids: npt.NDArray[np.bytes_]
    lat: Floats
    lon: Floats
    kinds: npt.NDArray[np.uint8]
    members: Ints
    slots: Whole
    areas: Whole

    @classmethod
    def of(cls, rows: list[Row]) -> "Columns":
        """In the order given."""
        ids, lats, lons, kinds, members, slots, areas = zip(*rows, strict=True) if rows else ((),) * 7
        lat, lon = np.array(lats, dtype=np.float64), np.array(lons, dtype=np.float64)
        return cls(
            codes=morton(*project(lat, lon)),
            ids=np.array(ids, dtype="S13"),
            lat=lat,
            lon=lon,
            kinds=np.array(kinds, dtype=np.uint8),
            members=np.array(members, dtype=np.int64),
            slots=np.array(slots, dtype=np.int32),
            areas=np.array(areas, dtype=np.int32),
        )

    def __len__(self) -> int:
        return len(self.codes)

    def arrays(self) -> list[Array]:
        return [getattr(self, field.name) for field in fields(self)]

    def empty(self, length: int) -> "Columns":
        """Of the same types, with whatever was in memory."""
        return Columns(*(np.empty(length, dtype=array.dtype) for array in self.arrays()))

    def take(self, rows: Any) -> "Columns":
        return Columns(*(array[rows] for array in self.arrays()))

    def put(self, at: int, more: "Columns") -> None:
        for array, values in zip(self.arrays(), more.arrays(), strict=True):
            array[at : at + len(values)] = values

    def inside(self, box: Box, rows: Any) -> Mask:
        """Which of these rows lie in the box; its edges belong to it."""
        lat, lon = self.lat[rows], self.lon[rows]
        high = (lat >= box.south) & (lat <= box.north)
        east, west = lon >= box.west, lon <= box.east
        found: Mask = high & ((east | west) if box.crosses else (east & west))
        return found


def ranges(starts: Ints, ends: Ints) -> Ints:
    """All numbers from each start up to its end, one range after the other."""
    lengths = ends - starts
    total = int(lengths.sum())
    if total == 0:
        return np.empty(0, dtype=np.int64)
    offsets = np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
    return offsets + np.arange(total, dtype=np.int64)
