"""The newest mirror of this site: the operator's `mirror.zip` in DZE_DATA, or one built when asked for."""

import asyncio
import hashlib
import os
import shutil
import sys
import tempfile
import time
import weakref
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import structlog
from fastapi.concurrency import run_in_threadpool

from services.gateway.context import Gateway
from services.gateway.domain.query import Query
from services.gateway.mirror.archive import manifest_of, signing_key
from services.gateway.mirror.build import packed
from services.gateway.mirror.contents import Contents
from services.gateway.web.i18n import offered
from shared.background import started
from shared.contracts.listings import PublicListing

log = structlog.get_logger()
EVERY = 3600.0
"""Seconds between two builds of one process, also after one that failed."""
SOON = 60.0
"""The same when a link that is in the newest one was hidden since."""
LISTINGS_MOST = 20_000
"""With more, only `dze mirror` makes one: a build would take minutes."""
PATIENCE = 300.0
PAGE = 500
OPERATORS = "mirror.zip"
SLACK = 60.0
"""Seconds by which an operator's mirror must be younger than the last link that was hidden: it may have been
written while that was on its way."""


@dataclass(frozen=True)
class Offered:
    """A mirror that can be downloaded. `written` in unix seconds; `sha256` is that of the whole file."""

    path: Path
    written: float
    size: int
    sha256: str
    made: date
    until: date
    listings: int
    public_key: str


class Keeper:
    """One for each gateway process."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._folder = Path(tempfile.mkdtemp(prefix="dze-mirror-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._known: dict[tuple[Path, int, int], Offered] = {}
        self._building: asyncio.Task[None] | None = None
        self._built_at = -EVERY
        self._built_of: tuple[int, str, date] | None = None
        self._built_hiding: frozenset[str] = frozenset()

    @property
    def too_large(self) -> bool:
        return self._gateway.model.totals().listings > LISTINGS_MOST

    async def newest(self) -> Offered | None:
        """What can be offered now. Where it is old, a newer one is begun, for those who ask later."""
        operators = await self._offered(self._gateway.settings.data / OPERATORS)
        if operators is not None and self._is_younger(operators):
            return operators
        self._begin_if_due()
        return await self._offered(self._own) if self._hides_all else None

    def _is_younger(self, offered: Offered) -> bool:
        """Than every link that is hidden now: what is passed on must not have one."""
        newest = max(self._gateway.model.hidden.values(), default=0)
        return newest == 0 or offered.written > newest / 1000 + SLACK

    @property
    def _hides_all(self) -> bool:
        """Whether the own mirror leaves out all links that are hidden now."""
        return self._gateway.model.hidden.keys() <= self._built_hiding

    @property
    def _own(self) -> Path:
        return self._folder / OPERATORS

    def _begin_if_due(self) -> None:
        state = (self._gateway.model.version, self._gateway.ground.version, self._gateway.bus.now().date())
        running = self._building is not None and not self._building.done()
        wait = EVERY if self._hides_all else SOON
        due = time.monotonic() - self._built_at >= wait and state != self._built_of
        if running or not due or self.too_large or not self._gateway.bus.readiness().ready:
            return
        self._built_at, self._built_of = time.monotonic(), state
        self._building = started(self._build(frozenset(self._gateway.model.hidden)), "mirror")

    async def _build(self, hiding: frozenset[str]) -> None:
        """`hiding` are the listings whose links it leaves out, as far as is known when it begins."""
        contents = await self._contents()
        body = await run_in_threadpool(packed, contents, signing_key(self._gateway.bus.keys))
        words = [sys.executable, "-m", "services.gateway.mirror.build", str(self._own)]
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await process.communicate(body)
        except TimeoutError:
            log.error("mirror_failed", reason="timeout")  # noqa: TRY400  # nothing else is to be told
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            log.error("mirror_failed", reason=f"exit code {process.returncode}")
        else:
            self._built_hiding = hiding

    async def _contents(self) -> Contents:
        """Page by page, so that readers are served meanwhile."""
        found: list[PublicListing] = []
        cursor: str | None = None
        while True:
            page = self._gateway.model.listings(Query(), limit=PAGE, cursor=cursor)
            found += page.items
            if (cursor := page.next) is None:
                break
            await asyncio.sleep(0)
        settings, parts = self._gateway.settings, self._gateway.ground.copy()
        return Contents.of(
            found,
            self._gateway.model.areas(),
            city=settings.city,
            languages=tuple(offered(settings.languages)),
            site=settings.public_url,
            made=self._gateway.bus.now().date(),
            streets=parts.streets,
            ground=parts.pieces,
        )

    async def _offered(self, path: Path) -> Offered | None:
        try:
            stat = await run_in_threadpool(path.stat)
            key = (path, stat.st_mtime_ns, stat.st_size)
            if key not in self._known:
                self._known = {key: await run_in_threadpool(_read, path, stat)}
            return self._known[key]
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _read(path: Path, stat: os.stat_result) -> Offered:
    manifest = manifest_of(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    made, until = date.fromisoformat(manifest["made"]), date.fromisoformat(manifest["until"])
    listings, key = int(manifest["listings"]), str(manifest["public_key"])
    return Offered(path, stat.st_mtime, stat.st_size, digest, made, until, listings, key)
