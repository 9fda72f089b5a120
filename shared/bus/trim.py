"""Streams are trimmed of what every group has acknowledged and no reader needs any more."""

import time

import structlog
from redis.asyncio import Redis

from shared.bus.dead import SEALED_KEPT
from shared.bus.scripts import Scripts
from shared.contracts.base import AnyStream

log = structlog.get_logger()
TRIM_EVERY = 20.0
"""Seconds between two rounds."""


async def trim(redis: Redis, scripts: Scripts, stream: AnyStream) -> int:
    """Trim all partitions of a stream and its sealed dead letters; answers how many entries went."""
    now = time.time()
    cutoff = int((now - stream.retention.total_seconds()) * 1000)
    gone = 0
    for key in stream.partitions():
        gone += max(0, int(await scripts.run("trim", [key], [cutoff, *stream.consumers])))
    if stream.sealed:
        oldest = int((now - SEALED_KEPT.total_seconds()) * 1000)
        for group in stream.consumers:
            gone += int(await redis.xtrim(stream.dead_key(group), minid=oldest, approximate=False))
    return gone
