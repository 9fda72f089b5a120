"""Runs the directory: `python -m services.directory`, or `dze directory`."""

import sys

from services.directory.handlers import HANDLERS
from services.directory.placing import keep_placed
from services.directory.settings import DirectorySettings
from services.directory.store import Store
from shared.bus import Bus
from shared.bus.launch import launch
from shared.bus.leases import Lease
from shared.bus.service import serve
from shared.settings import Settings


def equip(bus: Bus) -> Store:
    """Give the bus the directory's handlers and duties, before it is started."""
    store = Store(bus)
    bus.provide(store=store)
    bus.register(HANDLERS)

    @bus.alone("areas")
    async def place(lease: Lease) -> None:
        await keep_placed(bus, store, lease)

    return store


async def run(settings: Settings) -> int:
    """Serve until SIGTERM. Answers the exit code."""
    bus = Bus("directory", settings)
    equip(bus)
    return await serve(bus, settings)


def main() -> int:
    return launch("directory", DirectorySettings, run)


if __name__ == "__main__":
    sys.exit(main())
