"""Runs one service: its consumers, its health and metrics, its clean stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from faststream.asgi import AsgiFastStream, AsgiResponse, get
from faststream.asgi.types import Scope
from faststream.specification import AsyncAPI
from pydantic_core import to_json

from shared.bus.bus import Bus
from shared.bus.launch import settle
from shared.bus.process import STOP_SECONDS, Process, Server
from shared.settings import Settings
from shared.telemetry.metrics import render

JSON = {"content-type": "application/json"}


async def serve(bus: Bus, settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; answers the exit code: 0 stopped, 1 failed.

    Health is at `/livez` and `/readyz`, metrics at `/metrics`, the description of all handlers at
    `/asyncapi.json`, on `DZE_INTERNAL_HOST` and `DZE_INTERNAL_PORT`.
    """
    process = Process(bus)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with process.running():
            settle()
            yield

    app = AsgiFastStream(
        bus.broker,
        asgi_routes=_routes(bus),
        lifespan=lifespan,
        logger=None,
        specification=AsyncAPI(title=f"Dze {bus.service}", version="1"),
    )
    app.mount("/asyncapi.json", _description(app))
    config = uvicorn.Config(
        app,
        host=settings.internal_host,
        port=settings.internal_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        lifespan="on",
    )
    return await process.run(Server(config))


def _routes(bus: Bus) -> list[Any]:
    @get(include_in_schema=False)
    async def livez(_scope: Scope) -> AsgiResponse:
        return AsgiResponse(b'{"alive": true}', 200, JSON)

    @get(include_in_schema=False)
    async def readyz(_scope: Scope) -> AsgiResponse:
        readiness = bus.readiness()
        body = to_json({"ready": readiness.ready, "reasons": readiness.reasons, "holding": bus.holding})
        return AsgiResponse(body, 200 if readiness.ready else 503, JSON)

    @get(include_in_schema=False)
    async def metrics(_scope: Scope) -> AsgiResponse:
        body, content_type = render()
        return AsgiResponse(body, 200, {"content-type": content_type})

    return [("/livez", livez), ("/readyz", readyz), ("/metrics", metrics)]


def _description(app: AsgiFastStream) -> Any:
    """AsyncAPI as JSON only: FastStream's page asks third parties, and its try-out can kill a subscriber."""

    @get(include_in_schema=False)
    async def description(_scope: Scope) -> AsgiResponse:
        return AsgiResponse(to_json(app.schema.to_specification().to_jsonable()), 200, JSON)

    return description
