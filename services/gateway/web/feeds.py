"""Atom feeds (RFC 4287) of what was added last: of the whole city, and of each area."""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from fastapi import APIRouter, HTTPException, Response

from services.gateway.api.answers import answer_bytes
from services.gateway.domain.query import Query
from services.gateway.web.render import Page, Site, members, named
from shared.contracts.listings import Area, PublicListing
from shared.exchange.markup import holdable

router = APIRouter(include_in_schema=False)
ENTRIES = 50
AREA_MOST = 500
"""Up to so many listings an area's feed is made from all of them; above from the newest of the city."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@router.get("/feed.atom")
async def city(site: Page) -> Response:
    found = _known(site, site.gateway.model.newest.ids(ENTRIES))
    title = f"{site.t('site.name')} · {site.city}: {site.t('feed.title')}"
    return _answer(site, feed(site, "/feed.atom", "/", title, found))


@router.get("/areas/{area_id}/feed.atom")
async def of_area(area_id: str, site: Page) -> Response:
    area = site.gateway.model.area(area_id)
    if area is None:
        raise HTTPException(404)
    path = f"/areas/{area.id}"
    title = f"{named(area.names, site.language)}: {site.t('feed.title')}"
    return _answer(site, feed(site, f"{path}/feed.atom", path, title, _of_area(site, area)))


def _of_area(site: Site, area: Area) -> list[PublicListing]:
    model = site.gateway.model
    page = model.listings(Query(area=area.id), limit=AREA_MOST)
    if page.next is not None:
        return _known(site, model.newest.ids(ENTRIES, area.id))
    return sorted(page.items, key=lambda one: (one.created_at, one.id), reverse=True)[:ENTRIES]


def _known(site: Site, ids: list[str]) -> list[PublicListing]:
    return [found for one in ids if (found := site.gateway.model.listing(one)) is not None]


def feed(site: Site, path: str, page: str, title: str, listings: list[PublicListing]) -> bytes:
    """The document; ids are addresses without the language, so that they never change."""
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": site.language})
    _text(root, "id", site.origin + path)
    _text(root, "title", title)
    newest = max((listing.updated_at for listing in listings), default=EPOCH)
    _text(root, "updated", newest.isoformat())
    SubElement(root, "link", {"rel": "self", "href": site.origin + site.link(path)})
    SubElement(root, "link", {"rel": "alternate", "href": site.origin + site.link(page)})
    author = SubElement(root, "author")
    _text(author, "name", f"{site.t('site.name')} · {site.city}")
    for listing in listings:
        _entry(site, root, listing)
    indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}'.encode()


def _entry(site: Site, root: Element, listing: PublicListing) -> None:
    entry, path = SubElement(root, "entry"), f"/listings/{listing.id}"
    _text(entry, "id", site.origin + path)
    _text(entry, "title", listing.name)
    _text(entry, "published", listing.created_at.isoformat())
    _text(entry, "updated", listing.updated_at.isoformat())
    SubElement(entry, "link", {"rel": "alternate", "href": site.origin + site.link(path)})
    facts = [site.t(f"kind.{listing.kind.value}"), members(site.t, listing), *site.area_names(listing)[:1]]
    _text(entry, "summary", "\n".join(filter(None, [" · ".join(facts), listing.description])))


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = holdable(text)


def _answer(site: Site, body: bytes) -> Response:
    headers = {"Content-Language": site.language, "Vary": "Accept-Language", "Cache-Control": "no-cache"}
    return answer_bytes(site.request, body, "application/atom+xml; charset=utf-8", headers)
