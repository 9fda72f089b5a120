"""The gateway as a process: starts, stops and fails the way an operator needs it."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import KEY, eventually

pytestmark = pytest.mark.system


@asynccontextmanager
async def gateway(tmp_path: Path, **settings: str | int) -> AsyncIterator[asyncio.subprocess.Process]:
    named = {f"DZE_{name.upper()}": str(value) for name, value in settings.items()}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.gateway",
        cwd=tmp_path,
        env=plain | {"PYTHONPATH": str(Path.cwd()), "DZE_KEY": KEY} | named,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ready(http: httpx.AsyncClient, path: str = "/readyz") -> bool:
    try:
        return (await http.get(path)).status_code == 200
    except httpx.TransportError:
        return False


def other_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_it_stops_at_once_though_somebody_listens(
    redis_url: str, free_port: int, tmp_path: Path
) -> None:
    async with (
        gateway(tmp_path, redis_url=redis_url, port=free_port) as process,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port}") as http,
    ):
        await eventually(lambda: ready(http))
        async with http.stream("GET", "/api/v1/changes") as answer:
            assert answer.status_code == 200
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            async for _ in answer.aiter_raw():
                pass
        assert await asyncio.wait_for(process.wait(), 60) == 0
        assert time.monotonic() - begun < 5


async def test_health_and_metrics_are_on_the_internal_port(
    redis_url: str, free_port: int, tmp_path: Path
) -> None:
    internal = other_port()
    async with (
        gateway(tmp_path, redis_url=redis_url, port=free_port, internal_port=internal) as _,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{internal}") as inside,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port}") as outside,
    ):
        await eventually(lambda: ready(inside))
        await eventually(lambda: ready(outside))
        await outside.get("/api/v1/listings?q=secret-word")
        text = (await inside.get("/metrics")).text
        assert 'route="/api/v1/listings"' in text
        assert "secret-word" not in text
        assert (await outside.get("/metrics")).status_code == 404


async def test_a_taken_port_is_a_failure(redis_url: str, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        async with gateway(tmp_path, redis_url=redis_url, port=other.getsockname()[1]) as process:
            assert await asyncio.wait_for(process.wait(), 60) == 1


async def test_it_can_be_stopped_while_it_waits_for_redis(free_port: int, tmp_path: Path) -> None:
    internal = other_port()
    async with (
        gateway(tmp_path, redis_url="redis://127.0.0.1:1", port=free_port, internal_port=internal) as process,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{internal}") as inside,
    ):
        await eventually(lambda: ready(inside, "/livez"))
        assert not await ready(inside)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 60)


async def test_a_missing_key_is_one_clear_line(redis_url: str, tmp_path: Path) -> None:
    async with gateway(tmp_path, redis_url=redis_url, key="") as process:
        output, _ = await process.communicate()
        assert process.returncode == 2
        assert b"DZE_KEY" in output
        assert b"Traceback" not in output
