"""The whole directory as one compact document, for pages that work without a server: mirror and offline.

Private invite links and links that are not shown are left out: what is kept on a device or passed on cannot
be called back.
"""

from collections.abc import Iterable
from typing import Any

from services.gateway.api.answers import outline
from services.gateway.mirror.contents import public_link, without_invites
from shared.contracts.listings import Area, AreaLevel, Kind, PublicListing
from shared.geo import printed

COLUMNS = (
    "id", "name", "kind", "lat", "lon", "members", "members_below", "flag", "link", "areas", "description",
    "checked_at", "dead_since", "link_hidden_since",
)  # fmt: skip
SHAPES_MOST = 400
"""Polygons that are drawn, the largest levels first."""
DRAWN = (AreaLevel.CITY, AreaLevel.DISTRICT, AreaLevel.QUARTER)


def book(listings: Iterable[PublicListing], areas: Iterable[Area], *, removed: str) -> dict[str, Any]:
    """Rows in the order given, each as a list in the order of `columns`; `kind` and `areas` are numbers.

    `removed` stands where a text had an invite link.
    """
    known = sorted(areas, key=lambda area: (list(AreaLevel).index(area.level), area.id))
    numbers = {area.id: number for number, area in enumerate(known)}
    return {
        "columns": COLUMNS,
        "kinds": list(Kind),
        "areas": [area.names for area in known],
        "shapes": [
            {
                "type": "Feature",
                "geometry": {"type": "MultiPolygon", "coordinates": outline(area.polygon)},
                "properties": {"level": area.level, "names": area.names},
            }
            for area in known[:SHAPES_MOST]
            if area.level in DRAWN
        ],
        "rows": [_row(listing, numbers, removed) for listing in listings],
    }


def _row(listing: PublicListing, areas: dict[str, int], removed: str) -> list[Any]:
    return [
        listing.id,
        without_invites(listing.name, removed),
        list(Kind).index(listing.kind),
        printed(listing.place.lat),
        printed(listing.place.lon),
        listing.members,
        listing.members_below,
        listing.flag,
        public_link(listing).removeprefix("https://t.me/"),
        [areas[area] for area in listing.areas if area in areas],
        without_invites(listing.description, removed),
        listing.checked_at.date().isoformat() if listing.checked_at else None,
        listing.dead_since.date().isoformat() if listing.dead_since else None,
        listing.link_hidden_since.date().isoformat() if listing.link_hidden_since else None,
    ]
