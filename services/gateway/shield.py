"""Layers around the application: no error gets out with values in it, HEAD is GET, everything is counted."""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.problems import problem
from shared.telemetry import frames
from shared.telemetry.metrics import REQUEST_SECONDS, REQUESTS

log = structlog.get_logger()
ENDLESS = "/api/v1/changes"
METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"})


class BrokenAnswerError(RuntimeError):
    """Ends a connection whose answer cannot be completed."""


class Shield:
    """Logs an error of ours as places in the code only: its text may hold what a person wrote."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # whatever it is, it is answered and shouted about
            if scope["type"] != "http":
                raise  # the start of the application: nothing of a person is in it
            log.error(  # noqa: TRY400  # the traceback would show values
                "request_failed", reason=type(error).__name__, frames=frames(error)
            )
            if started:
                raise BrokenAnswerError from None
            await problem(500, "The fault is ours.")(scope, receive, send)


class Heads:
    """HEAD is GET without a body, which the server leaves out by itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD" and scope["path"] != ENDLESS:
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


class Measured:
    """Counts requests by the pattern of their route, never by their address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope.get("cached"):  # the cache counts by itself
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                method = scope["method"] if scope["method"] in METHODS else "other"
                REQUESTS.labels(method, route, str(message["status"])).inc()
                REQUEST_SECONDS.labels(route).observe(time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, measured)
