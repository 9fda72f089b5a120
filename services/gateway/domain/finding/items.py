"""The items of a finder as columns: key, place, size, and whether they are still there."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

METRES_A_DEGREE = 111_195.0
COMPACT_FROM = 10_000
NONE = 255
"""The quality of what does not match."""
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Qualities = npt.NDArray[np.uint8]
Place = tuple[float, float]
"""Latitude and longitude, in degrees."""


class Items:
    """Numbers rise and are not used again until `compact` gives new ones."""

    def __init__(self) -> None:
        self.keys: list[str | None] = []
        self._numbers: dict[str, int] = {}
        self._lat = np.empty(0, dtype=np.float32)
        self._lon = np.empty(0, dtype=np.float32)
        self._size = np.empty(0, dtype=np.int32)
        self._alive = np.empty(0, dtype=np.bool_)

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def size(self) -> int:
        """Numbers given so far."""
        return len(self.keys)

    @property
    def alive(self) -> Mask:
        return self._alive[: self.size]

    @property
    def mostly_gone(self) -> bool:
        gone = self.size - len(self)
        return gone > max(COMPACT_FROM, len(self))

    def add(self, key: str, place: Place, size: int) -> int:
        number = self.size
        if number >= len(self._alive):
            self._grow()
        self.keys.append(key)
        self._numbers[key] = number
        self._lat[number], self._lon[number] = place
        self._size[number] = min(size, 2**31 - 1)
        self._alive[number] = True
        return number

    def add_all(self, keys: Sequence[str], places: Sequence[Place], sizes: Sequence[int]) -> int:
        """Many at once, none of which is there; answers the number of the first."""
        first, end = self.size, self.size + len(keys)
        while end > len(self._alive):
            self._grow()
        self.keys.extend(keys)
        self._numbers.update(zip(keys, range(first, end), strict=True))
        self._lat[first:end], self._lon[first:end] = np.array(places, dtype=np.float32).reshape(-1, 2).T
        self._size[first:end] = np.minimum(np.array(sizes, dtype=np.int64), 2**31 - 1)
        self._alive[first:end] = True
        return first

    def remove(self, key: str) -> int | None:
        """The number it had, None when it is not there."""
        number = self._numbers.pop(key, None)
        if number is not None:
            self._alive[number] = False
            self.keys[number] = None
        return number

    def compact(self) -> Numbers:
        """Give new numbers without gaps, in the same order. Answers the new number of each old one, or -1."""
        alive = self.alive
        new = np.where(alive, np.cumsum(alive) - 1, -1).astype(np.int64)
        kept = np.flatnonzero(alive)
        self._lat, self._lon = self._lat[kept], self._lon[kept]
        self._size, self._alive = self._size[kept], self._alive[kept]
        self.keys = [key for key in self.keys if key is not None]
        self._numbers = {key: number for number, key in enumerate(self.keys) if key is not None}
        return new

    def best(self, quality: Qualities, most: int, near: Place | None) -> list[int]:
        """Numbers of what matches: by quality, then the nearest where a place is given, then the largest."""
        found = np.flatnonzero(quality != NONE)
        if len(found) > most:  # what lies behind the last quality that is needed is not sorted
            counts = np.cumsum(np.bincount(quality[found], minlength=NONE))
            found = found[quality[found] <= np.searchsorted(counts, most)]
        first = -self._size[found].astype(np.float64) if near is None else self._metres(found, near)
        if len(found) > most:
            rank = quality[found] * 1e11 + first
            chosen = np.flatnonzero(rank <= np.partition(rank, most - 1)[most - 1])[: 4 * most]
            found, first = found[chosen], first[chosen]
        order = np.lexsort((found, -self._size[found], first, quality[found]))
        return [int(number) for number in found[order[:most]]]

    def around(self, place: Place, metres: float, most: int) -> list[int]:
        """Numbers of what lies within so many metres, the nearest first."""
        high = metres / METRES_A_DEGREE
        wide = high / max(0.01, float(np.cos(np.radians(place[0]))))
        size = self.size
        inside = np.abs(self._lat[:size] - np.float32(place[0])) <= high
        inside &= np.abs(self._lon[:size] - np.float32(place[1])) <= wide
        found = np.flatnonzero(inside & self.alive)
        away = self._metres(found, place)
        found, away = found[away <= metres], away[away <= metres]
        return [int(number) for number in found[np.lexsort((found, away))][:most]]

    def _metres(self, numbers: Numbers, place: Place) -> npt.NDArray[np.float64]:
        """On a plane that touches at the place: within a city right to a few metres."""
        up = (self._lat[numbers] - np.float32(place[0])) * np.float32(METRES_A_DEGREE)
        turn = (self._lon[numbers].astype(np.float64) - place[1] + 540) % 360 - 180
        across = turn * (METRES_A_DEGREE * np.cos(np.radians(place[0])))
        away: npt.NDArray[np.float64] = np.hypot(up, across)
        return away

    def _grow(self) -> None:
        length = max(1_024, 2 * len(self._alive))
        for name in ("_lat", "_lon", "_size", "_alive"):
            old = getattr(self, name)
            new = np.zeros(length, dtype=old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)
