"""Pages of areas and streets."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from services.gateway.domain.areas import Spot, path_to
from services.gateway.domain.finding.streets import plain_name
from services.gateway.domain.query import Order, Query
from services.gateway.places import about, spot
from services.gateway.web.drawing import View
from services.gateway.web.found import Place
from services.gateway.web.maps import outline
from services.gateway.web.pages import draw_view, marks
from services.gateway.web.render import Page, Site, named
from shared.contracts.listings import Area, AreaLevel, Kind, PublicListing
from shared.contracts.streets import Street
from shared.text.addresses import shown_house

router = APIRouter(include_in_schema=False)
SHOWN = 60
"""Listings on the page of an area; the list has the rest."""
NEAR_MOST = 6
ROOM = 1.15
"""How much wider than the area its map is."""


@router.get("/areas")
async def areas(site: Page) -> HTMLResponse:
    """All areas as a tree, then the streets by their first letter."""
    model = site.gateway.model
    known = {area.id for area in model.areas()}
    roots = [area for area in model.areas() if area.parent not in known]
    streets: dict[str, list[Place]] = {}
    for street in site.gateway.search.streets.all():
        name = named(street.names, site.language)
        streets.setdefault(_letter(street, site.language), []).append(_street(site, street, name))
    letters = sorted((letter, sorted(found, key=lambda p: p.name)) for letter, found in streets.items())
    return site.page("areas.html", tree=[_branch(site, area, {area.id}) for area in roots], streets=letters)


@router.get("/areas/{area_id}")
async def area(area_id: str, site: Page) -> HTMLResponse:
    found = spot(site.gateway, area_id)
    if found is None:
        return site.page("error.html", status=404, key="area.gone")
    known, view = about(site.gateway, found), view_of(found)
    query = Query(area=found.id)
    page = site.gateway.model.listings(query, limit=SHOWN, order=Order.MEMBERS)
    return site.page(
        "area.html",
        area=found,
        name=named(found.names, site.language),
        path=[_area(site, each) for each in path_to(found, site.gateway.model.area)],
        known=known,
        total=page.total,
        groups=_by_kind(page.items),
        shown=len(page.items),
        near=[] if page.items else _near(site, found),
        inside=[_area(site, each) for each in known.inside],
        beside=[_area(site, each) for each in known.beside],
        streets=[_street(site, each, named(each.names, site.language)) for each in known.streets],
        houses=[
            (shown_house(number), site.link("/", at=f"{lat:.5f},{lon:.5f},17"))
            for number, lat, lon in found.houses
        ],
        map=draw_view(site, view, marks(site, view, query)),
        around=outline(view, found.polygon),
        at=view.text,
        address=f"{site.origin}/areas/{found.id}",
    )


def view_of(found: Spot) -> View:
    """The nearest view that shows all of it."""
    view = View(found.lat, found.lon, 17, width=720, height=360)
    while view.zoom > 9 and view.height * view.metres / 2 < found.radius * ROOM:
        view = view.zoomed(-1)
    return view.tamed()


def _area(site: Site, area: Area) -> Place:
    name = named(area.names, site.language)
    return Place(site.link(f"/areas/{area.id}"), name, site.t(f"level.{area.level.value}"))


def _street(site: Site, street: Street, name: str) -> Place:
    return Place(site.link(f"/areas/{street.id}"), name, site.t("level.street"))


def _letter(street: Street, language: str) -> str:
    """What a reader of the language looks under: the first letter of the name without its type."""
    name = named(street.names, language)
    words = [word for word in name.split() if word[:1].isupper() or word[:1].isdigit()]
    first = (words or [plain_name(street)])[0][:1].upper()
    return "0-9" if first.isdigit() else first


@dataclass(frozen=True)
class Branch:
    place: Place
    listings: int
    children: list["Branch"]


def _branch(site: Site, area: Area, above: set[str]) -> Branch:
    children = [each for each in site.gateway.model.areas(parent=area.id) if each.id not in above]
    return Branch(
        _area(site, area),
        site.gateway.model.count(Query(area=area.id)),
        [_branch(site, each, above | {each.id}) for each in children],
    )


def _by_kind(listings: tuple[PublicListing, ...]) -> list[tuple[Kind, list[PublicListing]]]:
    found = [(kind, [one for one in listings if one.kind is kind]) for kind in Kind]
    return [(kind, some) for kind, some in found if some]


def _near(site: Site, found: Spot) -> list[PublicListing]:
    """Listings beside a place that has none of its own."""
    reach = max(found.radius, 1_000.0) if found.level is not AreaLevel.CITY else found.radius
    ids = site.gateway.search.near((found.lat, found.lon), reach, NEAR_MOST)
    return [one for each in ids if (one := site.gateway.model.listing(each)) is not None]
