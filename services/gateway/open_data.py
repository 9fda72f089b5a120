"""Lets programs in browsers anywhere read what is public: CORS for GET, and OPTIONS answered.

Never what belongs to one person: proposals, receipts and the challenges that lead to them.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = re.compile(
    r"/api/v1/(listings|listings\.columns|listings/[^/]*|search|suggest|areas|areas/[^/]*|clusters|tiles/.*|changes)"
    r"|/(export\.\w+|feed\.atom|areas/[^/]*/feed\.atom|oembed|openapi\.json)"
)
READ = "GET, HEAD, OPTIONS"
SHARED = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
PREFLIGHT = SHARED | {
    "Allow": READ,
    "Access-Control-Allow-Methods": READ,
    "Access-Control-Allow-Headers": "If-None-Match, Last-Event-ID",
    "Access-Control-Max-Age": "86400",
}
EXPOSED = {"Access-Control-Expose-Headers": "ETag, Link, Retry-After"}


class OpenData:
    """Without credentials: `*` makes a browser withhold the answer from a request that carries any."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not OPEN.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, send)
            return

        async def shared(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["method"] in {"GET", "HEAD"}:
                MutableHeaders(scope=message).update(SHARED | EXPOSED)
            await send(message)

        await self._app(scope, receive, shared)
