"""After new areas every listing looks up its areas again: on one replica, some hundreds at a time."""

import asyncio

import structlog

from services.directory.domain import placed
from services.directory.store import Store
from shared.bus import Bus, Outcome
from shared.bus.leases import Lease
from shared.contracts.listings import ListingId

log = structlog.get_logger()
LOOK_EVERY = 1.0
"""Seconds between two looks for new areas."""


async def keep_placed(bus: Bus, store: Store, lease: Lease) -> None:
    """Until cancelled. Begun again from the start after an interruption, which is harmless."""
    while True:
        version = await store.unplaced()
        if version is None:
            await asyncio.sleep(LOOK_EVERY)
            continue
        count = 0
        async for ids in store.ids():
            count += await _place(bus, store, lease, ids)
        outcome = await bus.commit(store.all_placed(version), lease=lease)
        log.info("listings_placed", moved=count, done=outcome is Outcome.DONE)


async def _place(bus: Bus, store: Store, lease: Lease, ids: list[ListingId]) -> int:
    """How many of them found other areas. Read again when somebody else changed one meanwhile."""
    while ids:
        reading = await store.read(ids=ids)
        for listing_id in ids:
            reading.book.note(placed(reading.book, listing_id, bus.now()))
        if not reading.book.changes:
            return 0
        outcome = await bus.commit(store.commit(reading), lease=lease)
        if outcome is not Outcome.CONFLICT:
            return len(reading.book.changes)
    return 0
