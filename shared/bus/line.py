"""One connection that all commands of a process share.

Commands of one turn of the event loop go out in one write, and their answers come in one read. With a
connection for each command, as redis-py has it, the calls into the system and the work around them cost five
times what the command itself does; and with `appendfsync always` the server flushes once for all that it has
read together.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Any

import hiredis
from redis._parsers.base import BaseParser
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ConnectionError as GoneError
from redis.exceptions import DataError, InvalidResponse
from redis.exceptions import TimeoutError as LateError


def pack(words: tuple[Any, ...]) -> bytes:
    """One command as bytes; a name of two words (`XINFO GROUPS`) goes as two. Raises DataError."""
    name, rest = words[0], words[1:]
    parts = name.encode().split() if isinstance(name, str) else name.split()
    try:
        return bytes(hiredis.pack_command((*parts, *rest)))
    except TypeError as error:
        raise DataError(str(error)) from None


class Line:
    """Opened at the first question, and again after it broke. `seconds`: how long an answer may take."""

    def __init__(self, pool: ConnectionPool, seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds
        self._wire: _Wire | None = None
        self._connection: AbstractConnection | None = None
        self._opening = asyncio.Lock()

    async def ask(self, words: tuple[Any, ...]) -> Any:
        """The answer as it came: an error in it is an exception among the values.

        Raises DataError before anything is sent; redis-py's ConnectionError and TimeoutError when the line
        broke or was silent for too long, after which the command may or may not have been carried out.
        """
        command = pack(words)
        return await (self._ready() or await self._open()).ask(command)

    async def ask_all(self, commands: Iterable[tuple[Any, ...]]) -> list[Any]:
        """The answers to commands that go out in one write, in order; as `ask`."""
        packed = [pack(words) for words in commands]
        wire = self._ready() or await self._open()
        asked = [wire.ask(command) for command in packed]
        if asked:
            await asyncio.wait(asked)
        failed = [error for one in asked if (error := one.exception()) is not None]
        if failed:
            raise failed[0]
        return [one.result() for one in asked]

    def _ready(self) -> "_Wire | None":
        return None if self._wire is None or self._wire.over else self._wire

    async def _open(self) -> "_Wire":
        async with self._opening:
            if (wire := self._ready()) is None:
                await self._hang_up()
                connection: Any = self._pool.make_connection()  # type: ignore[no-untyped-call]
                await connection.connect()
                self._connection, self._wire = connection, (wire := _Wire(self._seconds))
                wire.take(connection)
            return wire

    async def close(self) -> None:
        """Safe to repeat. What is still asked fails."""
        if self._wire is not None:
            self._wire.end(GoneError("the line is closed"))
        await self._hang_up()

    async def _hang_up(self) -> None:
        connection, self._connection, self._wire = self._connection, None, None
        if connection is not None:
            await connection.disconnect(nowait=True)


class _Wire(asyncio.Protocol):
    """What was sent waits for its answer in order; a question that was given up stays in its place."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(protocolError=InvalidResponse, replyError=BaseParser.parse_error)
        self._asked: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._outgoing: list[bytes] = []
        self._watch: asyncio.TimerHandle | None = None
        self._transport: Any = None

    def take(self, connection: AbstractConnection) -> None:
        """Take a connection over that redis-py has opened: logged in, with nothing asked on it."""
        writer: Any = connection._writer  # noqa: SLF001 - redis-py does everything up to here, TLS and login too
        self._transport = writer.transport
        self._transport.set_protocol(self)
        if self._transport.is_closing():
            self.end(GoneError("the connection was closed"))

    def ask(self, command: bytes) -> "asyncio.Future[Any]":
        answer = self._loop.create_future()
        self._asked.append((self._loop.time(), answer))
        if not self._outgoing:
            self._loop.call_soon(self._send)
        self._outgoing.append(command)
        if self._watch is None:
            self._watch = self._loop.call_later(self._seconds, self._look)
        return answer

    def _send(self) -> None:
        commands, self._outgoing = self._outgoing, []
        if not self.over:
            self._transport.write(commands[0] if len(commands) == 1 else b"".join(commands))

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while (answer := self._reader.gets()) is not False:
                self._settle(answer)
        except InvalidResponse as error:
            self.end(error)

    def _settle(self, answer: Any) -> None:
        _, asked = self._asked.popleft()
        if not asked.done():
            asked.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end(GoneError(type(exc).__name__ if exc else "closed by the server"))

    def end(self, error: Exception) -> None:
        """Nothing is answered any more."""
        self.over = True
        if self._watch is not None:
            self._watch.cancel()
        if self._transport is not None:
            self._transport.abort()
        while self._asked:
            _, asked = self._asked.popleft()
            if not asked.done():
                asked.set_exception(error)

    def _look(self) -> None:
        """Whether the oldest question has waited for too long."""
        self._watch = None
        if self._asked:
            left = self._asked[0][0] + self._seconds - self._loop.time()
            if left <= 0:
                self.end(LateError("no answer in time"))
            else:
                self._watch = self._loop.call_later(left, self._look)
