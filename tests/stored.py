"""All that lies in Redis, as it was written.

Not `DUMP`: that compresses, and what is compressed hides the words that a test looks for.
"""

from collections.abc import Mapping
from typing import Any

from shared.contracts.registry import STREAMS

ALL: Mapping[bytes, tuple[str, ...]] = {
    b"string": ("GET", "{}"),
    b"hash": ("HGETALL", "{}"),
    b"set": ("SMEMBERS", "{}"),
    b"zset": ("ZRANGE", "{}", "0", "-1", "WITHSCORES"),
    b"list": ("LRANGE", "{}", "0", "-1"),
    b"stream": ("XRANGE", "{}", "-", "+"),
}


async def stored(redis: Any) -> dict[bytes, bytes]:
    """The value of each key, its parts put together; there is at least one key."""
    found: dict[bytes, bytes] = {}
    async for key in redis.scan_iter(count=1000):
        if (kind := await redis.type(key)) == b"none":
            continue  # its time was over before it could be looked at
        words = [key if word == "{}" else word for word in ALL[kind]]
        found[key] = b" ".join(_parts(await redis.execute_command(*words)))
    assert found, "nothing lies in Redis, so that nothing can be seen in it"
    return found


async def still(redis: Any) -> bool:
    """Nothing is unread or unacknowledged anywhere: what has not happened by now will not happen."""
    for key in [key for stream in STREAMS for key in stream.partitions()]:
        for group in await redis.xinfo_groups(key) if await redis.exists(key) else ():
            if group["pending"] or group["lag"]:
                return False
    return True


def _parts(value: Any) -> list[bytes]:
    if isinstance(value, Mapping):
        return [part for pair in value.items() for part in _parts(pair)]
    if isinstance(value, list | tuple | set):
        return [part for each in value for part in _parts(each)]
    return [value if isinstance(value, bytes) else str(value).encode()]
