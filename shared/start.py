"""How every service's process begins: settings, logs, then the service itself."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from shared.settings import SettingsError, SettingsT, load
from shared.telemetry import configure


def start(
    service: str, model: type[SettingsT], run: Callable[[SettingsT], Awaitable[int]], **overrides: Any
) -> int:
    """Run a service to its end and answer its exit code; 2 when a setting stops the start, in one line."""
    try:
        settings = load(model, **overrides)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure(service, level=settings.log_level, form=settings.log_format)
    return asyncio.run(_run(run, settings))


async def _run(run: Callable[[SettingsT], Awaitable[int]], settings: SettingsT) -> int:
    return await run(settings)
