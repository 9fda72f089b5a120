"""What an export says of a listing: all that an import takes back, and nothing that is derived from it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.contracts.listings import Listing

COLUMNS = (
    "id", "name", "link", "kind", "lat", "lon", "precision", "description", "languages", "flag", "members",
    "members_below", "checked_at", "dead_since",
)  # fmt: skip


def ordered(listings: Iterable[Listing]) -> list[Listing]:
    """By name, then link: the same directory always gives the same file."""
    return sorted(listings, key=lambda listing: (listing.name.casefold(), listing.link.key))


def values(listing: Listing) -> dict[str, Any]:
    """Fields by name, in the order of `COLUMNS`; None where nothing is known."""
    return {
        "id": listing.id,
        "name": listing.name,
        "link": listing.link.url,
        "kind": listing.kind.value,
        "lat": listing.place.lat,
        "lon": listing.place.lon,
        "precision": listing.place.precision.value,
        "description": listing.description,
        "languages": list(listing.languages),
        "flag": listing.flag,
        "members": listing.members,
        "members_below": listing.members_below,
        "checked_at": _moment(listing.checked_at),
        "dead_since": _moment(listing.dead_since),
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None
