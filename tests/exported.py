"""Exports into files, as `dze export` makes them."""

from collections.abc import Iterable
from pathlib import Path

from services.directory.exchange import write_to
from services.directory.exchange.published import listings
from shared.bus import Bus
from shared.contracts.listings import Listing


def write(path: Path, found: Iterable[Listing]) -> int:
    """Returns how many."""
    with path.open("wb") as file:
        return write_to(file, path.suffix, found)


async def export_file(bus: Bus, path: Path) -> int:
    return write(path, await listings(bus))
