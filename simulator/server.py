"""The web application, and how to run it: by itself, inside `dze up`, or inside a test."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.background import awaited
from simulator import demo
from simulator.botapi import BotApi
from simulator.clock import half_seconds
from simulator.control.doing import perform
from simulator.control.models import AnyDeed
from simulator.control.routes import router
from simulator.hub import Hub
from simulator.world.world import World

STATIC = Path(__file__).parent / "page" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
CALL = re.compile(r"/bot(?P<token>[^/]+)/(?P<method>[^/]+)")
CALL_METHODS = ("GET", "POST", "HEAD")
DEED: TypeAdapter[Any] = TypeAdapter(AnyDeed)


def app(hub: Hub | None = None) -> ASGIApp:
    """The whole simulator as an ASGI application; with the demo's scene unless a hub is given."""
    hub = hub or Hub(scene=demo.scene)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with hub.live():
            yield

    api = FastAPI(title="Telegram simulator", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    api.include_router(router(hub))
    calls = BotApi(hub)
    api.router.routes.append(Route("/bot{token}/{method}", calls, methods=list(CALL_METHODS)))
    api.router.routes.append(Route("/file/bot{token}/files/{file_id}", _file(hub)))
    api.router.routes.append(Route("/", _page, methods=["GET"]))
    api.mount("/static", StaticFiles(directory=STATIC))
    api.add_exception_handler(404, _not_found)
    return _calls_first(calls, api)


def _calls_first(calls: ASGIApp, others: ASGIApp) -> ASGIApp:
    """Bots' calls go past everything that pages need; a fault needs the server's own `receive` as well."""

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        found = CALL.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found and scope["method"] in CALL_METHODS:
            await calls({**scope, "path_params": found.groupdict()}, receive, send)
        else:
            await others(scope, receive, send)

    return outer


async def _page(_: Request) -> Response:
    headers = {
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    return FileResponse(STATIC / "index.html", headers=headers)


def _file(hub: Hub) -> Callable[[Request], Any]:
    async def download(request: Request) -> Response:
        if request.path_params["token"] not in hub.world.tokens:
            return JSONResponse({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        file = hub.world.files.get(request.path_params["file_id"])
        if file is None:
            return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found"}, 404)
        return Response(file.data, media_type=file.mime or "application/octet-stream")

    return download


async def _not_found(_: Request, error: Exception) -> Response:
    text = getattr(error, "detail", "Not Found")
    return JSONResponse({"ok": False, "error_code": 404, "description": text}, 404)


@dataclass(slots=True)
class Simulator:
    """A simulator that runs in this process. `url` is the root for `DZE_TELEGRAM_API`."""

    hub: Hub
    url: str

    @property
    def world(self) -> World:
        return self.hub.world

    def do(self, name: str, **fields: Any) -> Any:
        """Make something happen, by the names of `/sim/...`. Raises Refusal, or ValidationError."""
        return perform(self.hub, DEED.validate_python({"do": name, **fields}))


class _Server(uvicorn.Server):
    """Lets pollers and pages go before it waits for their connections."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(_config(app(hub)))
        self.hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.hub.let_go()
        await super().shutdown(sockets)


class _Guest(_Server):
    """A server inside somebody else's process: signals are the host's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket. Named as TCP, or asyncio leaves Nagle's delay of 40 ms on its connections."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.asynccontextmanager
async def serving(
    scene: Callable[[World], None] = demo.scene,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    webhook_pause: float = 1.0,
) -> AsyncIterator[Simulator]:
    """Run in the background of this event loop on a free port (or `port`); stops on leaving."""
    hub = Hub(scene=scene, webhook_pause=webhook_pause)
    listener = _listen(host, port)
    server = _Guest(hub)
    task = awaited(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if task.done():
                await task
                raise RuntimeError("the simulator did not start")
            await asyncio.sleep(0.01)
        yield Simulator(hub, f"http://{host}:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        await task
        listener.close()


async def run(
    host: str = "127.0.0.1", port: int = 8081, *, scene: Callable[[World], None] = demo.scene
) -> None:
    """Serve until cancelled or SIGTERM. Raises OSError when the port is taken."""
    listener = _listen(host, port)
    server = _Server(Hub(scene=scene, first=half_seconds))
    await server.serve(sockets=[listener])


def _config(application: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=1,
        server_header=False,
        ws="none",
    )
