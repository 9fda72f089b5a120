"""Clusters, as GeoJSON and as vector tiles. Counts add up to the total under every filter and zoom."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.answers import (
    BINARY,
    FEATURES,
    GEOJSON,
    answer,
    answer_bytes,
    cluster_features,
    collection,
    described,
)
from services.gateway.api.params import ClustersParams, Filters
from services.gateway.context import Ctx
from services.gateway.domain.tiles import TILE_ZOOM_MOST, encode
from services.gateway.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["map"])
FEATURES_MOST = 10_000
"""With more, they are gathered as at a lower zoom, which the answer tells."""
MVT = "application/vnd.mapbox-vector-tile"


@router.get("/clusters", response_class=Response, responses=FEATURES)
async def clusters(request: Request, ctx: Ctx, params: Annotated[ClustersParams, Query()]) -> Response:
    """Listings that stand alone and clusters with `count`, `members` (the sum of public counts) and
    `expansion_zoom`, the first zoom at which they fall apart. `total` and `members` sum up all of them.
    """
    zoom, found = ctx.model.clusters_at_most(params.query(), params.zoom, FEATURES_MOST)
    total, members = sum(one.count for one in found), sum(one.members for one in found)
    features = cluster_features(ctx.model, found)
    return answer(request, collection(features, total=total, members=members, zoom=zoom), GEOJSON)


@router.get("/tiles/{z}/{x}/{y}.mvt", response_class=Response, responses=described(MVT, BINARY))
async def tile(
    *, request: Request, ctx: Ctx, z: int, x: int, y: int, params: Annotated[Filters, Query()]
) -> Response:
    """The same as a Mapbox Vector Tile, in a layer `listings`; `bbox` is that of the tile."""
    if not (0 <= z <= TILE_ZOOM_MOST and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise Problem(404, f"There are tiles of zoom 0 to {TILE_ZOOM_MOST}, x and y from 0 to 2**zoom - 1.")
    model, query = ctx.model, params.query()

    def make() -> bytes:
        return encode(model.tile(query, z, x, y), model.brief, z, x, y)

    return answer_bytes(request, model.tiles.get(query, (z, x, y), make), MVT)
