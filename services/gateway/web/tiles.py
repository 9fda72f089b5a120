"""The ground as images, tiles of 512 pixels: drawn by us, from the directory or from a vector basemap."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool

from services.gateway.api.answers import answer
from services.gateway.context import Ctx, Gateway
from services.gateway.domain.ground import svg
from services.gateway.domain.ground.picture import Picture, Shown, beyond, of_sheet, picture
from services.gateway.domain.ground.pieces import Drawn
from services.gateway.web.basemap import basemap
from services.gateway.web.i18n import offered
from services.gateway.web.render import named
from services.gateway.web.vector import shown_of
from shared.contracts.listings import Area, AreaLevel

ZOOM_MOST = 17
"""Of a tile; what is nearer shows it larger, which lines do not mind."""
NAMES_MOST = 2_000
KEPT = 600
"""Pictures kept, of some 10 kB each."""
A_DAY = "public, max-age=86400"
OWN_STYLE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""An image with a style of its own, and nothing else in it."""
router = APIRouter(include_in_schema=False)
Key = tuple[str, str, int, int, int]


class Painter:
    """Draws tiles in other threads, one sheet of features at a time, and keeps what it drew."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._ground = gateway.ground
        self._city = gateway.settings.city
        self._used = basemap(gateway.settings.basemap)
        self._drawn: Drawn | None = None
        self._version = ""
        self._lock = asyncio.Lock()
        self._kept: OrderedDict[Key, Picture] = OrderedDict()

    async def insides(self, language: str, places: Iterable[tuple[int, int, int]]) -> list[str]:
        """Several tiles for one document."""
        found = [await self.picture(language, z, x, y) for z, x, y in places]
        return [svg.inside(one, f"t{number}") for number, one in enumerate(found)]

    async def picture(self, language: str, z: int, x: int, y: int) -> Picture:
        key = (ground_version(self._gateway), language, z, x, y)
        if key not in self._kept:
            drawn = None if self._used.kind == "vector" else await self._sheet()
            self._kept[key] = await run_in_threadpool(self._paint, drawn, language, (z, x, y))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    async def _sheet(self) -> Drawn:
        async with self._lock:
            version = self._ground.version
            if self._drawn is None or self._version != version:
                known = self._drawn.traced if self._drawn else None
                self._drawn = await run_in_threadpool(self._ground.copy().sheet, known)
                self._version = version
            return self._drawn

    def _paint(self, drawn: Drawn | None, language: str, at: tuple[int, int, int]) -> Picture:
        shown: Iterable[Shown]
        if drawn is None:
            shown = shown_of(self._used, *at, language)
        else:
            shown = [*beyond(self._city.area, *at), *of_sheet(drawn.sheet, *at, language)]
        return picture(shown, at[0] + 1)


def ground_version(gateway: Gateway) -> str:
    """Changes when any tile may; the same in every process of a deployment."""
    used = basemap(gateway.settings.basemap)
    return used.version if used.kind == "vector" else gateway.ground.version


def painter(request: Request, gateway: Gateway) -> Painter:
    """The process's own; made when first asked for."""
    state = request.app.state
    if not hasattr(state, "painter"):
        state.painter = Painter(gateway)
    found: Painter = state.painter
    return found


@router.get("/ground/{language}/names.json")
async def names(language: str, request: Request, ctx: Ctx) -> Response:
    """Names of areas for the map's script: `[name, level, lat, lon, degrees across]`, the larger first."""
    _known(ctx, language)
    rows = [
        _row(area, language)
        for area in ctx.model.areas()
        if area.polygon and area.level is not AreaLevel.CITY
    ]
    return answer(request, rows[:NAMES_MOST], headers={"Cache-Control": A_DAY})


@router.get("/ground/{language}/{z}/{x}/{y}.svg")
async def tile(*, language: str, z: int, x: int, y: int, request: Request, ctx: Ctx) -> Response:
    """One image. Its address also names the version, so that it may be kept."""
    _known(ctx, language)
    if not 0 <= z <= ZOOM_MOST or not (0 <= x < 1 << z and 0 <= y < 1 << z):
        raise HTTPException(404)
    etag = f'"{ground_version(ctx)}"'
    headers = {"ETag": etag, "Cache-Control": A_DAY, "Content-Security-Policy": OWN_STYLE}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    body = svg.tile(await painter(request, ctx).picture(language, z, x, y))
    return Response(body, media_type="image/svg+xml; charset=utf-8", headers=headers)


def _known(gateway: Gateway, language: str) -> None:
    if language not in offered(gateway.settings.languages):
        raise HTTPException(404)


def _row(area: Area, language: str) -> list[str | float]:
    lons = [lon for polygon in area.polygon for lon, _ in polygon[0]]
    lats = [lat for polygon in area.polygon for _, lat in polygon[0]]
    middle = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    return [
        named(area.names, language),
        area.level.value,
        *(round(each, 5) for each in (*middle, max(lons) - min(lons))),
    ]
