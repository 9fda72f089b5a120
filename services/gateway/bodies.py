"""Limits on what is sent to us: size and time, counted while it comes, whatever its headers say."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.problems import Problem, problem

USUAL_MOST = 32 * 1024
WEBHOOK_MOST = 1024 * 1024
WEBHOOK_PATH = "/telegram/webhook"
SECONDS_MOST = 20.0
"""For a whole body."""


class BodyLimit:
    """413 for a body that is too large, 408 for one that does not come to its end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if announced(scope) > USUAL_MOST:
            await problem(413, too_large(USUAL_MOST))(scope, receive, send)
            return
        await self._app(scope, Counted(receive, USUAL_MOST), send)


class Counted:
    """`receive` that stops when enough came. What it raises becomes a problem like any other."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit = receive, limit
        self._came = 0
        self._whole = False
        self._until: float | None = None

    async def __call__(self) -> Message:
        if self._whole:  # waiting for the end of the connection, as event streams do
            return await self._receive()
        self._until = self._until or asyncio.get_running_loop().time() + SECONDS_MOST
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise Problem(408, "The body did not come to its end in time.") from None
        self._came += len(message.get("body", b""))
        if self._came > self._limit:
            raise Problem(413, too_large(self._limit))
        self._whole = not message.get("more_body", False)
        return message


def announced(scope: Scope) -> int:
    """How many bytes the body is said to have; 0 when nothing is said."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:18])
    return 0


def too_large(limit: int) -> str:
    return f"At most {limit // 1024} KiB."
