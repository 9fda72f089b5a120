"""Search, suggestions, areas: whatever has a name or a place."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.answers import (
    FEATURES,
    GEOJSON,
    JSON,
    OBJECT,
    ONE_FEATURE,
    answer,
    area_feature,
    collection,
    feature,
    outline,
)
from services.gateway.api.params import AreasParams, SearchParams, SuggestParams
from services.gateway.context import Ctx, Gateway
from services.gateway.domain.areas import Spot, path_to
from services.gateway.domain.finding import Hit
from services.gateway.places import about, spot
from services.gateway.problems import Problem
from shared.contracts.listings import AreaLevel
from shared.geo import printed
from shared.text.addresses import shown_house

router = APIRouter(prefix="/api/v1", tags=["places"])
DOOR_ZOOM = 17


@router.get("/search", response_class=Response, responses=FEATURES)
async def search(request: Request, ctx: Ctx, params: Annotated[SearchParams, Query()]) -> Response:
    """Addresses, areas, streets and listings by name, whatever the spelling, a slip or two forgiven.

    The best match comes first; of equal ones the larger, or with `near=lat,lon` the nearer. After an address
    come the listings around it, with `nearby` and `metres`.
    """
    hits = ctx.search.search(params.q, near=params.near, limit=params.limit)
    return answer(request, collection(_hit(ctx, hit) for hit in hits), GEOJSON)


@router.get("/suggest", response_class=Response, responses=OBJECT)
async def suggest(request: Request, ctx: Ctx, params: Annotated[SuggestParams, Query()]) -> Response:
    """What somebody may be typing: `{suggestions: [{type, id, names | name, page, lat, lon, ...}]}`."""
    hits = ctx.search.search(params.q, limit=params.limit)
    return answer(request, {"q": params.q, "suggestions": [_suggestion(ctx, hit) for hit in hits]}, JSON)


@router.get("/areas", response_class=Response, responses=FEATURES)
async def areas(request: Request, ctx: Ctx, params: Annotated[AreasParams, Query()]) -> Response:
    """All areas as GeoJSON polygons, from the largest level to the smallest. Streets come as points, and
    only when asked for by `level=street`, for they are many.
    """
    found = [area_feature(area) for area in ctx.model.areas(level=params.level, parent=params.parent)]
    if params.level is AreaLevel.STREET:
        streets = [spot(ctx, street.id) for street in ctx.search.streets.all()]
        found += [_street(one) for one in streets if one and params.parent in {None, one.parent}]
    return answer(request, collection(found), GEOJSON)


@router.get("/areas/{area_id}", response_class=Response, responses=ONE_FEATURE)
async def area(request: Request, ctx: Ctx, area_id: str) -> Response:
    """One area or street with `path` (the areas around it), `neighbours`, and its numbers."""
    found = spot(ctx, area_id)
    if found is None:
        raise Problem(404, "No such area.")
    known = about(ctx, found)
    properties = {
        "level": found.level,
        "names": found.names,
        "parent": found.parent,
        "path": [each.id for each in path_to(found, ctx.model.area)],
        "listings": known.listings,
        "members": known.members,
        "kinds": {kind.value: count for kind, count in known.kinds.items()},
        "areas": [each.id for each in known.inside],
        "neighbours": [each.id for each in known.beside] + [each.id for each in known.streets],
        "houses": [number for number, _, _ in found.houses],
        "page": f"/areas/{found.id}",
    }
    return answer(request, _feature(found, properties), GEOJSON)


def _hit(ctx: Gateway, hit: Hit) -> dict[str, Any]:
    properties: dict[str, Any] = {"type": hit.kind, "metres": hit.metres, "nearby": hit.nearby}
    listing = ctx.model.listing(hit.id) if hit.kind == "listing" else None
    if listing is not None:
        properties |= feature(listing)["properties"]
    elif (found := spot(ctx, hit.id)) is not None:
        properties |= {"level": found.level, "names": _names(found, hit), "page": _page(hit)}
        if hit.house:
            properties["house"] = hit.house
    geometry = {"type": "Point", "coordinates": [printed(hit.lon), printed(hit.lat)]}
    return {"type": "Feature", "id": hit.id, "geometry": geometry, "properties": properties}


def _suggestion(ctx: Gateway, hit: Hit) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": hit.kind,
        "id": hit.id,
        "lat": printed(hit.lat),
        "lon": printed(hit.lon),
        "metres": hit.metres,
        "page": _page(hit),
    }
    listing = ctx.model.listing(hit.id) if hit.kind == "listing" else None
    if listing is not None:
        shown = ("name", "kind", "flag", "members", "members_below")
        return told | {name: getattr(listing, name) for name in shown}
    found = spot(ctx, hit.id)
    return told | ({"level": found.level, "names": _names(found, hit)} if found else {})


def _names(found: Spot, hit: Hit) -> dict[str, str]:
    house = f", {shown_house(hit.house)}" if hit.house else ""
    return {language: f"{name}{house}" for language, name in found.names.items()}


def _page(hit: Hit) -> str:
    if hit.kind == "address":
        return f"/?at={hit.lat:.5f},{hit.lon:.5f},{DOOR_ZOOM}"
    return f"/listings/{hit.id}" if hit.kind == "listing" else f"/areas/{hit.id}"


def _street(found: Spot) -> dict[str, Any]:
    properties = {"level": found.level, "names": found.names, "parent": found.parent}
    return {
        "type": "Feature",
        "id": found.id,
        "geometry": {"type": "Point", "coordinates": [round(found.lon, 5), round(found.lat, 5)]},
        "properties": properties,
    }


def _feature(found: Spot, properties: dict[str, Any]) -> dict[str, Any]:
    doors = [[printed(lon), printed(lat)] for _, lat, lon in found.houses]
    geometry = (
        {"type": "MultiPoint", "coordinates": doors}
        if doors
        else {"type": "MultiPolygon", "coordinates": outline(found.polygon)}
    )
    return {"type": "Feature", "id": found.id, "geometry": geometry, "properties": properties}
