"""Runs the gateway."""

import sys

from services.gateway.app import create_app
from services.gateway.connections import fitting
from services.gateway.headers import strict
from services.gateway.internal import create_internal
from services.gateway.serving import PublicServer, config
from services.gateway.settings import GatewaySettings
from shared.bus import Bus
from shared.bus.launch import launch
from shared.bus.process import Process, Server


async def run(settings: GatewaySettings) -> int:
    """Serve until SIGTERM or SIGINT; answers the exit code: 0 stopped, 1 failed."""
    bus = Bus("gateway", settings)
    process = Process(bus)
    app = create_app(settings, bus, process.running)
    gateway = app.state.gateway
    most = fitting(settings.connections_most)
    public = config(app, settings.host, settings.port, connections_most=most, headers=strict(settings))
    internal = config(
        create_internal(gateway), settings.internal_host, settings.internal_port, lifespan="off"
    )
    return await process.run(PublicServer(public, gateway.feed.close), Server(internal))


def main() -> int:
    return launch("gateway", GatewaySettings, run)


if __name__ == "__main__":
    sys.exit(main())
