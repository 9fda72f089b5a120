"""`dze backup` and `dze restore`: all that is kept, as it stood at one moment."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from cli import archive
from cli.archive import Record
from cli.deployment import attended
from cli.errors import MISUSED, Stop
from cli.output import STDOUT, named, output, say
from cli.redis import client
from shared.clock import Clock, now
from shared.contracts.registry import PEOPLE_JUDGED, PEOPLE_OBSERVED, TELEGRAM_ACTIONS, TELEGRAM_UPDATES
from shared.server import private_folder, write_private
from shared.settings import Settings, load

BATCH = 500
PAUSE_MS = 10_000
"""Writes wait while a backup is made, so that it shows one moment; extended with each batch."""
SHORT_LIVED_MS = 48 * 3600 * 1000
"""What expires within this time is left out: it may name people, and would outlive its time in a file."""
FLEETING = tuple(
    stream.topic.encode() for stream in (TELEGRAM_UPDATES, TELEGRAM_ACTIONS, PEOPLE_OBSERVED, PEOPLE_JUDGED)
)
"""Streams with raw ids, which are not to be acted on when a backup is brought back much later."""


def backup(file: Path) -> None:
    """Write the archive, which only its owner can read; `-` is standard output."""
    with attended() as (settings, _), client(settings.redis()) as redis, output(file, private=True) as out:
        count = archive.write(out, settings.keys(), os.urandom(archive.SALT), _batches(redis, now))
    told = f"{count} keys written to {named(file)}. It opens only with this deployment's DZE_KEY"
    say(f"{told}: keep that elsewhere.", file)


def _batches(redis: Redis, now: Clock) -> Iterator[list[Record]]:
    """All records, as they stood when the first was read."""
    kept = (key for key in redis.scan_iter(count=1000) if not key.startswith(FLEETING))
    try:
        while True:
            redis.client_pause(PAUSE_MS, all=False)
            keys = list(islice(kept, BATCH))
            if not keys:
                return
            yield _records(redis, keys, now())
    finally:
        redis.client_unpause()


def _records(redis: Redis, keys: list[bytes], now: datetime) -> list[Record]:
    """Redis says how long each key has left, so that its own clock does not matter, then or later."""
    with redis.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.pttl(key)
            pipe.dump(key)
        answers = pipe.execute()
    found = zip(keys, answers[::2], answers[1::2], strict=True)
    return [
        Record(key, _milliseconds(now) + left if left > 0 else 0, dump)
        for key, left, dump in found
        if dump is not None and not 0 <= left <= SHORT_LIVED_MS
    ]


def restore(file: Path, *, replace: bool) -> None:
    """Bring an archive back; `-` is standard input.

    Nothing is touched before the whole file has been opened and found sound.
    """
    with _source(file) as source:
        _bring_key(load(Settings))
        count = _restore(source, replace=replace)
    print(f"{count} keys brought back from {'standard input' if file == STDOUT else file}.")


def _restore(source: IO[bytes], *, replace: bool) -> int:
    with attended() as (settings, was_running), client(settings.redis()) as redis:
        if was_running and in_use(redis):
            raise Stop("services are running on this data; stop them first", MISUSED)
        for _ in archive.read(source, settings.keys()):
            pass
        if redis.dbsize() and not replace:
            raise Stop("there is data already; --replace throws it away", MISUSED)
        redis.flushdb()
        source.seek(0)
        return sum(_put_back(redis, batch, now()) for batch in archive.read(source, settings.keys()))


@contextmanager
def _source(file: Path) -> Iterator[IO[bytes]]:
    """A file that can be read twice."""
    try:
        with tempfile.TemporaryFile() if file == STDOUT else file.open("rb") as source:
            if file == STDOUT:
                shutil.copyfileobj(sys.stdin.buffer, source)
                source.seek(0)
            yield source
    except OSError as error:
        where = "standard input" if file == STDOUT else str(file)
        raise Stop(f"cannot read {where}: {error.strerror}", MISUSED) from None


def _bring_key(settings: Settings) -> None:
    """An embedded deployment keeps its key beside its data: the one that the backup was made with."""
    path = settings.data / "key"
    if settings.redis_url is not None or path.exists():
        return
    if settings.key is None:
        raise Stop(f"set DZE_KEY to the key that the backup was made with, or put it into {path}", MISUSED)
    private_folder(settings.data)
    write_private(path, settings.key.get_secret_value() + "\n")


def in_use(redis: Redis) -> bool:
    """Whether a service holds a lease; epochs of leases stay behind."""
    return any(not key.endswith(b":epoch") for key in redis.scan_iter(match="bus:*lease:*", count=1000))


def _milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return int(moment.timestamp() * 1000)


def _put_back(redis: Redis, batch: list[Record], now: datetime) -> int:
    """Whoever has outlived its time stays away."""
    at = _milliseconds(now)
    alive = [record for record in batch if not 0 < record.expires <= at]
    with redis.pipeline(transaction=False) as pipe:
        for record in alive:
            left = record.expires - at if record.expires else 0
            pipe.restore(record.key, left, record.dump, replace=True)
        try:
            pipe.execute()
        except ResponseError as error:
            raise Stop(f"this Redis cannot read the backup, perhaps made by a newer one: {error}") from None
        except RedisError as error:
            raise Stop(
                f"Redis went away in the middle; run it again with --replace ({type(error).__name__})"
            ) from None
    return len(alive)
