"""`dze mirror`: a signed copy of the public site, and the check of one."""

import asyncio
import os
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from cli.deployment import attended
from cli.errors import MISUSED, Stop
from cli.output import named, output, say
from services.directory.exchange.published import listings, snapshot
from services.gateway.mirror.archive import public_key, signing_key
from services.gateway.mirror.build import build_to
from services.gateway.mirror.contents import Contents
from services.gateway.mirror.verify import report
from services.gateway.mirror.verify import verify as check
from services.gateway.web.i18n import offered
from shared.bus import Bus
from shared.clock import now
from shared.contracts.registry import AREAS_CHANGED, GROUND_CHANGED, STREETS_CHANGED
from shared.exchange import public
from shared.keys import Keys
from shared.settings import Settings, load


def write(file: Path, day: str | None) -> None:
    """Write the copy. The same directory on the same day gives the same bytes."""
    made = _day(day)
    with attended() as (settings, _):
        contents, seed = asyncio.run(_contents(settings, made))
    with output(file) as out, tempfile.TemporaryFile() as whole:  # a zip is written back and forth
        build_to(whole, contents, seed)
        whole.seek(0)
        shutil.copyfileobj(whole, out)
    say(f"{len(contents.listings)} listings written to {named(file)}, good until {contents.until}.", file)
    say(f"Signed with key {public_key(seed)}.", file)


def verify(file: Path, key: str) -> None:
    """Say what is wrong with a copy; ends with 1 when something is, with 2 when it has expired."""
    result = check(file, key)
    sys.stdout.write(report(result, key))
    own = _own_key()
    if own and not key and not result.wrong:
        same = own == result.manifest["public_key"]
        print("This is the key of this deployment." if same else "This is NOT the key of this deployment.")
    if result.code:
        raise SystemExit(result.code)


async def _contents(settings: Settings, made: date) -> tuple[Contents, bytes]:
    bus = Bus("cli", settings)
    try:
        events = snapshot(bus, AREAS_CHANGED)
        areas = {event.area_id: event.area async for event in events if event.area}
        contents = Contents.of(
            map(public, await listings(bus)),
            areas.values(),
            city=settings.city,
            languages=tuple(offered(settings.languages)),
            site=settings.public_url,
            made=made,
            streets=[event.street async for event in snapshot(bus, STREETS_CHANGED) if event.street],
            ground=[event.ground async for event in snapshot(bus, GROUND_CHANGED) if event.ground],
        )
        return contents, signing_key(bus.keys)
    finally:
        await bus.redis.aclose()


def _day(text: str | None) -> date:
    """The day named, that of SOURCE_DATE_EPOCH (reproducible-builds.org), or today in UTC."""
    try:
        if text:
            return date.fromisoformat(text)
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        return (datetime.fromtimestamp(int(epoch), UTC) if epoch else now()).date()
    except (ValueError, OverflowError, OSError):
        raise Stop("the day must be as 2026-11-22", MISUSED) from None


def _own_key() -> str:
    """The public key of the deployment that these settings mean, empty when there is none."""
    settings = load(Settings)
    secret = settings.key.get_secret_value() if settings.key else _kept(settings.data / "key")
    return public_key(signing_key(Keys(secret))) if secret else ""


def _kept(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
