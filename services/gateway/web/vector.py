"""Tiles of a vector archive, read and unpacked, for those who draw them here."""

import zlib

import structlog
from pmtiles.tile import Compression

from services.gateway.domain.ground.picture import Shown
from services.gateway.domain.ground.vector import Window, of_vector
from services.gateway.domain.mvt import Broken
from services.gateway.web.basemap import Basemap, raw_tile

log = structlog.get_logger()
LARGEST = 16 * 1024 * 1024
"""Bytes of a tile, unpacked: no tile that anybody draws has more than some."""


def shown_of(used: Basemap, z: int, x: int, y: int, language: str) -> list[Shown]:
    """What to paint; nothing where the archive has no tile, or one that cannot be read.

    Nearer than the archive goes, a part of its deepest tile is shown larger.
    """
    deeper = max(0, z - used.zoom_most)
    compression, body = raw_tile(used, z - deeper, x >> deeper, y >> deeper)
    if body is None:
        return []
    split = 1 << deeper
    window = Window(split, x % split, y % split)
    try:
        return of_vector(_unpacked(compression, body), z + 1, language, window)
    except (Broken, OSError, EOFError, zlib.error):
        log.warning("basemap_tile_broken", zoom=z)
        return []


def _unpacked(compression: Compression, body: bytes) -> bytes:
    if compression is Compression.GZIP or body.startswith(b"\x1f\x8b"):
        unpack = zlib.decompressobj(wbits=31)
        plain = unpack.decompress(body, LARGEST)
        if unpack.unconsumed_tail:
            raise Broken("a tile that is too large")
        return plain
    if compression in {Compression.NONE, Compression.UNKNOWN}:
        return body
    raise Broken("packed in a way that is not known here")
