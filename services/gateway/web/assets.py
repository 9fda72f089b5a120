"""Static files: read once, compressed once, served for ever under a hash of them all.

The hash stands in the path before the file's name, so that relative imports of scripts and addresses in style
sheets carry it on, and one long-lived cache entry never meets a file of another release.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from fastapi import APIRouter, HTTPException, Request, Response

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
IMPORT = re.compile(r'^import .* from "\./([\w.-]+)";$', re.MULTILINE)
"""As our own scripts write it, one a line."""


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
        paths = sorted(path for path in self._folder.rglob("*") if path.is_file())
        return {path.relative_to(self._folder).as_posix(): _read(path) for path in paths}

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

    def imports(self, name: str) -> list[str]:
        """Addresses of all that a script imports, deep down, for the browser to ask for at once."""
        found: dict[str, None] = {}
        waiting = [name]
        while waiting:
            one = waiting.pop(0)
            near = PurePosixPath(one).parent
            wanted = [(near / other).as_posix() for other in IMPORT.findall(self.files[one].body.decode())]
            waiting += [other for other in wanted if other not in found]
            found.update(dict.fromkeys(wanted))
        return [self.url(other) for other in found]


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    packed = gzip.compress(body, 9, mtime=0) if path.suffix in COMPRESSED else None
    return Asset(
        body=body,
        packed=packed if packed is not None and len(packed) < len(body) else None,
        type=TYPES.get(path.suffix, PLAIN),
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
