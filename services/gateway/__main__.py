"""Runs the gateway."""

import asyncio
import signal
import sys
from contextlib import suppress

import structlog

from services.gateway.app import create_app
from services.gateway.internal import create_internal
from services.gateway.serving import Server, config
from services.gateway.settings import GatewaySettings
from shared.bus import Bus
from shared.bus.bus import Running
from shared.bus.launch import launch

log = structlog.get_logger()


async def run(settings: GatewaySettings) -> int:
    """Serve until SIGTERM or SIGINT; answers the exit code: 0 stopped, 1 failed."""
    bus = Bus("gateway", settings)
    failed: list[str] = []
    watching: list[asyncio.Task[None]] = []

    async def watch(running: Running) -> None:
        """A gateway that no longer follows would show old data for ever: it ends instead."""
        try:
            await running.failed()
        except Exception as error:  # noqa: BLE001  # whatever it is, it ends the process
            failed.append(type(error).__name__)
            stop()

    app = create_app(settings, bus, lambda running: watching.append(asyncio.create_task(watch(running))))
    gateway = app.state.gateway
    public = Server(
        config(app, settings.host, settings.port, connections_most=settings.connections_most),
        gateway.feed.close,
    )
    internal = Server(
        config(create_internal(gateway), settings.internal_host, settings.internal_port, lifespan="off")
    )

    def stop() -> None:
        public.should_exit = True
        if not public.started:  # still waiting for Redis
            serving.cancel()

    serving = asyncio.create_task(_serve(public, failed))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    beside = asyncio.create_task(_serve(internal, failed))
    with suppress(asyncio.CancelledError):
        await serving
    internal.should_exit = True
    await beside
    for task in watching:
        task.cancel()
    for reason in failed:
        log.error("service_failed", service="gateway", reason=reason)
    return 1 if failed or not public.started else 0


async def _serve(server: Server, failed: list[str]) -> None:
    try:
        await server.serve()
    except (Exception, SystemExit) as error:  # noqa: BLE001  # uvicorn leaves with SystemExit when a port is taken
        failed.append(type(error).__name__)


def main() -> int:
    return launch("gateway", GatewaySettings, run)


if __name__ == "__main__":
    sys.exit(main())
