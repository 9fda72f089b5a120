"""Runs one service, or the simulator, in this process."""

import os
import sys
from importlib import import_module

from cli.deployment import environment, running
from cli.errors import MISUSED, Stop
from cli.health import taken


def run(name: str, told: dict[str, str], words: list[str] | None = None) -> None:
    """Become the service; beside a running `dze up` it is one more replica on the same embedded Redis."""
    os.environ.update(told)
    os.environ.update(environment(running()))
    sys.argv = [f"dze {name}", *(words or [])]
    sys.exit(import_module(f"services.{name}.__main__").main())


def run_simulator(port: int) -> None:
    """Run the simulator until it is stopped."""
    if taken("127.0.0.1", port):
        raise Stop(f"port {port} is taken; choose another with --port", MISUSED)
    from simulator.__main__ import main  # noqa: PLC0415

    sys.argv = ["dze simulator", "--port", str(port)]
    sys.exit(main())
