"""What is printed: the QR code, and the sheet with strips to tear off, as PDF and as a page.

There is nothing to print of a listing whose link is not shown.
"""

import io

from fastapi import APIRouter, HTTPException, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from services.gateway.web.poster import Words, address, code, poster
from services.gateway.web.render import Page, Site
from shared.contracts.listings import Kind, Link, PublicListing

router = APIRouter(include_in_schema=False)


@router.get("/listings/{listing_id}/qr.svg")
async def qr(listing_id: str, site: Page) -> Response:
    """The chat's link as a QR code, black on white so that it can be read in the dark theme too."""
    listing = _listing(site, listing_id)
    if listing.link is None:
        raise HTTPException(404)
    drawing = qr_svg(listing.link)
    return Response(drawing, media_type="image/svg+xml", headers={"Cache-Control": "no-cache"})


@router.get("/listings/{listing_id}/poster")
async def sheet(listing_id: str, site: Page) -> HTMLResponse:
    """The sheet as a page, printed by the browser."""
    listing = _listing(site, listing_id)
    if listing.link is None:
        return _nothing(site, listing)
    above, shown = kicker(site, listing), address(listing.link)
    return site.page("poster.html", listing=listing, kicker=above, address=shown)


@router.get("/listings/{listing_id}/poster.pdf")
async def pdf(listing_id: str, site: Page) -> Response:
    """The sheet as PDF, A4."""
    listing = _listing(site, listing_id)
    if listing.link is None:
        return _nothing(site, listing)
    words = Words(kicker(site, listing), site.t("poster.scan"), site.city)
    body = await run_in_threadpool(poster, listing.name, listing.link, listing.flag, words)
    headers = {
        "Cache-Control": "no-cache",
        "Content-Language": site.language,
        "Content-Disposition": f'inline; filename="dze-{listing.id}.pdf"',
    }
    return Response(body, media_type="application/pdf", headers=headers)


def _listing(site: Site, listing_id: str) -> PublicListing:
    found = site.gateway.model.listing(listing_id)
    if found is None:
        raise HTTPException(404)
    return found


def _nothing(site: Site, listing: PublicListing) -> HTMLResponse:
    return site.page("unprinted.html", status=404, listing=listing)


def kicker(site: Site, listing: PublicListing) -> str:
    """The line above the name."""
    kind = listing.kind.value if listing.kind in {Kind.GROUP, Kind.CHANNEL} else "other"
    return site.t(f"poster.join.{kind}")


def qr_svg(link: Link) -> str:
    """Without a size, so that the page decides; three modules of quiet around it."""
    out = io.BytesIO()
    look = {"border": 3, "light": "#fff", "omitsize": True}
    code(link).save(out, kind="svg", xmldecl=False, svgclass=None, lineclass=None, **look)
    return out.getvalue().decode()
