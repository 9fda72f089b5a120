"""uvicorn, with the patience it lacks: slow headers, unread bodies and unread answers end a connection."""

import asyncio
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Literal

import h11
import orjson
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from services.gateway.connections import Connections
from shared.bus.process import STOP_SECONDS, Server

HEAD_SECONDS = 15.0
"""From the first byte of a request, or the opening of a connection, to the end of its headers."""
READ_SECONDS = 30.0
"""For a reader to take up again what we send."""
KEEP_ALIVE_SECONDS = 15
HEAD_MOST = 16 * 1024
HEAD_END = re.compile(rb"\n\r?\n")
FULL_SECONDS = 5
"""When to come back to a server whose connections are all in use."""


class PatientConfig(uvicorn.Config):
    """What the protocol needs besides: the limit of connections, and headers of the server's own answers."""

    open: Connections | None = None
    strict: Mapping[str, str] = {}


class BoundedConnection(h11.Connection):
    """Holds the limit of a head also where it comes in one piece, which h11 only holds for one incomplete."""

    def next_event(self) -> Any:
        if self.their_state is h11.IDLE:
            head, _ = self.trailing_data
            if len(head) > HEAD_MOST and HEAD_END.search(head, 0, HEAD_MOST) is None:
                raise h11.RemoteProtocolError("the head is too large")
        return super().next_event()


class PatientProtocol(H11Protocol):
    """Counts time where uvicorn waits for ever, and connections; answers what no application sees."""

    config: PatientConfig

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.conn = BoundedConnection(h11.SERVER, HEAD_MOST)

    _head: asyncio.TimerHandle | None = None
    _write: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        if self.config.open and not self.config.open.opened(self, len(self.connections)):
            self._answer(503, "All connections are taken.")
            return
        self._watch()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.config.open and self.conn.their_state is not h11.IDLE:
            self.config.open.asked(self)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.config.open and self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.config.open.answered(self)
        self._watch()

    def close_waiting(self) -> None:
        """Room is needed, and nothing of a request has been answered half."""
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """In place of uvicorn's, which has no headers of ours, and fails where an answer has begun."""
        self._answer(400, msg)

    def _answer(self, status: int, detail: str) -> None:
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        body = orjson.dumps({"type": "about:blank", "title": detail, "status": status})
        headers = [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
            *self.config.strict.items(),
            *([("Retry-After", str(FULL_SECONDS))] if status == HTTPStatus.SERVICE_UNAVAILABLE else []),
        ]
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{k}: {v}" for k, v in headers)]
        self.transport.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.config.open:
            self.config.open.lost(self)
        self._stop_head()
        self._stop_write()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write = self._write or self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_write()
        super().resume_writing()

    def _watch(self) -> None:
        """Time runs while headers are not complete, and while a body comes that nobody waits for any more.

        An idle connection that may send a further request is uvicorn's own business, until its first byte.
        """
        answered = self.cycle is not None and self.cycle.response_complete
        unread = answered and self.conn.their_state is h11.SEND_BODY
        if self.conn.their_state is h11.IDLE or unread:
            self._head = self._head or self.loop.call_later(HEAD_SECONDS, self.transport.abort)
        else:
            self._stop_head()

    def _stop_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _stop_write(self) -> None:
        if self._write is not None:
            self._write.cancel()
            self._write = None


class PublicServer(Server):
    """Tells before it waits for open answers to end."""

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None] = lambda: None) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def shutdown(self, sockets: Any = None) -> None:
        self._stopping()
        await super().shutdown(sockets)


def config(
    app: Any,
    host: str,
    port: int,
    *,
    connections_most: int | None = None,
    headers: Mapping[str, str] | None = None,
    lifespan: Literal["on", "off"] = "on",
) -> PatientConfig:
    """No access log, because it would hold addresses; no trust in headers that name a client.

    `headers` are those of answers that the server gives by itself: to what is no HTTP, and when it is full.
    """
    made = PatientConfig(
        app,
        host=host,
        port=port,
        http=PatientProtocol,
        ws="none",
        lifespan=lifespan,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        h11_max_incomplete_event_size=HEAD_MOST,
    )
    made.open = Connections(connections_most) if connections_most else None
    made.strict = headers or {}
    return made
