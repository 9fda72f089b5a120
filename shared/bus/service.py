"""Runs one service: its consumers, its health and metrics, its clean stop."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import structlog
import uvicorn
from faststream.asgi import AsgiFastStream, AsgiResponse, get
from faststream.asgi.types import Scope
from faststream.specification import AsyncAPI
from pydantic_core import to_json

from shared.bus.bus import Bus, Running
from shared.bus.errors import Unavailable
from shared.settings import Settings
from shared.telemetry.metrics import render

log = structlog.get_logger()
JSON = {"content-type": "application/json"}
STOP_SECONDS = 8


class _Quiet(uvicorn.Server):
    """A server that leaves signals to us: it would raise them again after a clean stop."""

    def capture_signals(self) -> Any:
        return nullcontext()


async def serve(bus: Bus, settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; answers the exit code: 0 stopped, 1 failed.

    Health is at `/livez` and `/readyz`, metrics at `/metrics`, the description of all handlers at
    `/asyncapi.json`, on `DZE_INTERNAL_HOST` and `DZE_INTERNAL_PORT`.
    """
    failed: list[BaseException] = []
    server: _Quiet

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with bus.running() as running:
            watch = asyncio.create_task(_watch(running, failed, lambda: setattr(server, "should_exit", True)))
            yield
            watch.cancel()

    app = AsgiFastStream(
        bus.broker,
        asgi_routes=_routes(bus),
        lifespan=lifespan,
        logger=None,
        specification=AsyncAPI(title=f"Dze {bus.service}", version="1"),
    )
    app.mount("/asyncapi.json", _description(app))
    server = _Quiet(
        uvicorn.Config(
            app,
            host=settings.internal_host,
            port=settings.internal_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            lifespan="on",
        )
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    try:
        await server.serve()
    except (Unavailable, SystemExit) as stopped:
        failed.append(stopped)
    for error in failed:
        log.error("service_failed", service=bus.service, reason=type(error).__name__)
    return 1 if failed or not server.started else 0


async def _watch(running: Running, failed: list[BaseException], stop: Any) -> None:
    """A process that has stopped reading must end, so that somebody notices."""
    try:
        await running.failed()
    except Exception as error:  # noqa: BLE001 - whatever it is, it ends the process
        failed.append(error)
        stop()


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
