"""`dze status`: what each group has before it, in hand and behind it, who works on it, who is waited for."""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from redis import Redis
from rich.console import Console
from rich.table import Table

from cli.deployment import running
from cli.errors import FAILED
from cli.notes import notes
from cli.redis import client
from shared.bus.aside import aside_key, aside_names
from shared.bus.bus import connect
from shared.bus.crew import lease_key
from shared.bus.leases import Holder, holder_of
from shared.contracts.base import PARTITIONS, AnyStream
from shared.contracts.registry import STREAMS
from shared.settings import Settings

COUNT_MOST = 100_000
"""Entries counted by hand where Redis has lost count; beyond that the number is a lower bound."""
WIDE = 200
DUTIES = b"bus:lease:"
"""What one replica at a time does beside its partitions; trimming is left out, it concerns nobody."""


@dataclass(frozen=True)
class Held:
    """One partition; both are None where nobody works on it, `since` also where it is not known."""

    partition: int
    holder: str | None
    since: datetime | None


@dataclass(frozen=True)
class Standing:
    """One group of one stream, over all partitions; `group` is empty where only readers follow."""

    stream: str
    group: str
    entries: int
    lag: int
    pending: int
    dead: int
    partitions: tuple[Held, ...] = ()

    @property
    def unheld(self) -> list[int]:
        return [held.partition for held in self.partitions if held.holder is None]


def show(*, as_json: bool) -> None:
    settings = running()
    with client(settings.redis()) as redis:
        standings = [standing for stream in STREAMS for standing in standing_of(redis, stream)]
        duties = duties_of(redis)
        waits = notes(redis)
    if as_json:
        print(json.dumps([asdict(standing) for standing in standings], indent=2, default=_iso))
    else:
        _print(standings)
        _print_instances(standings, duties)
    for line in (*waits, *_guests(settings)):
        print(f"dze: {line}", file=sys.stderr if as_json else sys.stdout)


def _guests(settings: Settings) -> list[str]:
    """Where no reviewers are asked, somebody must be told that chats wait."""
    if settings.review_chat is not None or settings.key is None:
        return []
    count = asyncio.run(_waiting(settings))
    hint = "no DZE_REVIEW_CHAT is set. `dze chats list` shows them, `dze chats admit` lets them in"
    return [f"chats that wait as guests for a decision: {count}; {hint}"] if count else []


async def _waiting(settings: Settings) -> int:
    from cli.chats import waiting  # noqa: PLC0415

    redis = connect(settings.redis())
    try:
        return await waiting(redis, settings.keys())
    finally:
        await redis.aclose()


def check(most: int) -> None:
    """Print what is wrong, and end with 1 when anything is."""
    with client(running().redis()) as redis:
        standings = [standing for stream in STREAMS for standing in standing_of(redis, stream)]
    found = list(problems(standings, most))
    print("\n".join(found) or "Everything is read, nothing waits for long, nothing has failed.")
    if found:
        sys.exit(FAILED)


def problems(standings: Sequence[Standing], most: int) -> Iterator[str]:
    """What an operator should look at. `most`: how many messages may wait in a group.

    A stream of which nobody holds a partition is no problem by itself: without a bot nothing reads updates.
    """
    groups = {standing.group for standing in standings if standing.group}
    at_work = {s.group for s in standings if len(s.unheld) < len(s.partitions)}
    for group in sorted(groups - at_work):
        yield f"{group}: no instance is running"
    for standing in standings:
        where, waiting = f"{standing.group}: {standing.stream}", standing.lag + standing.pending
        if 0 < len(standing.unheld) < len(standing.partitions):
            named = ", ".join(map(str, standing.unheld))
            yield f"{where}: no instance works on {_count(len(standing.unheld), 'partition')} {named}"
        if waiting > most or (waiting and standing.partitions and len(standing.unheld) == PARTITIONS):
            yield f"{where}: {_count(waiting, 'message')} waiting"
        if standing.dead:
            yield f"{where}: {_count(standing.dead, 'dead letter')}, see `dze dead list`"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def standing_of(redis: Redis, stream: AnyStream) -> list[Standing]:
    """How each group of a stream stands."""
    partitions = [stream.partition_key(number) for number in range(PARTITIONS)]
    entries = sum(redis.xlen(key) for key in partitions)
    groups = [group for key in partitions if redis.exists(key) for group in _groups(redis, key)]
    return [
        Standing(
            stream=stream.topic,
            group=name,
            entries=entries,
            lag=sum(lag for group, lag, _ in groups if group == name),
            pending=sum(pending for group, _, pending in groups if group == name)
            + _aside(redis, stream, name),
            dead=redis.xlen(stream.dead_key(name)),
            partitions=tuple(_held(redis, stream, name)),
        )
        for name in stream.consumers
    ] or [Standing(stream.topic, "", entries, 0, 0, 0)]


def duties_of(redis: Redis) -> dict[str, Holder]:
    """Who does what one replica at a time does."""
    names = {key.removeprefix(DUTIES).decode() for key in redis.scan_iter(match=DUTIES + b"*", count=1000)}
    wanted = sorted(name for name in names if not name.endswith(":epoch") and not name.startswith("trim:"))
    found = {name: redis.get(DUTIES + name.encode()) for name in wanted}
    return {
        name.replace(":", " "): holder_of(value) for name, value in found.items() if isinstance(value, bytes)
    }


def _held(redis: Redis, stream: AnyStream, group: str) -> Iterator[Held]:
    with redis.pipeline(transaction=False) as pipe:  # not MGET: in a cluster the keys lie apart
        for number in range(PARTITIONS):
            pipe.get(lease_key(stream.topic, group, number))
        for number, value in enumerate(pipe.execute()):
            if value is None:
                yield Held(number, None, None)
            else:
                found = holder_of(value)
                yield Held(number, found.replica, found.since)


def _aside(redis: Redis, stream: AnyStream, group: str) -> int:
    """Messages of keys that wait in streams of their own."""
    count = 0
    for partition in range(PARTITIONS):
        keys: Any = redis.smembers(aside_names(stream, group, partition))
        count += sum(redis.xlen(aside_key(stream, group, partition, key)) for key in keys)
    return count


def _groups(redis: Redis, key: str) -> list[tuple[str, int, int]]:
    """Name, lag and pending of each group of a partition."""
    return [
        (group["name"].decode(), _lag(redis, key, group), int(group["pending"]))
        for group in redis.xinfo_groups(key)
    ]


def _lag(redis: Redis, key: str, group: dict[str, Any]) -> int:
    if group.get("lag") is not None:
        return int(group["lag"])
    after = "(" + group["last-delivered-id"].decode()
    return len(redis.xrange(key, min=after, count=COUNT_MOST) or ())


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _print(standings: Iterable[Standing]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("stream", no_wrap=True)
    table.add_column("group", no_wrap=True)
    for name in ("entries", "lag", "pending", "dead", "held"):
        table.add_column(name, justify="right")
    for it in standings:
        dead = f"[red]{it.dead}[/red]" if it.dead else "0"
        held = f"{len(it.partitions) - len(it.unheld)}/{len(it.partitions)}" if it.partitions else "-"
        table.add_row(it.stream, it.group or "-", str(it.entries), str(it.lag), str(it.pending), dead, held)
    _console().print(table)


def _print_instances(standings: Iterable[Standing], duties: dict[str, Holder]) -> None:
    """One row for each instance and stream: which partitions, or which duty, and since when."""
    rows: dict[tuple[str, str, str], list[Held]] = defaultdict(list)
    for standing in standings:
        for held in standing.partitions:
            if held.holder is not None:
                rows[held.holder, standing.stream, standing.group].append(held)
    table = Table(box=None, pad_edge=False, title="\nwho works on what (UTC)", title_justify="left")
    for name in ("instance", "stream or duty", "partitions", "since"):
        table.add_column(name, no_wrap=True)
    for (holder, stream, _), parts in sorted(rows.items()):
        numbers = " ".join(str(held.partition) for held in parts)
        table.add_row(holder, stream, numbers, _told([held.since for held in parts]))
    for duty, found in sorted(duties.items(), key=lambda item: (item[1].replica, item[0])):
        table.add_row(found.replica, duty, "", _told([found.since]))
    if table.row_count:
        _console().print(table)


def _console() -> Console:
    """Nothing is cut off where it goes into a file, or through `docker compose exec -T`."""
    return Console() if sys.stdout.isatty() else Console(width=WIDE)


def _told(moments: Iterable[datetime | None]) -> str:
    """When the last of them was taken."""
    known = [moment for moment in moments if moment is not None]
    return f"{max(known):%Y-%m-%d %H:%M:%S}" if known else "-"
