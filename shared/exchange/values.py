"""What an export says of a listing: all that an import takes back, and nothing that is derived from it.

A link that is not shown is in no export; `dze backup` has it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.contracts.listings import PublicListing
from shared.geo import printed

COLUMNS = (
    "id", "name", "link", "kind", "lat", "lon", "precision", "description", "languages", "flag", "members",
    "members_below", "checked_at", "dead_since", "link_hidden_since",
)  # fmt: skip


def ordered(listings: Iterable[PublicListing]) -> list[PublicListing]:
    """By name, then link: the same directory always gives the same file."""
    return sorted(listings, key=lambda one: (one.name.casefold(), one.link.key if one.link else "", one.id))


def values(listing: PublicListing) -> dict[str, Any]:
    """Fields by name, in the order of `COLUMNS`; None where nothing is known."""
    return {
        "id": listing.id,
        "name": listing.name,
        "link": listing.link.url if listing.link else None,
        "kind": listing.kind.value,
        "lat": printed(listing.place.lat),
        "lon": printed(listing.place.lon),
        "precision": listing.place.precision.value,
        "description": listing.description,
        "languages": list(listing.languages),
        "flag": listing.flag,
        "members": listing.members,
        "members_below": listing.members_below,
        "checked_at": _moment(listing.checked_at),
        "dead_since": _moment(listing.dead_since),
        "link_hidden_since": _moment(listing.link_hidden_since),
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None
