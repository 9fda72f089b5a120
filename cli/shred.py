"""`dze shred`: destroy the keys first, then the data. Without them hashes and sealed texts say nothing."""

import os
import shutil
from pathlib import Path

from redis import Redis

from cli.errors import MISUSED, Stop
from cli.redis import client
from shared.contracts.registry import STREAMS
from shared.server import running_url
from shared.settings import Settings, load

OWNED = ("gateway:", "submissions:", "directory:", "moderation:", "bus:", *(f"{s.topic}." for s in STREAMS))
"""What the keys that belong to us in Redis begin with."""
WORD = "shred"


def shred(*, confirmed: bool) -> None:
    """Destroy the key file, the embedded data, and our keys in a Redis of the operator's."""
    settings = load(Settings)
    if settings.redis_url is None and running_url(settings.data):
        raise Stop("stop `dze up` first: it holds the key in memory and writes to the data", MISUSED)
    if not confirmed:
        _ask(settings)
    for path in _key_files(settings):
        _overwrite(path)
        print(f"Destroyed {path}")
    if settings.redis_url is not None:
        _empty(settings.redis())
    folder = settings.data / "redis"
    if folder.is_dir():
        shutil.rmtree(folder)
        print(f"Removed {folder}")
    if "DZE_KEY" in os.environ:
        print("DZE_KEY is also in this environment: destroy it wherever it is set. So do copies and backups.")


def _ask(settings: Settings) -> None:
    where = "the Redis at DZE_REDIS_URL" if settings.redis_url is not None else str(settings.data.absolute())
    print(f"This destroys the keys and all data in {where}. Nothing brings them back.")
    try:
        answer = input(f"Type {WORD} to go on: ")
    except EOFError:
        answer = ""
    if answer.strip() != WORD:
        raise Stop("nothing was destroyed", MISUSED)


def _key_files(settings: Settings) -> list[Path]:
    named = os.environ.get("DZE_KEY_FILE")
    return [
        path for path in (settings.data / "key", Path(named) if named else None) if path and path.is_file()
    ]


def _overwrite(path: Path) -> None:
    """Write over a file before it goes. On disks that write elsewhere, encrypt the disk as well."""
    with path.open("r+b") as file:
        size = path.stat().st_size
        for _ in range(3):
            file.seek(0)
            file.write(os.urandom(size))
            file.flush()
            os.fsync(file.fileno())
    path.unlink()


def _empty(url: str) -> None:
    with client(url) as redis:
        count = _remove(redis)
        if redis.config_get("appendonly").get("appendonly") == "yes":
            redis.bgrewriteaof()  # its append-only file still tells what was removed
    print(f"Removed {count} keys from Redis")


def _remove(redis: Redis) -> int:
    count = 0
    for key in redis.scan_iter(count=1000):
        if key.decode(errors="replace").startswith(OWNED):
            count += redis.unlink(key)
    return count
