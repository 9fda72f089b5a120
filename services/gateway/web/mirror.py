"""The page that offers the newest mirror, and the file itself."""

from datetime import UTC, datetime, time

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from services.gateway.context import Ctx, Gateway
from services.gateway.mirror.archive import public_key, signing_key
from services.gateway.mirror.keeper import Keeper
from services.gateway.problems import Problem
from services.gateway.web.render import Page

router = APIRouter(include_in_schema=False)
AGAIN_SECONDS = 15


def keeper(request: Request, gateway: Gateway) -> Keeper:
    """The process's own; made when first asked for."""
    state = request.app.state
    if not hasattr(state, "mirrors"):
        state.mirrors = Keeper(gateway)
    kept: Keeper = state.mirrors
    return kept


@router.get("/mirror")
async def page(request: Request, site: Page) -> Response:
    """What there is, with its hash and date; or that one is being made."""
    kept = keeper(request, site.gateway)
    offered = await kept.newest()
    if offered is None and kept.too_large:
        return site.page("error.html", status=404, key="mirror.none")
    return site.page(
        "mirror.html",
        headers={"Cache-Control": "no-store"} if offered is None else None,
        offered=offered,
        made=offered and site.t.date(datetime.combine(offered.made, time(), UTC)),
        until=offered and site.t.date(datetime.combine(offered.until, time(), UTC)),
        expired=offered is not None and site.gateway.bus.now().date() > offered.until,
        public_key=public_key(signing_key(site.gateway.bus.keys)),
        seconds=AGAIN_SECONDS,
    )


@router.get("/mirror.zip")
async def archive(request: Request, ctx: Ctx) -> Response:
    kept = keeper(request, ctx)
    offered = await kept.newest()
    if offered is None:
        raise Problem(404 if kept.too_large else 503, "No mirror yet.", retry_after=AGAIN_SECONDS)
    headers = {"Cache-Control": "no-cache", "ETag": f'"{offered.sha256[:32]}"'}
    name = f"dze-{offered.made.isoformat()}.zip"
    return FileResponse(offered.path, media_type="application/zip", filename=name, headers=headers)
