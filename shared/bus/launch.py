"""How every service starts: settings read, a bad one answered with one line, logs set up, then run."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from shared.settings import SettingsError, SettingsT, load
from shared.telemetry import configure

MISUSED = 2
"""Exit code for what only the operator can put right."""


def launch(
    service: str, model: type[SettingsT], run: Callable[[SettingsT], Awaitable[int]], **overrides: Any
) -> int:
    """Run `run(settings)`; answers its exit code, or 2 after one line about the setting that is wrong."""
    try:
        settings = load(model, **overrides)
        settings.keys()
        settings.redis()
        configure(service, level=settings.log_level, form=settings.log_format)
        return asyncio.run(_finish(run, settings))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return MISUSED


async def _finish(run: Callable[[SettingsT], Awaitable[int]], settings: SettingsT) -> int:
    return await run(settings)
