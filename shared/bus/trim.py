"""Streams are trimmed of what every group has acknowledged and no reader needs any more."""

from datetime import timedelta

import structlog

from shared.bus.dead import SEALED_KEPT
from shared.bus.scripts import Scripts
from shared.contracts.base import AnyStream

log = structlog.get_logger()
TRIM_EVERY = 20.0
"""Seconds between two rounds."""


async def trim(scripts: Scripts, stream: AnyStream) -> int:
    """Trim all partitions of a stream and its sealed dead letters; answers how many entries went."""
    gone = 0
    for key in stream.partitions():
        gone += await _older(scripts, key, stream.retention, *stream.consumers)
    for group in stream.consumers if stream.sealed else ():
        gone += await _older(scripts, stream.dead_key(group), SEALED_KEPT)
    return gone


async def _older(scripts: Scripts, key: str, kept: timedelta, *groups: str) -> int:
    milliseconds = kept // timedelta(milliseconds=1)
    return max(0, int(await scripts.run("trim", [key], [milliseconds, *groups])))
