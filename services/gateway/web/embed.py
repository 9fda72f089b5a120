"""The map on other people's sites: a page that may be framed, and oEmbed (oembed.com) to find it."""

import re
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, JSONResponse
from markupsafe import escape

from services.gateway.domain.query import Query as Asked
from services.gateway.headers import CONTENT_SECURITY_POLICY
from services.gateway.problems import Problem
from services.gateway.web.basemap import basemap
from services.gateway.web.drawing import View
from services.gateway.web.pages import draw_view, home_view, kind_of, marks, script_config, script_texts
from services.gateway.web.render import Page, Site
from shared.contracts.listings import Kind

router = APIRouter(include_in_schema=False)
FRAMED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors https: http:"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Only here may others frame us: there is nothing on this page that a hidden click could do."""
WIDTH, HEIGHT = 720, 480
CLOSE = 16
LISTING = re.compile(r"/listings/([a-z2-7]{13})")
Text = Annotated[str, Query(max_length=1000)]


@router.get("/embed")
async def page(site: Page, q: Text = "", kind: Text = "", at: Text = "") -> HTMLResponse:
    """The map alone. Links open a page of their own."""
    chosen = kind_of(kind)
    asked = Asked(kinds=frozenset({Kind(chosen)} if chosen else ()), text=" ".join(q.split())[:200])
    view = View.parse(at, home_view(site))
    inside = Asked(box=view.box, kinds=asked.kinds, text=asked.text)
    config = script_config(site, view) | {"q": asked.text, "kind": chosen}
    return site.page(
        "embed.html",
        headers=FRAMED,
        map=draw_view(site, view, marks(site, view, inside, q=asked.text, kind=chosen)),
        basemap=basemap(site.gateway.settings.basemap),
        whole=site.link("/", q=asked.text, kind=chosen, at=view.text if at else ""),
        config=config,
        texts=script_texts(site),
    )


@router.get("/share")
async def share(site: Page) -> HTMLResponse:
    """How others can use the map and its data."""
    return site.page("share.html")


@router.get("/oembed")
async def oembed(
    site: Page,
    url: Annotated[str, Query(max_length=2000)],
    form: Annotated[str, Query(alias="format", max_length=10)] = "json",
    maxwidth: Annotated[int, Query(ge=1, le=10_000)] = WIDTH,
    maxheight: Annotated[int, Query(ge=1, le=10_000)] = HEIGHT,
) -> JSONResponse:
    """What stands for one of our addresses on another site. 404 for an address that is not ours."""
    if form != "json":
        raise Problem(501, "Only JSON.")
    title, values = _target(site, url)
    width, height = min(WIDTH, maxwidth), min(HEIGHT, maxheight)
    source = escape(f"{site.origin}/embed{'?' + urlencode(values) if values else ''}")
    frame = (
        f'<iframe src="{source}" width="{width}" height="{height}" title="{escape(title)}" loading="lazy"'
        ' referrerpolicy="no-referrer" sandbox="allow-scripts allow-same-origin allow-popups"'
        ' style="border:0;max-width:100%"></iframe>'
    )
    answer = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": f"{site.t('site.name')} · {site.city}",
        "provider_url": site.origin,
        "width": width,
        "height": height,
        "html": frame,
    }
    return JSONResponse(answer, headers={"Cache-Control": "no-cache"})


def _target(site: Site, url: str) -> tuple[str, dict[str, str]]:
    """Title and query of the embedded map for an address of the map, the list or a listing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Problem(404, "Not an address of this site.") from None
    if f"{parts.scheme}://{parts.netloc}" != site.origin:
        raise Problem(404, "Not an address of this site.")
    if found := LISTING.fullmatch(parts.path):
        listing = site.gateway.model.listing(found[1])
        if listing is None:
            raise Problem(404, "No such listing.")
        return listing.name, {"at": View(listing.place.lat, listing.place.lon, CLOSE).text}
    if parts.path not in {"/", "/list", "/embed"}:
        raise Problem(404, "There is nothing to embed at this address.")
    asked = dict(parse_qsl(parts.query))
    kept = {name: asked[name] for name in ("q", "kind", "at", "lang") if asked.get(name)}
    return f"{site.t('home.title')}: {site.city}", kept
