"""A service as a process: its servers run until a signal or a failure, and its exit code tells which."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from typing import Any

import structlog
import uvicorn

from shared.background import awaited
from shared.bus.bus import Bus, Running
from shared.bus.errors import Unavailable
from shared.bus.retry import frames_of, reason_of
from shared.bus.tasks import end

log = structlog.get_logger()
STOP_SECONDS = 8
"""How long open answers may take to end when the process is asked to stop."""


class Server(uvicorn.Server):
    """A server that leaves signals to us: uvicorn's own would raise them again after a clean stop."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # as narrow as needed
        return nullcontext()


class Process:
    """The life of one service's process. `bus` is started by the lifespan of what it serves."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._failed = False
        self._stopped = False
        self._serving: dict[uvicorn.Server, asyncio.Task[None]] = {}
        logging.getLogger("uvicorn.error").addFilter(_is_not_a_traceback)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Running]:
        """The bus, started and watched: a process that has stopped reading must end, for somebody to notice.

        What fails in it is told in one line and raised again.
        """
        try:
            async with self._bus.running() as running:
                watch = awaited(self._watch(running))
                try:
                    yield running
                finally:  # first, because the tasks that it watches end now
                    await end([watch])
        except Exception as error:
            self.fail(error)
            raise

    async def run(self, main: uvicorn.Server, *beside: uvicorn.Server) -> int:
        """Serve until SIGTERM or SIGINT; answers the exit code: 0 stopped, 1 failed.

        `beside` are servers without a lifespan that are there from the first moment to the last.
        """
        self._serving = {server: awaited(self._serve(server)) for server in (main, *beside)}
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, main)
        with suppress(asyncio.CancelledError):
            await self._serving[main]
        for server in beside:
            server.should_exit = True
        await asyncio.gather(*(self._serving[server] for server in beside))
        return 1 if self._failed or not (main.started or self._stopped) else 0

    def fail(self, error: BaseException) -> None:
        """Tell what went wrong, without any text that is not ours, and end."""
        self._failed = True
        known = isinstance(error, Unavailable)
        more = {} if known else {"trace": frames_of(error)}
        log.error(
            "service_failed",
            service=self._bus.service,
            reason=str(error) if known else reason_of(error),
            **more,
        )
        for server in self._serving:
            server.should_exit = True

    def _stop(self, main: uvicorn.Server) -> None:
        self._stopped = True
        main.should_exit = True
        if not main.started:  # still waiting for Redis, perhaps for half a minute
            self._serving[main].cancel()

    async def _serve(self, server: uvicorn.Server) -> None:
        try:
            await server.serve()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - uvicorn leaves with SystemExit when a port is taken
            if not self._failed:
                self.fail(error)

    async def _watch(self, running: Running) -> None:
        try:
            await running.failed()
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends the process
            self.fail(error)


def _is_not_a_traceback(record: Any) -> bool:
    """For uvicorn, which would print the traceback of a failed start, with texts that may name a person."""
    text = str(record.msg)
    return not text.startswith(("Traceback", "Application startup failed"))
