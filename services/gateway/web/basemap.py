"""The operator's basemap: a `.pmtiles` file, read in ranges by scripts, tile by tile for a drawn map."""

import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, BinaryIO, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import Compression, TileType

from services.gateway.context import Ctx
from shared.settings import SettingsError

MIME = {
    TileType.PNG: "image/png",
    TileType.JPEG: "image/jpeg",
    TileType.WEBP: "image/webp",
    TileType.AVIF: "image/avif",
}
A_DAY = "public, max-age=86400"
ZOOM_MOST = 24
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Basemap:
    """What the pages need to know of it. `none` is a background that we draw."""

    kind: Literal["none", "raster", "vector"] = "none"
    path: Path | None = None
    zoom_least: int = 0
    zoom_most: int = 0
    mime: str = ""
    version: str = ""
    """Changes with the file, so that browsers never mix two archives."""
    attribution: str = ""

    @property
    def scripts(self) -> tuple[str, ...]:
        """What draws it where scripts run."""
        scripts = {
            "raster": ("vendor/pmtiles/pmtiles.js",),
            "vector": ("vendor/protomaps-leaflet/protomaps-leaflet.js", "js/calm.js"),
        }
        return scripts.get(self.kind, ())

    @property
    def credit(self) -> str:
        """The attribution as plain text: what the file holds is HTML of somebody else's."""
        return " ".join(unescape(re.sub(r"<[^>]*>", "", self.attribution)).split())[:120]

    @property
    def url(self) -> str:
        return f"/basemap.pmtiles?v={self.version}" if self.path else ""


@cache
def basemap(setting: str) -> Basemap:
    """Read the archive's header. Raises SettingsError when the file cannot be used."""
    if setting in {"", "none"}:
        return Basemap()
    path = Path(setting)
    try:
        with path.open("rb") as file:
            reader = _reader(file)
            header, metadata = reader.header(), reader.metadata()
        stat = path.stat()
    except OSError as error:
        raise SettingsError(f"DZE_BASEMAP: cannot read {setting}: {error.strerror or error}") from None
    except Exception:  # noqa: BLE001  # the library raises whatever its parts do on a broken file
        raise SettingsError(
            f"DZE_BASEMAP: {setting} is not a PMTiles archive (version 3), or is broken."
        ) from None
    raster = header["tile_type"] in MIME
    if not raster and header["tile_type"] is not TileType.MVT:
        raise SettingsError(f"DZE_BASEMAP: {setting} holds neither images nor vector tiles (MVT).")
    return Basemap(
        kind="raster" if raster else "vector",
        path=path,
        zoom_least=int(header["min_zoom"]),
        zoom_most=int(header["max_zoom"]),
        mime=MIME.get(header["tile_type"], ""),
        version=f"{stat.st_mtime_ns:x}{stat.st_size:x}",
        attribution=str(metadata.get("attribution", "")),
    )


def _reader(file: BinaryIO) -> Any:
    """The library has no types."""
    return Reader(MmapSource(file))  # type: ignore[no-untyped-call]


@router.api_route("/basemap.pmtiles", methods=["GET", "HEAD"])
async def archive(gateway: Ctx) -> FileResponse:
    """The file, by ranges (RFC 9110, 14)."""
    used = basemap(gateway.settings.basemap)
    if used.path is None:
        raise HTTPException(404)
    headers = {"Cache-Control": A_DAY}
    return FileResponse(used.path, media_type="application/vnd.pmtiles", headers=headers)


@router.get("/basemap/{z}/{x}/{y}")
async def tile(z: int, x: int, y: int, request: Request, gateway: Ctx) -> Response:
    """One image of a raster archive, for the map that is drawn without scripts."""
    used = basemap(gateway.settings.basemap)
    if used.kind != "raster" or not 0 <= z <= ZOOM_MOST or not (0 <= x < 1 << z and 0 <= y < 1 << z):
        raise HTTPException(404)
    etag = f'"{used.version}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag, "Cache-Control": A_DAY})
    body = await run_in_threadpool(tile_body, used, z, x, y)
    if body is None:
        raise HTTPException(404)
    return Response(body, media_type=used.mime, headers={"ETag": etag, "Cache-Control": A_DAY})


def tile_body(used: Basemap, z: int, x: int, y: int) -> bytes | None:
    compression, body = raw_tile(used, z, x, y)
    # Images are never packed a second time by any tool we know.
    return body if compression in {Compression.NONE, Compression.UNKNOWN} else None


def raw_tile(used: Basemap, z: int, x: int, y: int) -> tuple[Compression, bytes | None]:
    """A tile as it lies in the archive, and how it is packed."""
    assert used.path is not None
    with used.path.open("rb") as file:
        reader = _reader(file)
        found: bytes | None = reader.get(z, x, y)
        return Compression(reader.header()["tile_compression"]), found
