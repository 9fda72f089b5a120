"""The `dze` command. Each command imports what it needs when it is called, so that all start quickly."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from cli import chats_app
from cli.errors import FAILED, Stop
from shared.server import ServerError
from shared.settings import SettingsError

app = typer.Typer(
    name="dze",
    help="A portal for the neighbourhood chats of a city: the map, its bots, its operators' tools.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
dead = typer.Typer(help="Messages that could not be handled.", no_args_is_help=True)
areas = typer.Typer(help="Districts, quarters, courtyards; the ground of the map.", no_args_is_help=True)
addresses = typer.Typer(help="Streets and houses, for search.", no_args_is_help=True)
lists = typer.Typer(help="Lists of people shared with other operators.", no_args_is_help=True)
app.add_typer(dead, name="dead")
app.add_typer(chats_app.app, name="chats")
app.add_typer(lists, name="lists")
app.add_typer(areas, name="areas")
app.add_typer(addresses, name="addresses")

Port = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Port of the site; default DZE_PORT or 8000.")
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Letters = Annotated[list[str] | None, typer.Argument(help="As `dze dead list` names them.")]
All = Annotated[bool, typer.Option("--all", help="All dead letters.")]
Existing = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Samples = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, readable=True, help="Messages, one a line; may be repeated."),
]
Labelled = Annotated[
    list[Path] | None,
    typer.Option(
        exists=True, dir_okay=False, readable=True, help="Lines of `spam` or `ham`, a tab, a message."
    ),
]
Model = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, readable=True, help="Default: the one in DZE_DATA, or ours."),
]
New = Annotated[Path, typer.Argument(dir_okay=False, writable=True, help="- is standard output.")]


class Role(StrEnum):
    """A part of moderation that can run in a process of its own."""

    INGEST = "ingest"
    DECIDE = "decide"
    ACT = "act"


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(f"dze {version('dze')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    pass


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="With sample data and a Telegram to play in.")] = False,
    port: Port = None,
) -> None:
    """Run everything in this terminal, on an embedded Redis unless DZE_REDIS_URL is set."""
    from cli.up import up as run  # noqa: PLC0415

    run(demo=demo, port=port)


@app.command()
def gateway(port: Port = None) -> None:
    """Run the site and the API."""
    _service("gateway", {"DZE_PORT": port})


@app.command()
def submissions() -> None:
    """Run what leads a proposal through its life."""
    _service("submissions")


@app.command()
def directory() -> None:
    """Run what keeps the listings."""
    _service("directory")


@app.command()
def moderation(
    role: Annotated[Role | None, typer.Option(help="Only this part of it; default all three.")] = None,
) -> None:
    """Run the bot."""
    from cli.service import run  # noqa: PLC0415

    run("moderation", {}, ["--role", role] if role else [])


def _service(name: str, told: dict[str, Any] | None = None) -> None:
    from cli.service import run  # noqa: PLC0415

    run(name, {key: str(value) for key, value in (told or {}).items() if value is not None})


@app.command()
def simulator(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the simulator.")] = 8081,
) -> None:
    """Run the Telegram simulator alone."""
    from cli.service import run_simulator  # noqa: PLC0415

    run_simulator(port)


@app.command()
def status(
    as_json: Json = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only what is wrong, one a line; exit 1 when anything is.")
    ] = False,
    most: Annotated[int, typer.Option(min=0, help="With --check: messages that may wait in a group.")] = 1000,
) -> None:
    """Show streams, groups, what waits, what failed, and which instance works on what."""
    from cli import status as run  # noqa: PLC0415

    if check:
        run.check(most)
    else:
        run.show(as_json=as_json)


@lists.command("key")
def lists_key() -> None:
    """Show the public key with which this deployment signs its lists."""
    from cli.lists import key  # noqa: PLC0415

    key()


@lists.command("publish")
def lists_publish(
    name: str,
    file: New,
    days: Annotated[int, typer.Option(min=1, max=366, help="The list is good for.")] = 30,
) -> None:
    """Write a signed list of the people whom admins of this deployment have banned."""
    from cli.lists import publish  # noqa: PLC0415

    publish(name, file, days)


@lists.command("preview")
def lists_preview(name: str) -> None:
    """Show how many people the list of another operator would touch here."""
    from cli.lists import preview  # noqa: PLC0415

    preview(name)


@app.command("replay")
def replay_(
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE tried in every chat: suspicious, suspicious.threshold."),
    ] = None,
    weights: Annotated[
        list[str] | None, typer.Option("--weight", help="SIGNAL=2.5 or SIGNAL=x0.5; also prior=-3.5.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what another setting or weight would have concluded about people."""
    from cli.replay import run  # noqa: PLC0415

    run(settings or [], weights or [], as_json=as_json)


@app.command("import")
def import_(file: Existing) -> None:
    """Put listings into the directory: GeoJSON, CSV or the 2020 directory's JSON, by extension."""
    from cli.transfer import import_listings  # noqa: PLC0415

    import_listings(file)


@app.command()
def export(
    file: New,
    extension: Annotated[
        str | None, typer.Option("--as", help="geojson, csv, tsv or kml; for standard output geojson.")
    ] = None,
) -> None:
    """Write the listings to a file: GeoJSON, CSV, TSV or KML, by extension."""
    from cli.transfer import export_listings  # noqa: PLC0415

    export_listings(file, extension)


@areas.command("import")
def import_areas(file: Existing) -> None:
    """Put areas, water, parks and streets into the directory, from GeoJSON; houses from CSV."""
    from cli.transfer import import_area_file as run  # noqa: PLC0415

    run(file)


@addresses.command("import")
def import_addresses(file: Existing) -> None:
    """Put streets and houses into the directory: CSV with address, lat and lon, also as .csv.gz."""
    from cli.transfer import import_address_file as run  # noqa: PLC0415

    run(file)


@app.command()
def train(
    *,
    spam: Samples = None,
    ham: Samples = None,
    labelled: Labelled = None,
    out: Annotated[Path | None, typer.Option(help="Where to; default `spam.model` in DZE_DATA.")] = None,
    accused: Annotated[
        float | None,
        typer.Option(min=0.01, max=20, help="Percent of ham that may be accused; default 0.4 to 1."),
    ] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Without the project's own samples.")] = False,
) -> None:
    """Train the text model from sorted messages, one a line, in UTF-8; files may be compressed (.gz)."""
    from cli.spam import Files  # noqa: PLC0415
    from cli.spam import train as run  # noqa: PLC0415

    run(Files(spam or [], ham or [], labelled or []), out=out, accused=accused, alone=alone)


@app.command()
def classify(
    file: Annotated[Path, typer.Argument(help="A text file, or - for standard input.")],
    model: Model = None,
) -> None:
    """Sort messages, one a line: prints `spam` or `ham`, a tab and the log-odds for each."""
    from cli.spam import classify as run  # noqa: PLC0415

    run(file, model)


@app.command("model")
def text_model(
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, readable=True)] = None,
    use: Annotated[str | None, typer.Option(help="Go back to this revision.")] = None,
    as_json: Json = False,
) -> None:
    """Show what the text model has learnt, or go back to an earlier one."""
    from cli.spam import show, use_revision  # noqa: PLC0415

    if use is not None:
        use_revision(use)
    show(file, as_json=as_json)


@dead.command("list")
def dead_list(as_json: Json = False) -> None:
    """List dead letters: where from, when, why."""
    from cli.dead import list_ as run  # noqa: PLC0415

    run(as_json=as_json)


@dead.command("show")
def dead_show(letter: str) -> None:
    """Show one dead letter with the place in the code where it failed."""
    from cli.dead import show as run  # noqa: PLC0415

    run(letter)


@dead.command("replay")
def dead_replay(letters: Letters = None, everything: All = False) -> None:
    """Give dead letters back to be handled once more."""
    from cli.dead import replay as run  # noqa: PLC0415

    run(letters or [], everything=everything)


@dead.command("drop")
def dead_drop(letters: Letters = None, everything: All = False) -> None:
    """Remove dead letters for good."""
    from cli.dead import drop as run  # noqa: PLC0415

    run(letters or [], everything=everything)


@app.command()
def key() -> None:
    """Print a fresh DZE_KEY."""
    from shared.keys import new_secret  # noqa: PLC0415

    typer.echo(new_secret())


@app.command()
def mirror(
    file: Annotated[
        Path,
        typer.Argument(
            dir_okay=True,
            help="An archive, or - for standard output; with --verify also a folder.",
        ),
    ],
    verify: Annotated[bool, typer.Option("--verify", help="Check FILE instead of writing it.")] = False,
    key: Annotated[str, typer.Option(help="With --verify: the public key that you know.")] = "",
    day: Annotated[str | None, typer.Option("--date", help="The day it is of; default today.")] = None,
) -> None:
    """Write a signed static copy of the public site, or check one."""
    from cli import mirror as run  # noqa: PLC0415

    if verify:
        run.verify(file, key)
    else:
        run.write(file, day)


@app.command()
def backup(file: New) -> None:
    """Write all that is kept into an encrypted file; it opens only with this deployment's DZE_KEY."""
    from cli.backup import backup as run  # noqa: PLC0415

    run(file)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="- is standard input.")],
    replace: Annotated[bool, typer.Option(help="Throw away what is there now.")] = False,
) -> None:
    """Bring back what `dze backup` wrote, into an empty deployment that is at rest."""
    from cli.backup import restore as run  # noqa: PLC0415

    run(file, replace=replace)


@app.command()
def shred(yes: Yes = False) -> None:
    """Destroy the keys and the data, for good."""
    from cli.shred import shred as run  # noqa: PLC0415

    run(confirmed=yes)


def main() -> None:
    """Run a command; what goes wrong is one line on standard error."""
    try:
        app()
    except (SettingsError, ServerError) as error:
        _leave(str(error), 2)
    except Stop as stop:
        _leave(str(stop), stop.code)
    except KeyboardInterrupt:
        _leave("stopped", 130)
    except Exception as error:
        if _is_redis_away(error):
            _leave("cannot reach Redis; is it running, and is DZE_REDIS_URL right?", FAILED)
        if not _is_refused(error):
            raise
        _leave(f"Redis refuses: {error}", FAILED)


def _is_redis_away(error: Exception) -> bool:
    module = sys.modules.get("redis.exceptions")
    bus = sys.modules.get("shared.bus.errors")
    return (module is not None and isinstance(error, (module.ConnectionError, module.TimeoutError))) or (
        bus is not None and isinstance(error, bus.Unavailable)
    )


def _is_refused(error: Exception) -> bool:
    """Redis may be full, or its access control list forbid the command."""
    module = sys.modules.get("redis.exceptions")
    return module is not None and isinstance(error, module.ResponseError)


def _leave(text: str, code: int) -> NoReturn:
    typer.echo(f"dze: {text}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
