"""Static files: read once, compressed once, served for ever under a hash of them all.

The hash stands in the path before the file's name, so that relative imports of scripts and addresses in style
sheets carry it on, and one long-lived cache entry never meets a file of another release.
"""

import base64
import gzip
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from fastapi import APIRouter, HTTPException, Request, Response

from services.gateway.web.bundle import bundle

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json; charset=utf-8",
}
PLAIN = "text/plain; charset=utf-8"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
COMPRESSED = {".css", ".js", ".svg", ".webmanifest", ""}
CRITICAL = "base.css"
ADDRESS = re.compile(r"url\(([\w./-]+)\)")
TOGETHER = {
    "js/home.all.js": ("js/home.js", "js/suggest.js", "js/near.js", "js/keep.js"),
    "home.all.css": ("vendor/leaflet/leaflet.css", "style.css", "places.css"),
}
"""What the map's page needs, in two files."""


@dataclass(frozen=True)
class Asset:
    body: bytes
    packed: bytes | None
    """Gzip, where it helps."""
    type: str
    etag: str


class Assets:
    """All files below a folder, by relative path."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def files(self) -> dict[str, Asset]:
        """With those that are put together of others, so that a slow line is asked less often."""
        paths = sorted(path for path in self._folder.rglob("*") if path.is_file())
        found = {path.relative_to(self._folder).as_posix(): _read(path) for path in paths}
        return found | {
            name: _asset(name, _joined(parts, found)) for name, parts in TOGETHER.items() if parts[0] in found
        }

    @cached_property
    def version(self) -> str:
        """Ten characters that change when any file does."""
        digest = hashlib.sha256()
        for name, asset in self.files.items():
            digest.update(f"{name}\0{asset.etag}\0".encode())
        return digest.hexdigest()[:10]

    def url(self, name: str) -> str:
        """Address of a file. Raises KeyError for a file that is not there: a typing error in a template."""
        return f"/static/{self.version}/{name}" if self.files[name] else ""

    @cached_property
    def critical(self) -> str:
        """`base.css` as pages carry it in themselves: one request, and a page can be read."""
        text = self.files[CRITICAL].body.decode()
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        text = re.sub(r"\s*\n\s*", "\n", text)
        return ADDRESS.sub(lambda found: f"url({self.url(found[1])})", text).strip()

    @cached_property
    def critical_hash(self) -> str:
        """For the policy of pages, as CSP names a style that may stand in a page."""
        digest = hashlib.sha256(self.critical.encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"


def _joined(parts: Sequence[str], files: Mapping[str, Asset]) -> bytes:
    """Style sheets one after the other; modules as one script."""
    if parts[0].endswith(".css"):
        return b"\n".join(files[part].body for part in parts)
    modules = {
        name.removeprefix("js/"): one.body.decode() for name, one in files.items() if name.startswith("js/")
    }
    return bundle([part.removeprefix("js/") for part in parts], modules).encode()


def _read(path: Path) -> Asset:
    return _asset(path.name, path.read_bytes())


def _asset(name: str, body: bytes) -> Asset:
    suffix = PurePosixPath(name).suffix
    packed = gzip.compress(body, 9, mtime=0) if suffix in COMPRESSED else None
    return Asset(
        body=body,
        packed=packed if packed is not None and len(packed) < len(body) else None,
        type=TYPES.get(suffix, PLAIN),
        etag=f'"{hashlib.sha256(body).hexdigest()[:20]}"',
    )


ASSETS = Assets()
router = APIRouter(include_in_schema=False)


@router.get("/static/{version}/{name:path}")
async def static(version: str, name: str, request: Request) -> Response:
    """A file. Under an old hash it is served too, for a page opened before an update, but not kept."""
    asset = ASSETS.files.get(name)
    if asset is None:
        raise HTTPException(404)
    headers = {
        "Cache-Control": FOR_EVER if version == ASSETS.version else ASK_AGAIN,
        "ETag": asset.etag,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, media_type=asset.type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(asset.body, media_type=asset.type, headers=headers)
