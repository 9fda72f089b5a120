"""Dead letters: what a group could not handle, with the reason, to be shown, replayed or dropped."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from shared.bus.commit import Command, Commit, Unit
from shared.bus.envelope import DATA, KEY
from shared.bus.retry import frames_of, reason_of
from shared.bus.subscription import Entry
from shared.contracts.base import AnyStream, tag

SEALED_KEPT = timedelta(hours=48)
"""How long dead letters of a sealed stream are kept: they hold raw ids, if encrypted."""


@dataclass(frozen=True)
class DeadLetter:
    """One dead letter. `reason` and `trace` hold nothing of the message."""

    id: str
    topic: str
    group: str
    partition: int
    entry_id: str
    reason: str
    trace: str
    died_at: datetime
    tries: int


def tries_key(stream: AnyStream, group: str, partition: int) -> str:
    """Hash of entry id to failed tries, of messages that have failed and are not settled yet."""
    return f"bus:{tag(partition)}:tries:{stream.topic}:{group}"


def burial(
    stream: AnyStream, group: str, partition: int, *, entry: Entry, error: BaseException, tries: int
) -> Unit:
    """Acknowledge the entry and move it to the dead letters of its group."""
    letter: Command = (
        "XADD", stream.dead_key(group), "*",
        DATA, entry.data, KEY, entry.key, "partition", partition, "entry", entry.id,
        "reason", reason_of(error), "trace", frames_of(error), "tries", tries,
    )  # fmt: skip
    return Unit([entry.id], Commit.of([letter, ("HDEL", tries_key(stream, group, partition), entry.id)]))


async def letters(redis: Redis, stream: AnyStream, group: str) -> AsyncIterator[DeadLetter]:
    """The dead letters of a group, oldest first."""
    start = "-"
    while True:
        batch: Any = await redis.xrange(stream.dead_key(group), min=start, count=100)
        if not batch:
            return
        for letter_id, fields in batch:
            yield _letter(stream, group, letter_id, fields)
        start = f"({batch[-1][0].decode()}"


def _letter(stream: AnyStream, group: str, letter_id: bytes, fields: dict[bytes, bytes]) -> DeadLetter:
    return DeadLetter(
        id=letter_id.decode(),
        topic=stream.topic,
        group=group,
        partition=int(fields[b"partition"]),
        entry_id=fields[b"entry"].decode(),
        reason=fields[b"reason"].decode(),
        trace=fields[b"trace"].decode(),
        died_at=datetime.fromtimestamp(int(letter_id.split(b"-")[0]) / 1000, UTC),
        tries=int(fields[b"tries"]),
    )


async def replay(redis: Redis, stream: AnyStream, group: str, letter_id: str) -> bool:
    """Put a dead letter back at the end of its partition, for all groups of the stream; False if it is gone.

    The other groups see it a second time under a new entry id: their handlers are safe to repeat by revision.
    """
    found: Any = await redis.xrange(stream.dead_key(group), min=letter_id, max=letter_id)
    if not found:
        return False
    fields = found[0][1]
    async with redis.pipeline(transaction=True) as pipe:
        pipe.xadd(stream.partition_key(int(fields[b"partition"])), {DATA: fields[DATA], KEY: fields[KEY]})
        pipe.xdel(stream.dead_key(group), letter_id)
        await pipe.execute()
    return True


async def drop(redis: Redis, stream: AnyStream, group: str, letter_id: str) -> bool:
    """Remove a dead letter for good; False if it is gone."""
    return bool(await redis.xdel(stream.dead_key(group), letter_id))
