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


async def each_listing(bus: Bus) -> AsyncIterator[Listing]:
    """All listings, as the public may see them, one by one; one that changes meanwhile may come twice."""
    async for event in snapshot(bus, DIRECTORY_CHANGED):
        assert isinstance(event, DirectoryChanged)
        if event.listing:
            yield event.listing


async def listings(bus: Bus) -> list[Listing]:
    """The same at once."""
    return list({listing.id: listing async for listing in each_listing(bus)}.values())
