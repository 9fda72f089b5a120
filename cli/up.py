"""`dze up`: everything in one terminal, on an embedded Redis unless there is another one."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.deployment import SERVICES, completed, environment, shown
from cli.errors import MISUSED, Stop
from cli.health import taken
from cli.supervise import Program, Supervisor
from shared.server import EmbeddedRedis, ServerError
from shared.settings import Settings, load

REDIS_CHECK = 0.2
"""Seconds between two looks at the embedded Redis."""


def up(*, demo: bool, port: int | None) -> None:
    """Run until Ctrl-C or SIGTERM. Raises Stop, SettingsError or ServerError with what is wrong."""
    chosen: dict[str, Any] = {"port": port} if port else {}
    settings = load(Settings, **chosen)
    _refuse_taken(settings.host, settings.port)
    with _redis(settings) as (complete, server):
        asyncio.run(_run(complete, server, demo=demo))
    print("Stopped.")


def _refuse_taken(host: str, port: int) -> None:
    try:
        if taken(host, port):
            raise Stop(f"port {port} is taken; choose another with --port", MISUSED)
    except OSError as error:
        raise Stop(f"cannot listen on {host}:{port}: {error.strerror}", MISUSED) from None


@contextmanager
def _redis(settings: Settings) -> Iterator[tuple[Settings, EmbeddedRedis | None]]:
    if settings.redis_url is not None:
        settings.keys()
        _check(settings.redis())
        yield settings, None
        return
    begun = time.monotonic()
    with EmbeddedRedis(settings.data) as server:
        print(
            f"Redis ready in {time.monotonic() - begun:.1f} s, its data in {_near(server.folder)}", flush=True
        )
        yield completed(settings, server.url), server


def _check(url: str) -> None:
    """Refuse a Redis that does not answer; warn of one that forgets."""
    from redis.exceptions import RedisError  # noqa: PLC0415

    from cli.redis import client  # noqa: PLC0415

    with client(url) as redis:
        try:
            asked = redis.config_get("append*")
        except RedisError:  # some hosts do not let one look
            asked = {}
    print(f"Redis at {shown(url)} answers", flush=True)
    if asked and (asked.get("appendonly"), asked.get("appendfsync")) != ("yes", "always"):
        print(
            "Warning: this Redis does not write each change to disk (appendonly yes, appendfsync always);"
            " what has been accepted may be lost when the power fails.",
            flush=True,
        )


async def _run(settings: Settings, server: EmbeddedRedis | None, *, demo: bool) -> None:
    shared = environment(settings) | {"DZE_PORT": str(settings.port), "DZE_LOG_FORMAT": "console"}
    programs = []
    telegram = None
    if demo:
        from cli.demo import prepare  # noqa: PLC0415

        telegram, told, program = prepare(settings)
        shared |= told
        programs.append(program)
    elif settings.telegram_token is None:
        print("No DZE_TELEGRAM_TOKEN is set: everything runs but the bot.", flush=True)
    programs += [Program(name, [sys.executable, "-m", f"services.{name}"], shared) for name in SERVICES]
    supervisor = Supervisor(programs)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stop)
    helpers = [asyncio.create_task(_keep_redis(server, supervisor))] if server else []
    if demo:
        from cli.demo import fill  # noqa: PLC0415

        helpers.append(asyncio.create_task(fill(settings, told["DZE_TELEGRAM_API"])))
    try:
        await supervisor.run(lambda: _greet(settings, telegram))
    finally:
        for helper in helpers:
            helper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await helper


def _greet(settings: Settings, telegram: str | None) -> None:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - only compared
    print(f"\n  The map       http://{host}:{settings.port}")
    if telegram:
        print(f"  Telegram      {telegram}   (a simulator: nothing leaves this machine)")
    print("  Ctrl-C stops everything; the data stays.\n", flush=True)


async def _keep_redis(server: EmbeddedRedis, supervisor: Supervisor) -> None:
    """Start the embedded Redis again when it has ended; the services wait for it meanwhile."""
    while not supervisor.stopping.is_set():
        await asyncio.sleep(REDIS_CHECK)
        if server.alive():
            continue
        print("Redis ended; starting it again", flush=True)
        try:
            server.start()
        except ServerError as error:
            print(f"Redis: {error}", flush=True)
            await asyncio.sleep(2)


def _near(path: Path) -> Path:
    with contextlib.suppress(ValueError):
        return path.relative_to(Path.cwd())
    return path
