"""`dze import`, `dze export`, `dze areas import`, `dze addresses import`: files in and out."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cli.deployment import attended, environment
from cli.errors import FAILED, MISUSED, Stop
from cli.output import STDOUT, named, output, say
from services.directory.exchange import (
    FORMATS,
    FileError,
    Report,
    Stalled,
    import_addresses,
    import_areas,
    import_file,
    is_gazetteer,
    write_to,
)
from services.directory.exchange import Progress as Told
from services.directory.exchange.published import listings
from shared.bus import Bus
from shared.contracts.listings import Listing
from shared.launch import spawn
from shared.settings import Settings

Deed = Callable[[Bus, Told], Awaitable[Report]]
GEOJSON = ".geojson"


def import_listings(file: Path) -> None:
    """Import and print what became of each row."""
    with attended() as (settings, was_running), _directory(settings, needed=not was_running):
        _print(
            _work(settings, lambda bus, told: import_file(bus, file, told, city=settings.city)), "listings"
        )


def import_area_file(file: Path) -> None:
    """The same for area polygons, or for a gazetteer's streets."""
    if is_gazetteer(file):
        import_address_file(file)
        return
    with attended() as (settings, was_running), _directory(settings, needed=not was_running):
        _print(_work(settings, lambda bus, told: import_areas(bus, file, told)), "areas")


def import_address_file(file: Path) -> None:
    """The same for the addresses of a gazetteer."""
    with attended() as (settings, was_running), _directory(settings, needed=not was_running):
        _print(
            _work(settings, lambda bus, told: import_addresses(bus, file, told, city=settings.city)),
            "addresses",
        )


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
        return asyncio.run(_with_progress(settings, deed))
    except FileError as error:
        raise Stop(str(error), MISUSED) from None
    except Stalled as error:
        raise Stop(str(error), FAILED) from None


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
            return await deed(bus, lambda done, total: bar.update(task, completed=done, total=total))
    finally:
        await bus.redis.aclose()


def _print(report: Report, what: str) -> None:
    """First every row that was skipped, then the sums, which are what one sees at the end."""
    out = Console(soft_wrap=True, highlight=False, markup=False)
    for item in report.skipped:
        named = f" ({item.name})" if item.name else ""
        out.print(f"row {item.number}: {item.why}{named}")
    for title, reasons in (("put right", report.repairs()), ("skipped", report.reasons())):
        if reasons:
            table = Table("why", "rows", "for example", box=None, title=f"\n{title}", title_justify="left")
            for code, count, example in reasons:
                table.add_row(code, str(count), example)
            out.print(table)
    out.print(
        f"\n{report.rows} {what}: {report.added} added, {report.changed} changed, "
        f"{report.unchanged} there already, {len(report.skipped)} skipped."
    )
