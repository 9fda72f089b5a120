"""`dze shred`: destroy the keys first, then the data. Without them hashes and sealed texts say nothing.

What can be destroyed is, also where something cannot: that is named, with what to do, and the exit code is 1.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from cli.backup import in_use
from cli.deployment import shown
from cli.errors import FAILED, MISUSED, Stop
from cli.redis import client
from shared.contracts.registry import STREAMS
from shared.server import ServerError, running_url
from shared.settings import SECRETS, Settings, load, named

OWNED = ("gateway:", "submissions:", "directory:", "moderation:", "bus:", *(f"{s.topic}." for s in STREAMS))
"""What the keys that belong to us in Redis begin with."""
FILES = (
    "block-list.txt",
    "lists",
    "rules.toml",
    "signals",
    "spam.model",
    "spam-*.model",
    "redis.url",
    "redis",
)
"""What Dze reads or writes in its data folder that may tell of people; the last is the embedded Redis."""
WORD = "shred"
BATCH = 1000
REWRITE_SECONDS = 300.0
"""How long Redis may take to write its files anew."""


class Result:
    """What was destroyed, told at once, and what was not, told again at the end."""

    def __init__(self) -> None:
        self.left: list[str] = []

    def done(self, text: str) -> None:
        print(text, flush=True)

    def failed(self, what: str, reason: str, remedy: str) -> None:
        self.left.append(what)
        print(f"NOT destroyed: {what} ({reason}). {remedy}", file=sys.stderr, flush=True)


def shred(*, confirmed: bool) -> None:
    """Destroy the key file, the embedded data, and our keys in a Redis of the operator's. Raises Stop."""
    secret = [name for name in SECRETS if not name.startswith("DZE_REDIS")]
    settings = load(Settings, unread=secret, key=None)  # the key may be gone from a first run
    _refuse_running(settings)
    if not confirmed:
        _ask(settings)
    result = Result()
    for path in _key_files(settings):
        _destroy(path, result)
    _tell_of_other_keys(result)
    if settings.redis_url is not None:
        _empty(settings.redis(), result)
    for path in chain.from_iterable(sorted(settings.data.glob(name)) for name in FILES):
        _destroy(path, result)
    _tell_of_the_rest(settings.data, result)
    if result.left:
        raise Stop(f"not everything was destroyed: {', '.join(result.left)}; what to do stands above", FAILED)


def _refuse_running(settings: Settings) -> None:
    with suppress(ServerError):  # a folder that cannot be read is told of below
        if settings.redis_url is None and running_url(settings.data):
            raise Stop("stop `dze up` first: it holds the key in memory and writes to the data", MISUSED)


def _ask(settings: Settings) -> None:
    where = "the Redis at DZE_REDIS_URL and in " if settings.redis_url is not None else ""
    print(
        f"This destroys the keys and all data in {where}{settings.data.absolute()}. Nothing brings them back."
    )
    try:
        answer = input(f"Type {WORD} to go on: ")
    except EOFError:
        answer = ""
    if answer.strip() != WORD:
        raise Stop("nothing was destroyed", MISUSED)


def _key_files(settings: Settings) -> list[Path]:
    told = named("DZE_KEY_FILE")
    return [path for path in (Path(told) if told else None, settings.data / "key") if path and _there(path)]


def _there(path: Path) -> bool:
    """Also where we may not look."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _destroy(path: Path, result: Result) -> None:
    """A file, or a folder with all that is in it."""
    try:
        if path.is_dir() and not path.is_symlink():
            for file in _files(path):
                _overwrite(file)
            shutil.rmtree(path)
            result.done(f"Destroyed {path}")
        else:
            _overwrite(path)
            result.done(f"Destroyed {path}{_unlinked(path)}")
    except OSError as error:
        result.failed(str(path), error.strerror or type(error).__name__, "Destroy it where it really lies.")


def _unlinked(path: Path) -> str:
    """Remove what was written over; a file that is mounted by itself stays, with nothing left in it."""
    try:
        path.unlink()
    except OSError as error:
        return f": written over, though it stays ({error.strerror})"
    return ""


def _files(folder: Path) -> Iterator[Path]:
    """What is worth writing over: not the data of Redis, which says nothing without the key."""
    if folder.name != "redis":
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _overwrite(path: Path) -> None:
    """Write over a file before it goes. On disks that write elsewhere, encrypt the disk as well."""
    with path.open("r+b") as file:
        size = path.stat().st_size
        for _ in range(3):
            file.seek(0)
            file.write(os.urandom(size))
            file.flush()
            os.fsync(file.fileno())


def _tell_of_other_keys(result: Result) -> None:
    if not named("DZE_KEY"):
        return
    if "DZE_KEY" in os.environ:
        what, remedy = "DZE_KEY in this environment", "Remove it wherever it is set."
    else:
        what, remedy = "DZE_KEY in .env", "Remove that line, and destroy the file."
    result.failed(what, "it is no file of its own", remedy)


def _tell_of_the_rest(data: Path, result: Result) -> None:
    try:
        rest = sorted(path.name for path in data.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        rest = []
    except OSError as error:
        rest = []
        result.failed(str(data), error.strerror or type(error).__name__, "Destroy it where it really lies.")
    if rest:
        result.done(f"Left in {data}: {', '.join(rest)}")
    result.done("Copies, backups and snapshots are yours to find; @BotFather revokes the bot's token.")


def _empty(url: str, result: Result) -> None:
    where = f"the data in Redis at {shown(url)}"
    try:
        with client(url) as redis:
            in_hand = in_use(redis)
            result.done(f"Removed {_remove(redis)} keys from Redis")
            _write_anew(redis, result)
            if in_hand:
                result.failed(
                    where, "services are running, with the key in memory",
                    "Stop them, then run `dze shred` once more.",
                )  # fmt: skip
    except Stop as stop:
        result.failed(where, str(stop), "Run `dze shred` once more when it answers.")
    except RedisError as error:
        result.failed(where, _first_line(error), "Let its administrator remove it.")


def _remove(redis: Redis) -> int:
    ours = (key for key in redis.scan_iter(count=BATCH) if key.decode(errors="replace").startswith(OWNED))
    count = 0
    while keys := list(islice(ours, BATCH)):
        count += redis.unlink(*keys)
    return count


def _write_anew(redis: Redis, result: Result) -> None:
    """The files of Redis still tell what was removed, until it writes them anew."""
    try:
        kept = redis.config_get("appendonly") | redis.config_get("save")
        if kept.get("appendonly") == "yes":
            _wait_for(redis, redis.bgrewriteaof, "aof_rewrite_in_progress", "aof_last_bgrewrite_status")
        if kept.get("save"):
            _wait_for(redis, redis.bgsave, "rdb_bgsave_in_progress", "rdb_last_bgsave_status")
    except (RedisError, TimeoutError) as error:
        remedy = "Have BGREWRITEAOF and BGSAVE run there, and destroy older copies of its files."
        result.failed("what the files of Redis still tell", _first_line(error), remedy)
    else:
        result.done("Redis has written its files anew")


def _wait_for(redis: Redis, begin: Callable[[], Any], running: str, outcome: str) -> None:
    """Raises TimeoutError when it takes too long, RedisError when it failed."""
    begin()
    end = time.monotonic() + REWRITE_SECONDS
    while (found := redis.info("persistence"))[running] or found.get("aof_rewrite_scheduled"):
        if time.monotonic() > end:
            raise TimeoutError("it takes too long")
        time.sleep(0.1)
    if found[outcome] != "ok":
        raise RedisError("it failed, perhaps for want of room on its disk")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
