"""Whether this process lives and does its work."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, PlainTextResponse

from services.gateway.context import Ctx

router = APIRouter(include_in_schema=False)
UNSTORED = {"Cache-Control": "no-store"}


@router.get("/livez")
async def livez() -> PlainTextResponse:
    return PlainTextResponse("alive\n", headers=UNSTORED)


@router.get("/readyz")
async def readyz(ctx: Ctx) -> JSONResponse:
    """200 once the read model holds all there is; 503 with the reasons before."""
    readiness = ctx.bus.readiness()
    totals = ctx.model.totals()
    body = {"ready": readiness.ready, "reasons": readiness.reasons, "listings": totals.listings}
    return JSONResponse(body, 200 if readiness.ready else 503, UNSTORED)
