"""`dze dead`: look at what a group could not handle, give it back, or let it go.

A letter is named `STREAM/GROUP/ID`, as the list prints it.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.deployment import running
from cli.errors import FAILED, MISUSED, Stop
from shared.bus import dead
from shared.bus.bus import connect
from shared.bus.dead import DeadLetter
from shared.contracts.base import AnyStream
from shared.contracts.registry import BY_TOPIC, STREAMS

Deed = Callable[[Any, AnyStream, str, str], Awaitable[bool]]


def list_(*, as_json: bool) -> None:
    found = asyncio.run(_all())
    if as_json:
        print(json.dumps([asdict(it) | {"name": name(it)} for it in found], indent=2, default=str))
    elif not found:
        print("No dead letters.")
    else:
        _print(found)


def show(letter: str) -> None:
    topic, group, number = _parse(letter)
    found = next(
        (it for it in asyncio.run(_all()) if (it.topic, it.group, it.id) == (topic, group, number)), None
    )
    if found is None:
        raise Stop(f"there is no dead letter {letter}")
    print(f"{letter}\n{found.died_at:%Y-%m-%d %H:%M:%S} UTC, after {found.tries} tries")
    print(f"partition {found.partition}, entry {found.entry_id}\n{found.reason}\n{found.trace}")


def replay(letters: list[str], *, everything: bool) -> None:
    print(f"{_each(letters, dead.replay, everything=everything)} given back.")


def drop(letters: list[str], *, everything: bool) -> None:
    print(f"{_each(letters, dead.drop, everything=everything)} dropped.")


def name(letter: DeadLetter) -> str:
    """How a letter is named on the command line."""
    return f"{letter.topic}/{letter.group}/{letter.id}"


def _each(letters: list[str], deed: Deed, *, everything: bool) -> int:
    if bool(letters) == everything:
        raise Stop("name the dead letters, as `dze dead list` does, or say --all", MISUSED)
    return asyncio.run(_do([_parse(letter) for letter in letters] or None, deed))


async def _do(letters: list[tuple[str, str, str]] | None, deed: Deed) -> int:
    if letters is None:
        letters = [(it.topic, it.group, it.id) for it in await _all()]
    async with connect(running().redis()) as redis:
        for topic, group, number in letters:
            if not await deed(redis, BY_TOPIC[topic], group, number):
                raise Stop(f"there is no dead letter {topic}/{group}/{number}", FAILED)
    return len(letters)


async def _all() -> list[DeadLetter]:
    async with connect(running().redis()) as redis:
        return [
            letter
            for stream in STREAMS
            for group in stream.consumers
            async for letter in dead.letters(redis, stream, group)
        ]


def _parse(letter: str) -> tuple[str, str, str]:
    topic, _, rest = letter.partition("/")
    group, _, number = rest.partition("/")
    stream = BY_TOPIC.get(topic)
    if (
        stream is None
        or group not in stream.consumers
        or not (number.isascii() and number.replace("-", "").isdecimal())
    ):
        raise Stop(f"{letter!r} names no dead letter; `dze dead list` prints their names", MISUSED)
    return topic, group, number


def _print(letters: list[DeadLetter]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("died (UTC)", no_wrap=True)
    table.add_column("tries", justify="right")
    table.add_column("reason")
    for it in letters:
        table.add_row(name(it), f"{it.died_at:%Y-%m-%d %H:%M}", str(it.tries), it.reason)
    Console(soft_wrap=True).print(table)
