"""A client that posts JSON over kept connections and does no more: the sender must not take the processor
from what it measures."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Self, cast
from urllib.parse import urlsplit


class Poster:
    """At most `connections` at once, as Telegram has it; further posts wait in line."""

    def __init__(self, url: str, headers: dict[str, str], *, connections: int = 40) -> None:
        parts = urlsplit(url)
        self._place = parts.hostname or "", parts.port or 80
        lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._head = "\r\n".join([*lines, "Content-Length: "]).encode()
        self._connections = connections
        self._waiting: deque[tuple[bytes, asyncio.Future[int]]] = deque()
        self._free: deque[_Connection] = deque()
        self._all: list[_Connection] = []

    async def __aenter__(self) -> Self:
        self._all = [_Connection(self._next) for _ in range(self._connections)]
        self._free.extend(self._all)
        return self

    async def __aexit__(self, *_: object) -> None:
        for one in self._all:
            one.close()

    async def post(self, body: bytes) -> int:
        """The answer's status; sent once more when the server hung up. Raises ConnectionError."""
        try:
            return await self._post(body)
        except ConnectionError:
            return await self._post(body)

    async def _post(self, body: bytes) -> int:
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        request = self._head + str(len(body)).encode() + b"\r\n\r\n" + body
        if not self._free:
            self._waiting.append((request, answer))
            return await answer
        free = self._free.popleft()
        if not free.open:  # the server closes what was idle for long
            await asyncio.get_running_loop().create_connection(lambda: free, *self._place)
        free.send(request, answer)
        return await answer

    def _next(self, free: "_Connection") -> None:
        if self._waiting and free.open:
            free.send(*self._waiting.popleft())
        else:
            self._free.append(free)


class _Connection(asyncio.Protocol):
    """One request at a time; each answer says how long it is."""

    def __init__(self, free: Callable[["_Connection"], None]) -> None:
        self._free = free
        self._came = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.WriteTransport | None = None

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def send(self, request: bytes, answer: "asyncio.Future[int]") -> None:
        self._answer = answer
        assert self._transport is not None
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, end, body = self._came.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        self._came = b""
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(int(head[9:12]))
        self._free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._came = b""
        answer, self._answer = self._answer, None
        if answer is not None:
            self._free(self)
            if not answer.done():
                answer.set_exception(ConnectionError(f"the server hung up: {exc}"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ConnectionError("an answer without its length")
