"""The public listings for other programs: GeoJSON, CSV, KML, sent while they are written."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from services.gateway.context import Ctx
from services.gateway.domain.query import Query
from services.gateway.domain.readmodel import ReadModel
from shared.exchange import CSV, GEOJSON, KML, Format

router = APIRouter(include_in_schema=False)
PAGE = 100
"""Listings that are written before others are served: some milliseconds."""


@router.get("/export.geojson")
async def geojson(gateway: Ctx) -> StreamingResponse:
    return _sent(gateway.model, GEOJSON, "geojson")


@router.get("/export.csv")
async def table(gateway: Ctx) -> StreamingResponse:
    return _sent(gateway.model, CSV, "csv")


@router.get("/export.kml")
async def kml(gateway: Ctx) -> StreamingResponse:
    return _sent(gateway.model, KML, "kml")


def _sent(model: ReadModel, form: Format, extension: str) -> StreamingResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="dze.{extension}"',
        "Cache-Control": "no-cache",
    }
    return StreamingResponse(_parts(model, form), media_type=form.media_type, headers=headers)


async def _parts(model: ReadModel, form: Format) -> AsyncIterator[bytes]:
    """Page by page, so that others are served meanwhile; each listing that stays is in it once."""
    yield form.head
    cursor, first = None, True
    while True:
        page = model.listings(Query(), limit=PAGE, cursor=cursor)
        pieces = [form.piece(listing) for listing in page.items]
        if pieces:
            yield (b"" if first else form.between) + form.between.join(pieces)
            first = False
        if (cursor := page.next) is None:
            break
        await asyncio.sleep(0)
    yield form.foot
