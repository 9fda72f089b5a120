"""Listings, one listing, search and areas."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.answers import GEOJSON, answer, area_feature, collection, feature
from services.gateway.api.params import ListingsParams, SearchParams
from services.gateway.context import Ctx
from services.gateway.domain.proposal import Bad, Invalid
from services.gateway.domain.query import BadCursor
from services.gateway.domain.search import Hit
from services.gateway.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["listings"])


@router.get("/listings", response_class=Response)
async def listings(request: Request, ctx: Ctx, params: Annotated[ListingsParams, Query()]) -> Response:
    """A GeoJSON FeatureCollection with `total` (of all pages) and `next`, the cursor of the next page.


    `kind` may come several times or with commas. Every word of `q` must occur in the name, description, link
    or areas. A listing that stays as it is while somebody pages is met exactly once.
    """
    try:
        page = ctx.model.listings(
            params.query(), limit=params.limit, cursor=params.cursor, order=params.order
        )
    except BadCursor as error:
        raise Invalid((Bad("cursor", "cursor", str(error)),)) from None
    headers = {}
    if page.next is not None:
        others = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        headers["Link"] = f'<{request.url.path}?{urlencode([*others, ("cursor", page.next)])}>; rel="next"'
    found = collection(map(feature, page.items), total=page.total, next=page.next)
    return answer(request, found, GEOJSON, headers)


@router.get("/listings/{listing_id}", response_class=Response)
async def listing(request: Request, ctx: Ctx, listing_id: str) -> Response:
    """One listing as a GeoJSON Feature."""
    found = ctx.model.listing(listing_id)
    if found is None:
        raise Problem(404, "No such listing.")
    return answer(request, feature(found), GEOJSON)


@router.get("/search", response_class=Response)
async def search(request: Request, ctx: Ctx, params: Annotated[SearchParams, Query()]) -> Response:
    """Listings and areas by name and place, whatever the spelling; `near=lat,lon` adds the distance."""
    hits = ctx.model.search(params.q, near=params.near, limit=params.limit)
    return answer(request, collection(_hit(ctx, hit) for hit in hits), GEOJSON)


def _hit(ctx: Ctx, hit: Hit) -> dict[str, object]:
    area = ctx.model.area(hit.id) if hit.kind == "area" else None
    listing = ctx.model.listing(hit.id) if hit.kind == "listing" else None
    properties: dict[str, object] = {"type": hit.kind, "metres": hit.metres}
    if area is not None:
        properties |= {"level": area.level, "names": area.names}
    if listing is not None:
        properties |= feature(listing)["properties"]
    geometry = {"type": "Point", "coordinates": [hit.lon, hit.lat]}
    return {"type": "Feature", "id": hit.id, "geometry": geometry, "properties": properties}


@router.get("/areas", response_class=Response)
async def areas(request: Request, ctx: Ctx) -> Response:
    """All areas as GeoJSON polygons, from the largest level to the smallest."""
    return answer(request, collection(map(area_feature, ctx.model.areas())), GEOJSON)
