"""`dze import`, `dze export`, `dze areas import`, `dze addresses import`: files in and out."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from redis.exceptions import RedisError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.deployment import attended, environment, running_if_any
from cli.errors import FAILED, MISUSED, Stop
from cli.output import STDOUT, named, output, say
from cli.reports import show_preview, show_report
from services.directory.exchange import (
    FORMATS,
    FileError,
    Known,
    Report,
    Stalled,
    check_addresses,
    check_areas,
    check_file,
    import_addresses,
    import_areas,
    import_file,
    is_gazetteer,
    wish,
    write_to,
)
from services.directory.exchange import Progress as Told
from services.directory.exchange.published import listings
from shared.bus import Bus, Unavailable
from shared.contracts.listings import Listing
from shared.launch import spawn
from shared.settings import City, Settings, load
from shared.text import clean_text

T = TypeVar("T")
Deed = Callable[[Bus, Told], Awaitable[Report]]
GEOJSON = ".geojson"


@dataclass(frozen=True)
class How:
    """What was asked for on the command line."""

    check: bool = False
    outside: bool = False
    as_json: bool = False


def import_listings(file: Path, how: How) -> None:
    """Import and print what became of each row; with `check` only what would."""
    if how.check:
        _check_listings(file, how)
        return
    with attended() as (settings, was_running), _directory(settings, needed=not was_running):
        outside = _lists_outside(settings.city, how)

        async def deed(bus: Bus, told: Told) -> Report:
            return await import_file(bus, file, told, city=settings.city, lists_outside=outside)

        report = _work(settings, deed)
    _print(report, file, "listings", how)


def import_area_file(file: Path, how: How) -> None:
    """The same for area polygons, or for a gazetteer's streets."""
    if is_gazetteer(file):
        import_address_file(file, how)
        return
    if how.check:
        _print(_tried(partial(check_areas, file)), file, "areas", how)
        return
    with attended() as (settings, was_running), _directory(settings, needed=not was_running):
        report = _work(settings, lambda bus, told: import_areas(bus, file, told))
    _print(report, file, "areas", how)


def import_address_file(file: Path, how: How) -> None:
    """The same for the addresses of a gazetteer."""
    if how.check:
        _print(_tried(partial(check_addresses, file, load(Settings).city)), file, "addresses", how)
        return
    with attended() as (settings, was_running), _directory(settings, needed=not was_running):
        report = _work(settings, lambda bus, told: import_addresses(bus, file, told, city=settings.city))
    _print(report, file, "addresses", how)


def export_listings(file: Path, extension: str | None) -> None:
    """Write all listings in the format of the file's extension, or in that of `extension`."""
    form = f".{extension}" if extension else GEOJSON if file == STDOUT else file.suffix
    if form.lower() not in FORMATS:
        raise Stop(f"{file}: the extension must be one of {', '.join(FORMATS)}", MISUSED)
    with attended() as (settings, _):
        found = asyncio.run(_listings(settings))
        with output(file) as out:
            count = write_to(out, form, found)
    say(f"{count} listings written to {named(file)}.", file)
    if hidden := sum(one.link_hidden_since is not None for one in found):
        say(f"{hidden} of them have no link there: it is hidden. `dze backup` keeps hidden links.", file)


async def _listings(settings: Settings) -> list[Listing]:
    bus = Bus("cli", settings)
    try:
        return await listings(bus)
    finally:
        await bus.redis.aclose()


def _check_listings(file: Path, how: How) -> None:
    """Compared with the deployment that runs; where none does, nothing is connected to or started."""
    settings = load(Settings)
    deployment = running_if_any(settings)
    known = asyncio.run(_known(deployment)) if deployment is not None else None
    outside = _lists_outside(settings.city, how)
    preview = _tried(partial(check_file, file, settings.city, lists_outside=outside, known=known))
    show_preview(preview, file, as_json=how.as_json)
    _stop_if_nothing(preview.report, file, "listings")


async def _known(settings: Settings) -> Known | None:
    """What the deployment has published; None where its Redis does not answer."""
    bus = Bus("cli", settings)
    try:
        return Known(await listings(bus), partial(wish, bus))
    except (RedisError, Unavailable):
        return None
    finally:
        await bus.redis.aclose()


def _lists_outside(city: City, how: How) -> bool:
    """An area that was set holds for files as for proposals; the one that stands in for it makes a note."""
    return how.outside or "area" not in city.model_fields_set


@contextmanager
def _directory(settings: Settings, *, needed: bool) -> Iterator[None]:
    """The directory takes in what is imported; where nothing runs, it runs for as long as that takes."""
    if not needed:
        yield
        return
    process = spawn(
        [sys.executable, "-m", "services.directory"],
        signal_on_death=signal.SIGKILL,
        env=environment(settings) | {"DZE_LOG_LEVEL": "warning"},
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def _work(settings: Settings, deed: Deed) -> Report:
    try:
        return _tried(lambda: asyncio.run(_with_progress(settings, deed)))
    except Stalled as error:
        raise Stop(str(error), FAILED) from None


def _tried(deed: Callable[[], T]) -> T:
    """What it answers. Raises Stop where the file is wrong."""
    try:
        return deed()
    except FileError as error:
        raise Stop(clean_text(str(error)), MISUSED) from None


async def _with_progress(settings: Settings, deed: Deed) -> Report:
    bus = Bus("cli", settings)
    columns: list[Any] = [
        TextColumn("importing"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
    ]
    try:
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("import", total=None)
            return await deed(bus, lambda done, total: bar.update(task, completed=done, total=total or None))
    finally:
        await bus.redis.aclose()


def _print(report: Report, file: Path, what: str, how: How) -> None:
    show_report(report, what, is_check=how.check, as_json=how.as_json)
    _stop_if_nothing(report, file, what)


def _stop_if_nothing(report: Report, file: Path, what: str) -> None:
    """A file of which nothing could be taken was the wrong file, or is to be put right first."""
    if report.listed:
        return
    reasons = report.reasons()
    if not reasons:
        told = "; ".join(["it holds no rows", *report.found.values()])
        raise Stop(clean_text(f"no {what} found in {file}: {told}"), MISUSED)
    told = "; ".join(f"{count} of {report.rows} rows: {why}" for _, count, why in reasons[:2])
    raise Stop(clean_text(f"no {what} found in {file}: {told}"), MISUSED)
