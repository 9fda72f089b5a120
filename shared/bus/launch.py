"""How every service starts: settings read, a bad one answered with one line, logs set up, then run."""

import asyncio
import gc
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from redis.exceptions import NoPermissionError, RedisError

from shared.bus.bus import connect
from shared.bus.committer import AWAY
from shared.bus.identity import check_key
from shared.login import login_refused
from shared.settings import Settings, SettingsError, SettingsT, load
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
        _refuse_closed_folder(settings.data)
        configure(service, level=settings.log_level, form=settings.log_format)
        with asyncio.Runner(loop_factory=quick_loop()) as runner:
            return runner.run(_finish(run, settings))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return MISUSED


YOUNG = 250_000
"""Objects made, beyond those given up, between two looks for garbage; Python's own 700 is less than a message
needs while it is decided, and a batch of 500 needs 50,000, all of which it gives up by itself."""


def settle() -> None:
    """What is loaded stays: looking through it for garbage, again and again, took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)


def quick_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop, which saves a quarter of a service's time; it is not there on Windows."""
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _finish(run: Callable[[SettingsT], Awaitable[int]], settings: SettingsT) -> int:
    await _refuse_another_key(settings)
    return await run(settings)


def _refuse_closed_folder(data: Path) -> None:
    """A block list that cannot be read must not count as none. A folder that is not there is an empty one."""
    try:
        next(data.iterdir(), None)
        (data / "x").is_file()  # which needs the right to enter it
    except PermissionError:
        raise SettingsError(
            f"DZE_DATA: this user (id {os.geteuid()}) may not read the folder {data}."
        ) from None
    except OSError:
        return


async def _refuse_another_key(settings: Settings) -> None:
    """Early, for one clear line; the bus checks again when it has waited for a Redis that is late."""
    redis = connect(settings.redis())
    try:
        await check_key(redis, settings.keys())
    except NoPermissionError:
        raise SettingsError("Redis does not let the user of DZE_REDIS_URL write.") from None
    except (*AWAY, RedisError) as error:
        if login_refused(error):
            raise SettingsError("Redis refuses the user or password of DZE_REDIS_URL.") from None
    finally:
        await redis.aclose()
