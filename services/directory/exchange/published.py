"""What the directory has published, read once: the snapshots beside its compacted streams."""

from collections.abc import AsyncIterator
from typing import Any

from shared.bus import Bus
from shared.bus.envelope import Envelope
from shared.contracts.base import PARTITIONS, AnyStream
from shared.contracts.directory import DirectoryChanged
from shared.contracts.listings import Listing
from shared.contracts.registry import DIRECTORY_CHANGED

SCAN = 1_000


async def snapshot(bus: Bus, stream: AnyStream) -> AsyncIterator[Any]:
    """The newest message of every key; one that changes meanwhile may come twice."""
    envelope = Envelope(bus.keys)
    for partition in range(PARTITIONS):
        async for _, data in bus.redis.hscan_iter(stream.snapshot_key(partition), count=SCAN):
            yield envelope.decode(stream, data)


async def listings(bus: Bus) -> list[Listing]:
    """All listings, as the public may see them."""
    found: dict[str, Listing] = {}
    async for event in snapshot(bus, DIRECTORY_CHANGED):
        assert isinstance(event, DirectoryChanged)
        if event.listing:
            found[event.listing_id] = event.listing
    return list(found.values())
