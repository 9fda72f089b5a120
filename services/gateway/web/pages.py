"""Pages that only show: map, list, one listing, guide, flags. Each asks the read model and renders."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.gateway.domain.beyond import outside
from services.gateway.domain.clusters import Cluster
from services.gateway.domain.ground.picture import EDGE
from services.gateway.domain.query import BadCursor, Box, Order
from services.gateway.domain.query import Page as Found
from services.gateway.domain.query import Query as Asked
from services.gateway.places import spot
from services.gateway.web import cards as guide
from services.gateway.web.basemap import basemap
from services.gateway.web.drawing import TILE, View
from services.gateway.web.found import alike, places_of
from services.gateway.web.i18n import Translator
from services.gateway.web.maps import Drawing, Mark, Tiles, cluster_mark, draw, listing_mark
from services.gateway.web.render import Page, Site, named
from services.gateway.web.tiles import ZOOM_MOST, ground_version
from shared.contracts.listings import Area, Kind
from shared.flags import CATALOGUE, DEFAULT, svg

router = APIRouter(include_in_schema=False)
BESIDE = 60
"""Listings in the list beside the map."""
PAGE = 100
TEXT_MOST = 200
NAMED_MOST = 300
"""Areas whose names go along with the map; the largest come first."""
SCRIPT_TEXTS = (
    "map.more_here", "map.updated", "map.added", "map.removed", "map.offline", "map.fresh", "map.stale",
    "map.close", "map.cluster", "map.zoom_in", "map.zoom_out", "map.km", "map.m", "members.count",
    "members.below", "members.unknown", "list.in_view", "list.outside", "listing.open",
    "listing.link_checked", "listing.link_gone",
    *(f"kind.{kind.value}" for kind in Kind),
)  # fmt: skip

Text = Annotated[str, Query(max_length=1000)]


@router.get("/")
async def home(site: Page, q: Text = "", kind: Text = "", at: Text = "") -> HTMLResponse:
    """The map with the list of what is in view beside it."""
    asked, view = _asked(q, kind), View.parse(at, home_view(site))
    inside = Asked(box=view.box, kinds=asked.kinds, text=asked.text)
    page = site.gateway.model.listings(inside, limit=BESIDE, order=Order.MEMBERS)
    drawing = draw_view(site, view, marks(site, view, inside, q=asked.text, kind=kind_of(kind)))
    return site.page(
        "home.html",
        page=page,
        beyond=outside(site.gateway.model, inside, page.total),
        places=places_of(site, asked.text),
        total=site.gateway.model.totals().listings,
        map=drawing,
        basemap=basemap(site.gateway.settings.basemap),
        query=asked.text,
        kind=kind_of(kind),
        kinds=list(Kind),
        at=view.text if at else "",
        config=script_config(site, view) | {"whole": not at},
        texts=script_texts(site),
    )


@router.get("/list")
async def listings(
    *, site: Page, q: Text = "", kind: Text = "", bbox: Text = "", cursor: Text = "", area: Text = ""
) -> HTMLResponse:
    """Everything as a list, by name, a page at a time; only what lies in `area`, an area or a street."""
    asked, box, inside = _asked(q, kind), _box(bbox), spot(site.gateway, area) if area else None
    query = Asked(box=box, kinds=asked.kinds, text=asked.text, area=inside.id if inside else None)
    page, stale = _page(site, query, cursor)
    return site.page(
        "list.html",
        page=page,
        total=site.gateway.model.totals().listings,
        stale=stale,
        cursor=cursor,
        near=box is not None,
        bbox=bbox if box else "",
        area=inside.id if inside else "",
        area_name=named(inside.names, site.language) if inside else "",
        places=places_of(site, asked.text),
        alike=[] if page.total else alike(site, asked.text),
        query=asked.text,
        kind=kind_of(kind),
        kinds=list(Kind),
    )


def _page(site: Site, query: Asked, cursor: str) -> tuple[Found, bool]:
    try:
        return site.gateway.model.listings(query, limit=PAGE, cursor=cursor or None), False
    except BadCursor:
        return site.gateway.model.listings(query, limit=PAGE), True


@router.get("/listings/{listing_id}")
async def listing(listing_id: str, site: Page) -> HTMLResponse:
    found = site.gateway.model.listing(listing_id)
    if found is None:
        return site.page("error.html", status=404, key="listing.gone")
    view = View(found.place.lat, found.place.lon, 14, width=720, height=260)
    mark = listing_mark(view, found, found.name, site.link("/", at=view.at(view.lat, view.lon, 16).text))
    return site.page(
        "listing.html",
        listing=found,
        map=draw_view(site, view, [mark]),
        place=view.at(view.lat, view.lon, 16).text,
        flag_name=named((CATALOGUE.get(found.flag) or CATALOGUE[DEFAULT]).names, site.language),
        languages=[_language(site, code) for code in found.languages],
    )


@router.get("/flags")
async def flags(site: Page) -> HTMLResponse:
    return site.page("flags.html")


@router.get("/flags/{name}.svg")
async def flag(name: str) -> Response:
    """The drawing of a flag; an unknown one of an older or newer release is shown as the plain flag."""
    drawing = svg(name if name in CATALOGUE else DEFAULT)
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(drawing, media_type="image/svg+xml", headers=headers)


@router.get("/guide")
async def guide_without_slash(site: Page) -> Response:
    return RedirectResponse(site.link("/guide/"), status_code=308)


@router.get("/guide/")
async def guide_index(site: Page) -> HTMLResponse:
    return site.page("guide.html", cards=guide.cards(site.language))


@router.get("/guide/{slug}")
async def guide_card(slug: str, site: Page) -> HTMLResponse:
    every = guide.cards(site.language)
    number = next((n for n, card in enumerate(every) if card.slug == slug), None)
    if number is None:
        raise HTTPException(404)
    following = every[number + 1] if number + 1 < len(every) else None
    text = guide.body(site.language, slug, f"lang={site.language}" if site.asked else "")
    return site.page("card.html", card=every[number], body=text, following=following)


def home_view(site: Site) -> View:
    city = site.gateway.settings.city
    return View(city.lat, city.lon, round(city.zoom)).tamed()


def draw_view(site: Site, view: View, marked: list[Mark]) -> Drawing:
    def area_name(area: Area) -> str:
        return named(area.names, site.language)

    return draw(
        view,
        city=site.gateway.settings.city,
        areas=[] if _speaks(site) else site.gateway.model.areas(),
        name=area_name,
        units=(site.t("map.km"), site.t("map.m")),
        tiles=tiles_of(site),
        bare=_bare(site),
        credit=basemap(site.gateway.settings.basemap).credit,
        marks=marked,
    )


def tiles_of(site: Site) -> Tiles:
    """Images of the ground: those of a raster basemap as they are, or drawn by us."""
    used = basemap(site.gateway.settings.basemap)
    if used.kind == "raster":
        return Tiles(lambda z, x, y: f"/basemap/{z}/{x}/{y}", TILE, used.zoom_most)
    start, end = f"/ground/{site.language}", f".svg?v={ground_version(site.gateway)}"
    return Tiles(lambda z, x, y: f"{start}/{z}/{x}/{y}{end}", EDGE, ZOOM_MOST)


def _speaks(site: Site) -> bool:
    """Whether the basemap brings names of its own."""
    return basemap(site.gateway.settings.basemap).kind == "raster"


def _bare(site: Site) -> bool:
    """Whether there is nothing to see but perhaps areas."""
    return basemap(site.gateway.settings.basemap).kind == "none" and site.gateway.ground.empty


def marks(site: Site, view: View, query: Asked, **kept: str) -> list[Mark]:
    """Flags for single listings, discs for several; the north first, so that the nearer ones lie on top."""
    found = []
    for cluster in site.gateway.model.clusters(query, view.zoom):
        single = site.gateway.model.listing(cluster.id) if cluster.count == 1 else None
        if single is not None:
            label = f"{single.name}, {site.members(single)}"
            found.append(listing_mark(view, single, label, site.link(f"/listings/{single.id}")))
        else:
            label, count = disc_label(site.t, cluster), site.t.number(cluster.count)
            found.append(cluster_mark(view, cluster, count=count, label=label, link=site.link, **kept))
    return sorted(found, key=lambda mark: mark.y)


def disc_label(t: Translator, cluster: Cluster) -> str:
    """What pressing it does: it comes nearer, or lists what stands there."""
    return t.many("map.more_here" if cluster.is_spot else "map.cluster", cluster.count)


def script_texts(site: Site) -> dict[str, Any]:
    return texts_of(site.t)


def texts_of(t: Translator) -> dict[str, Any]:
    """What the map's scripts say, and the names of the flags."""
    return t.raw(SCRIPT_TEXTS) | {
        "names": {one.id: named(one.names, t.language) for one in CATALOGUE.values()}
    }


def script_config(site: Site, view: View) -> dict[str, Any]:
    """What the map's script must know; the page's own view, so that both show the same."""
    city, used = site.gateway.settings.city, basemap(site.gateway.settings.basemap)
    version = ground_version(site.gateway)
    return {
        "lat": view.lat,
        "lon": view.lon,
        "zoom": view.zoom,
        "area": city.area,
        "centre": [city.lat, city.lon],
        "lang": site.language,
        "ahead": site.ahead,
        "areas": {
            area.id: named(area.names, site.language) for area in site.gateway.model.areas()[:NAMED_MOST]
        },
        "suffix": f"?lang={site.language}" if site.asked else "",
        "page": site.link("/listings/{id}"),
        "flags": "/flags/{id}.svg",
        "basemap": {
            "kind": used.kind,
            "url": used.url,
            "zoom": used.zoom_most,
            "attribution": used.attribution,
            "tiles": f"/ground/{site.language}/{{z}}/{{x}}/{{y}}.svg?v={version}",
            "names": f"/ground/{site.language}/names.json?v={version}",
            "deepest": ZOOM_MOST,
            "bare": _bare(site),
        },
    }


def kind_of(text: str) -> str:
    return text if text in set(Kind) else ""


def _asked(q: str, kind: str) -> Asked:
    kinds = frozenset({Kind(kind)}) if kind_of(kind) else frozenset()
    return Asked(kinds=kinds, text=" ".join(q.split())[:TEXT_MOST])


def _box(text: str) -> Box | None:
    """`west,south,east,north`; None for anything else."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    sane = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
    return Box(west, south, east, north) if sane else None


def _language(site: Site, code: str) -> str:
    return site.t(f"language.{code}") if site.t.has(f"language.{code}") else code
