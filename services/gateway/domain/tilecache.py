"""Vector tiles as they were sent, until something in them changes."""

from collections import OrderedDict
from collections.abc import Callable

from services.gateway.domain.clusters import BITS, project_one
from services.gateway.domain.query import Query
from services.gateway.domain.tiles import TILE_ZOOM_MOST

BYTES_MOST = 32 * 1024 * 1024
OVERHEAD = 300
"""Bytes that an entry takes beside its body, about."""

Place = tuple[int, int, int]
"""Zoom, column, row."""


class TileCache:
    """A change drops the tiles that it lies in, one of each zoom, and no others."""

    def __init__(self, most: int = BYTES_MOST) -> None:
        self._most = most
        self._size = 0
        self._tiles: OrderedDict[Place, dict[Query, bytes]] = OrderedDict()

    def get(self, query: Query, place: Place, make: Callable[[], bytes]) -> bytes:
        """The encoded tile, made if it is not known."""
        known = self._tiles.get(place)
        if known is not None and (body := known.get(query)) is not None:
            self._tiles.move_to_end(place)
            return body
        body = make()
        self._tiles.setdefault(place, {})[query] = body
        self._tiles.move_to_end(place)
        self._size += len(body) + OVERHEAD
        while self._size > self._most:
            self._drop(next(iter(self._tiles)))
        return body

    def touch(self, lat: float, lon: float) -> None:
        """A listing here came, changed or went."""
        if not self._tiles:
            return
        x, y = project_one(lat, lon)
        for z in range(TILE_ZOOM_MOST + 1):
            self._drop((z, x >> (BITS - z), y >> (BITS - z)))

    def forget(self) -> None:
        self._tiles.clear()
        self._size = 0

    def _drop(self, place: Place) -> None:
        for body in self._tiles.pop(place, {}).values():
            self._size -= len(body) + OVERHEAD
