"""`dze status`: what each group has before it, in hand and behind it, and what waits for people."""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from typing import Any

from redis import Redis
from rich.console import Console
from rich.table import Table

from cli.deployment import running
from cli.notes import notes
from cli.redis import client
from shared.bus.aside import aside_key, aside_names
from shared.bus.bus import connect
from shared.contracts.base import PARTITIONS, AnyStream
from shared.contracts.registry import STREAMS
from shared.settings import Settings

COUNT_MOST = 100_000
"""Entries counted by hand where Redis has lost count; beyond that the number is a lower bound."""


@dataclass(frozen=True)
class Standing:
    """One group of one stream, over all partitions; `group` is empty where only readers follow."""

    stream: str
    group: str
    entries: int
    lag: int
    pending: int
    dead: int


def show(*, as_json: bool) -> None:
    settings = running()
    with client(settings.redis()) as redis:
        standings = [standing for stream in STREAMS for standing in standing_of(redis, stream)]
        waits = notes(redis)
    if as_json:
        print(json.dumps([asdict(standing) for standing in standings], indent=2))
    else:
        _print(standings)
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
        )
        for name in stream.consumers
    ] or [Standing(stream.topic, "", entries, 0, 0, 0)]


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


def _print(standings: list[Standing]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("stream", no_wrap=True)
    table.add_column("group", no_wrap=True)
    for name in ("entries", "lag", "pending", "dead"):
        table.add_column(name, justify="right")
    for it in standings:
        dead = f"[red]{it.dead}[/red]" if it.dead else "0"
        table.add_row(it.stream, it.group or "-", str(it.entries), str(it.lag), str(it.pending), dead)
    Console().print(table)
