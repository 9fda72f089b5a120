"""The source of what runs here, which the licence (AGPL-3.0, section 13) grants to all who use the site."""

import asyncio
import gzip
import io
import tarfile
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.gateway.context import Ctx

router = APIRouter(include_in_schema=False)
PATH = "/source.tar.gz"
ROOT = Path(__file__).parents[3]
PARTS = ("services", "shared", "cli", "simulator", "ops")
"""Packages, as they are installed beside one another; of a checkout also the files around them."""
FILES = ("LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "Makefile", "requirements.lock")
SKIPPED = {"__pycache__"}
ENDINGS = {
    ".py", ".lua", ".json", ".html", ".css", ".js", ".svg", ".md", ".txt", ".woff2", ".ttf", ".png", ".xml",
    ".geojson", ".toml", ".model", ".typed", ".yaml", ".yml", ".sh", "",
}  # fmt: skip
"""Kinds of files that are packaged; nothing else that lies beside them is given away."""


@router.get(PATH)
async def source(ctx: Ctx) -> Response:
    """What runs here, or the way to where its operator offers it."""
    if ctx.settings.source_url:
        return RedirectResponse(ctx.settings.source_url, status_code=302)
    body = await asyncio.to_thread(packed)
    headers = {
        "Content-Disposition": 'attachment; filename="dze-source.tar.gz"',
        "Cache-Control": "max-age=3600",
    }
    return Response(body, media_type="application/gzip", headers=headers)


@cache
def packed() -> bytes:
    """Made once for a process, the same for the same files; without names of users or times."""
    made = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=made, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for path in sorted(_files()):
            info = tarfile.TarInfo(f"dze/{path.relative_to(ROOT).as_posix()}")
            info.size, info.mode = path.stat().st_size, 0o644
            with path.open("rb") as file:
                archive.addfile(info, file)
    return made.getvalue()


def _files() -> set[Path]:
    found = {ROOT / name for name in FILES if (ROOT / name).is_file()}
    for part in PARTS:
        found |= {path for path in (ROOT / part).rglob("*") if _is_ours(path)}
    return found


def _is_ours(path: Path) -> bool:
    hidden = any(part in SKIPPED or part.startswith(".") for part in path.relative_to(ROOT).parts)
    return not hidden and path.suffix in ENDINGS and path.is_file() and not path.is_symlink()
