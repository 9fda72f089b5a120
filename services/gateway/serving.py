"""uvicorn, with the patience it lacks: slow headers, unread bodies and unread answers end a connection."""

import asyncio
from collections.abc import Callable
from typing import Any, Literal

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.bus.process import STOP_SECONDS, Server

HEAD_SECONDS = 15.0
"""From the first byte of a request, or the opening of a connection, to the end of its headers."""
READ_SECONDS = 30.0
"""For a reader to take up again what we send."""
KEEP_ALIVE_SECONDS = 15
HEAD_MOST = 16 * 1024


class PatientProtocol(H11Protocol):
    """Counts time where uvicorn waits for ever."""

    _head: asyncio.TimerHandle | None = None
    _write: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
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
    lifespan: Literal["on", "off"] = "on",
) -> uvicorn.Config:
    """No access log, because it would hold addresses; no trust in headers that name a client."""
    return uvicorn.Config(
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
        limit_concurrency=connections_most,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        h11_max_incomplete_event_size=HEAD_MOST,
    )
