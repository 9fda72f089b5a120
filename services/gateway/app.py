"""The web application: API, pages, and the layers around them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from services.gateway.api import (
    changes,
    clusters,
    columns,
    listings,
    operations,
    places,
    submissions,
)
from services.gateway.api.description import describe, operation_id
from services.gateway.api.webhook import Webhook
from services.gateway.bodies import BodyLimit
from services.gateway.cache import ResponseCache
from services.gateway.context import Gateway
from services.gateway.domain.proposal import Invalid
from services.gateway.handlers import follow
from services.gateway.headers import StrictHeaders
from services.gateway.intake import Closed, Conflict, TooMany
from services.gateway.open_data import OPEN, OpenData
from services.gateway.problems import Problem, is_api, of_error
from services.gateway.settings import GatewaySettings
from services.gateway.shield import ENDLESS, METHODS, Heads, Measured, Shield
from services.gateway.together import Together
from services.gateway.upkeep import keep_up
from services.gateway.web.basemap import basemap
from services.gateway.web.render import error_page
from services.gateway.web.routes import router as pages
from shared.background import kept
from shared.bus import Bus, Unavailable
from shared.bus.bus import Running
from shared.bus.tasks import end

EXPECTED = (
    Problem, Invalid, Conflict, Closed, TooMany, Unavailable, RequestValidationError, HTTPException,
)  # fmt: skip
GZIP_LEVEL = 6
"""Nine costs twice the time for one per cent."""

UNTRACED = TelemetryConfig(tracing=False, metrics=False, logs=False)
"""FastAPI's own traces hold whole addresses: receipts and what people search for."""


def create_app(
    settings: GatewaySettings,
    bus: Bus,
    running: Callable[[], AbstractAsyncContextManager[Running]] | None = None,
) -> FastAPI:
    """The application; its lifespan is that of the bus. `running` starts it, where somebody watches over it.

    Raises SettingsError for a basemap that cannot be used.
    """
    basemap(settings.basemap)
    gateway = Gateway.of(settings, bus)
    follow(gateway)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with (running or bus.running)():
            upkeep = kept(lambda: keep_up(gateway.model, lambda: bus.caught_up), "upkeep")
            try:
                yield
            finally:
                await end([upkeep])
                gateway.feed.close()

    app = FastAPI(
        title="Dze",
        version="1",
        description="The neighbourhood chats of a city, on a map.",
        docs_url=None,  # these pages load their parts from third parties
        redoc_url=None,
        redirect_slashes=False,  # such a redirect would repeat whatever Host the request named
        telemetry=UNTRACED,
        lifespan=lifespan,
        generate_unique_id_function=operation_id,
    )
    app.state.gateway = gateway
    for part in (columns, listings, places, clusters, changes, submissions, operations):
        app.include_router(part.router)
    app.include_router(pages)
    for kind in EXPECTED:
        app.add_exception_handler(kind, _tell)
    app.openapi = partial(describe, app, settings.public_url)  # type: ignore[method-assign]  # as FastAPI documents it
    _wrap(app, gateway)
    return app


def _wrap(app: FastAPI, gateway: Gateway) -> None:
    """The last one added is the outermost."""
    app.add_middleware(Measured)
    app.add_middleware(BodyLimit)
    app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=GZIP_LEVEL)
    app.add_middleware(Heads)
    app.add_middleware(OpenData)
    secret, together = gateway.settings.telegram_secret, Together(gateway.bus)
    app.add_middleware(Webhook, secret=secret, store=gateway.store, together=together, now=gateway.bus.now)
    app.add_middleware(Shield)
    app.add_middleware(StrictHeaders, settings=gateway.settings)
    app.add_middleware(ResponseCache, settings=gateway.settings, versions=gateway.versions)
    app.add_middleware(Shield)  # once more, for faults of the cache itself


def _methods(request: Request) -> str:
    """What the address knows, by all of its routes; Starlette names the methods of the first one only."""
    known = {
        method
        for method in METHODS
        for route in request.app.router.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
    if "GET" in known and request.url.path != ENDLESS:
        known.add("HEAD")
    if OPEN.fullmatch(request.url.path):
        known.add("OPTIONS")
    return ", ".join(sorted(known))


async def _tell(request: Request, error: Exception) -> Response:
    """A problem for programs, a page for people."""
    told = of_error(error)
    if told.status_code == 405:
        told.headers["Allow"] = _methods(request)
    if is_api(request):
        return told
    page = error_page(request, request.app.state.gateway, told.status_code)
    for name in ("Retry-After", "Allow"):
        if name in told.headers:
            page.headers[name] = told.headers[name]
    return page
