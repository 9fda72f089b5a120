"""Listings and one listing."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.answers import FEATURES, GEOJSON, ONE_FEATURE, answer, collection, feature
from services.gateway.api.params import ListingsParams
from services.gateway.context import Ctx
from services.gateway.domain.beyond import outside
from services.gateway.domain.proposal import Bad, Invalid
from services.gateway.domain.query import BadCursor
from services.gateway.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["listings"])


@router.get("/listings", response_class=Response, responses=FEATURES)
async def listings(request: Request, ctx: Ctx, params: Annotated[ListingsParams, Query()]) -> Response:
    """A GeoJSON FeatureCollection with `total` (of all pages) and `next`, the cursor of the next page.

    With `bbox`, `outside` counts what else matches just outside, in a box three times as wide and high.
    `kind` may come several times or with commas. Every word of `q` must occur in the name, description, link
    or areas; `area` is an area or a street. A listing that stays as it is while somebody pages is met once.
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
    beyond = outside(ctx.model, params.query(), page.total)
    found = collection(map(feature, page.items), total=page.total, next=page.next, outside=beyond)
    return answer(request, found, GEOJSON, headers)


@router.get("/listings/{listing_id}", response_class=Response, responses=ONE_FEATURE)
async def listing(request: Request, ctx: Ctx, listing_id: str) -> Response:
    """One listing as a GeoJSON Feature."""
    found = ctx.model.listing(listing_id)
    if found is None:
        raise Problem(404, "No such listing.")
    return answer(request, feature(found), GEOJSON)
