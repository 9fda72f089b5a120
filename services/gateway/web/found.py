"""What a search finds besides the listings whose texts hold the words."""

from dataclasses import dataclass

from services.gateway.domain.finding import Hit
from services.gateway.places import spot
from services.gateway.web.render import Site, named
from shared.contracts.listings import PublicListing
from shared.text.addresses import shown_house

HITS = 40
PLACES_MOST = 5
ALIKE_MOST = 10


@dataclass(frozen=True)
class Place:
    """A link to an area, a street or a house."""

    href: str
    name: str
    level: str


def places_of(site: Site, text: str) -> list[Place]:
    """Houses, areas and streets of a search, for the list and the map without scripts."""
    hits = site.gateway.search.search(text, limit=HITS) if text else ()
    every = [_place(site, hit) for hit in hits if hit.kind != "listing"]
    return [place for place in every if place][:PLACES_MOST]


def alike(site: Site, text: str) -> list[PublicListing]:
    """Listings that were perhaps meant, or lie near the house that was: for a text that finds none."""
    hits = site.gateway.search.search(text, limit=ALIKE_MOST) if text else ()
    found = (site.gateway.model.listing(hit.id) for hit in hits if hit.kind == "listing")
    return [listing for listing in found if listing is not None]


def _place(site: Site, hit: Hit) -> Place | None:
    found = spot(site.gateway, hit.id)
    if found is None:
        return None
    name = named(found.names, site.language)
    if hit.kind == "address":
        at = f"{hit.lat:.5f},{hit.lon:.5f},17"
        return Place(site.link("/", at=at), f"{name}, {shown_house(hit.house)}", site.t("suggest.house"))
    return Place(site.link(f"/areas/{hit.id}"), name, site.t(f"level.{found.level.value}"))
