"""What makes the site installable and usable without a network: manifest, service worker, page and data."""

import asyncio
import json
import time
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from services.gateway.api.answers import JSON, answer_bytes
from services.gateway.context import Gateway
from services.gateway.domain.query import Order, Query
from services.gateway.web.assets import ASSETS
from services.gateway.web.book import book
from services.gateway.web.cards import ORDER
from services.gateway.web.pages import home_view, script_config, script_texts
from services.gateway.web.render import Page
from shared.contracts.listings import Kind, PublicListing
from shared.flags import CATALOGUE

router = APIRouter(include_in_schema=False)
WORKER = Path(__file__).parent / "sw.js"
LISTINGS_MOST = 5_000
"""Those with most members; a phone keeps no more than some 300 KB for us."""
AGE_MOST = 60.0
"""Seconds for which the data is not made anew, however often it changes."""
PAGE = 500
SHELL = (
    "style.css", "icon.svg", "rushnik.svg", "icon-192.png",
    "vendor/leaflet/leaflet.css", "vendor/leaflet/leaflet.js",
    "vendor/onest/onest-cyrillic.woff2", "vendor/onest/onest-latin.woff2",
    "js/offline.js", "js/book.js", "js/fold.js", "js/view.js", "js/ground.js", "js/marks.js", "js/words.js",
)  # fmt: skip


@router.get("/manifest.webmanifest")
async def manifest(site: Page) -> Response:
    """What a phone shows when the site is put on its home screen (W3C Web Application Manifest)."""
    sizes = (("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"))
    icons = [
        {"src": ASSETS.url(name), "sizes": size, "type": "image/png", "purpose": purpose}
        for name, size, purpose in (*sizes, ("icon-maskable.png", "512x512", "maskable"))
    ]
    body: dict[str, Any] = {
        "id": "/",
        "name": f"{site.t('site.name')} · {site.city}",
        "short_name": site.t("site.name"),
        "description": site.t("site.about"),
        "lang": site.language,
        "start_url": f"/?lang={site.language}",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": icons,
    }
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, media_type="application/manifest+json; charset=utf-8", headers=headers)


@router.get("/sw.js")
async def worker() -> Response:
    """The service worker; it changes with every release, so that what is kept does too."""
    return Response(
        _worker(), media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


@cache
def _worker() -> str:
    shell = [ASSETS.url(name) for name in SHELL] + [f"/flags/{flag}.svg" for flag in CATALOGUE]
    guide = ["/guide/", *(f"/guide/{slug}" for slug in ORDER)]
    text = WORKER.read_text(encoding="utf-8")
    values = {"version": ASSETS.version, "shell": json.dumps(shell), "guide": json.dumps(guide)}
    for name, value in values.items():
        text = text.replace(f"{{{{ {name} }}}}", value)
    return text


@router.get("/offline")
async def offline(site: Page) -> HTMLResponse:
    """Map and list from what the device keeps."""
    config = script_config(site, home_view(site)) | {"basemap": {"kind": "none"}}
    texts = script_texts(site) | site.t.raw(
        [
            "offline.as_of", "offline.part", "offline.nothing", "offline.submit", "offline.forgotten",
            "mirror.no_link", "mirror.link_hidden", "date.months",
        ]
    )  # fmt: skip
    return site.page("offline.html", config=config, texts=texts, kinds=list(Kind))


@router.get("/offline.json")
async def data(request: Request, site: Page) -> Response:
    """The directory as one document; see `book`. Without private invite links."""
    state = request.app.state
    made: tuple[float, int, str, bytes] | None = getattr(state, "offline", None)
    version = site.gateway.model.version
    fresh = made is not None and (made[1] == version or time.monotonic() - made[0] < AGE_MOST)
    if made is None or not fresh or made[2] != site.language:
        body = await _data(site.gateway, site.t("mirror.removed_link"))
        made = state.offline = (time.monotonic(), version, site.language, body)
    return answer_bytes(request, made[3], JSON, {"Vary": "Accept-Language"})


async def _data(gateway: Gateway, removed: str) -> bytes:
    found: list[PublicListing] = []
    cursor: str | None = None
    while len(found) < LISTINGS_MOST:
        page = gateway.model.listings(Query(), limit=PAGE, cursor=cursor, order=Order.MEMBERS)
        found += page.items
        if (cursor := page.next) is None:
            break
        await asyncio.sleep(0)
    areas, total = gateway.model.areas(), gateway.model.totals().listings

    def packed() -> bytes:
        document = book(found, areas, removed=removed) | {"total": total}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    return await run_in_threadpool(packed)
