"""The listings as columns, sorted by Morton code, so that boxes, kinds and clusters are array arithmetic."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from services.gateway.domain.clusters import BITS, Cluster, Floats, Ints, group, morton, project, tile_code
from services.gateway.domain.query import Box
from shared.contracts.listings import AreaId, Kind, Listing, ListingId

KINDS = tuple(Kind)
KIND_NUMBER = {kind: number for number, kind in enumerate(KINDS)}

Mask = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Entry:
    """One row before it is a row: the listing and its texts, already folded for search."""

    listing: Listing
    name: str
    text: str


@dataclass(frozen=True)
class Rows:
    """Immutable; a change makes new columns. Row n of each column belongs to one listing."""

    codes: Ints
    ids: npt.NDArray[np.bytes_]
    lat: Floats
    lon: Floats
    kinds: npt.NDArray[np.uint8]
    members: Ints
    names: Objects
    texts: Objects
    areas: Objects

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Rows":
        """Columns of these listings, sorted by code, then by id, so that equal data gives equal rows."""
        all_ = list(entries)
        listings = [entry.listing for entry in all_]
        lat = np.array([one.place.lat for one in listings], dtype=np.float64)
        lon = np.array([one.place.lon for one in listings], dtype=np.float64)
        ids = np.array([one.id for one in listings], dtype="S13")
        codes = morton(*project(lat, lon))
        rows = cls(
            codes=codes,
            ids=ids,
            lat=lat,
            lon=lon,
            kinds=np.array([KIND_NUMBER[one.kind] for one in listings], dtype=np.uint8),
            members=np.array([one.members or 0 for one in listings], dtype=np.int64),
            names=_objects([entry.name for entry in all_]),
            texts=_objects([entry.text for entry in all_]),
            areas=_objects([one.areas for one in listings]),
        )
        return rows.take(np.lexsort((ids, codes)).astype(np.int64))

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: Ints) -> "Rows":
        return Rows(*(column[rows] for column in self.columns()))

    def changed(self, gone: Mapping[ListingId, Listing], new: Iterable[Entry]) -> "Rows":
        """Without the rows of `gone` (as they were when they came in) and with `new`; memory copies only."""
        kept = self._without(gone) if gone else self
        added = Rows.of(new)
        starts = np.searchsorted(kept.codes, added.codes)
        where = np.searchsorted(kept.codes, added.codes, side="right")
        for row in np.flatnonzero(starts < where):  # some share their code with others: placed by id
            start = starts[row]
            where[row] = start + np.searchsorted(kept.ids[start : where[row]], added.ids[row])
        pairs = zip(kept.columns(), added.columns(), strict=True)
        return Rows(*(np.insert(old, where, more) for old, more in pairs))

    def _without(self, gone: Mapping[ListingId, Listing]) -> "Rows":
        lat = np.array([one.place.lat for one in gone.values()], dtype=np.float64)
        lon = np.array([one.place.lon for one in gone.values()], dtype=np.float64)
        codes = morton(*project(lat, lon))
        starts, ends = np.searchsorted(self.codes, codes), np.searchsorted(self.codes, codes, side="right")
        at = [
            start + int(np.searchsorted(self.ids[start:end], name.encode()))
            for name, start, end in zip(gone, starts.tolist(), ends.tolist(), strict=True)
        ]
        return Rows(*(np.delete(column, at) for column in self.columns()))

    def columns(self) -> tuple[npt.NDArray[Any], ...]:
        return (
            self.codes,
            self.ids,
            self.lat,
            self.lon,
            self.kinds,
            self.members,
            self.names,
            self.texts,
            self.areas,
        )

    def matching(
        self,
        box: Box | None = None,
        kinds: Iterable[Kind] = (),
        words: Iterable[str] = (),
        area: AreaId | None = None,
    ) -> Ints:
        """Numbers of the rows inside the box (edges belong to it), of these kinds, with all these words."""
        mask = np.ones(len(self), dtype=np.bool_)
        if box is not None:
            mask &= self._inside(box)
        if wanted := [KIND_NUMBER[kind] for kind in kinds]:
            mask &= np.isin(self.kinds, wanted)
        found = np.flatnonzero(mask).astype(np.int64)
        for word in words:
            found = found[_holding(word, self.texts[found])]
        return found if area is None else found[_holding(area, self.areas[found])]

    def _inside(self, box: Box) -> Mask:
        high = (self.lat >= box.south) & (self.lat <= box.north)
        east, west = self.lon >= box.west, self.lon <= box.east
        return high & ((east | west) if box.crosses else (east & west))

    def in_tile(self, rows: Ints, z: int, x: int, y: int) -> Ints:
        """Those of the rows whose code lies in the tile: every row is in exactly one tile of a zoom."""
        found: Ints = rows[self.codes[rows] >> 2 * (BITS - z) == tile_code(x, y)]
        return found

    def clusters(self, rows: Ints, zoom: int) -> tuple[Cluster, ...]:
        """The rows gathered at this zoom; each row is in exactly one cluster."""
        groups = group(self.codes[rows], self.members[rows], self.lat[rows], self.lon[rows], zoom)
        columns = (
            [listing_id.decode() for listing_id in self.ids[rows[groups.first]].tolist()],
            groups.lat.tolist(),
            groups.lon.tolist(),
            groups.count.tolist(),
            groups.members.tolist(),
            groups.expansion_zoom.tolist(),
        )
        return tuple(Cluster(*values) for values in zip(*columns, strict=True))

    def listing_ids(self, rows: Ints) -> list[ListingId]:
        return [listing_id.decode() for listing_id in self.ids[rows].tolist()]

    def is_sorted(self) -> bool:
        """The invariant everything rests on; for tests."""
        pairs = list(zip(self.codes.tolist(), self.ids.tolist(), strict=True))
        return all(before < after for before, after in pairwise(pairs))


def _holding(part: str, column: Objects) -> Mask:
    return np.fromiter((part in value for value in column), dtype=np.bool_, count=len(column))


def _objects(values: Sequence[object]) -> Objects:
    column: Objects = np.empty(len(values), dtype=np.object_)
    for row, value in enumerate(values):  # one by one: NumPy would take tuples for further axes
        column[row] = value
    return column
