"""An import while the directory's processes are killed: every row once, whoever handles it."""

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from services.directory.exchange import import_file
from services.directory.exchange.published import listings
from shared.contracts.registry import DIRECTORY_CHANGED
from shared.settings import Settings
from tests.conftest import BusFactory
from tests.sure import sure
from tests.system.conftest import port, until

ROWS = 3_000
KILLS = 4
Running = dict[int, subprocess.Popen[bytes]]
"""Processes by the port of their health."""
pytestmark = pytest.mark.system


@contextmanager
def processes(settings: Settings, count: int) -> Iterator[Running]:
    """So many directories in processes of their own, by the port of their health."""
    ports = {port() for _ in range(count)}
    running = {at: start(settings, at) for at in ports}
    try:
        yield running
        for at in running:  # who is killed while Python still loads has no clean stop
            until(partial(is_ready, at), 30, "a directory that reads")
    finally:
        for process in running.values():
            process.terminate()
        codes = [process.wait(15) for process in running.values()]
    assert codes == [0] * count


def start(settings: Settings, at: int) -> subprocess.Popen[bytes]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
    env |= {"DZE_REDIS_URL": settings.redis(), "DZE_KEY": sure(settings.key).get_secret_value()}
    return subprocess.Popen(
        [sys.executable, "-m", "services.directory"],
        env=env | {"DZE_INTERNAL_PORT": str(at)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def is_ready(at: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{at}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


async def kill_some(running: Running, chance: random.Random, settings: Settings) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.4, 1.2))
        which = chance.choice(list(running))
        running[which].kill()
        running[which].wait()
        running[which] = start(settings, which)


async def test_an_import_survives_kills_of_the_directory(
    bus_factory: BusFactory, settings: Settings, tmp_path: Path, nothing_pending: None
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown by pytest when the test fails
    chance = random.Random(seed)
    path = tmp_path / "many.csv"
    rows = "".join(f"Двор {n},@dzedemo_{n},53.9,27.5,{n}\n" for n in range(ROWS))
    path.write_text(f"name,link,lat,lon,members\n{rows}")
    bus = bus_factory("cli")
    with processes(settings, 2) as running:
        _, report = await asyncio.gather(
            kill_some(running, chance, settings), import_file(bus, path, patience=60)
        )
        assert (report.added, report.changed, len(report.skipped)) == (ROWS, 0, 0)
    assert Counter(each.revision for each in await listings(bus)) == {1: ROWS}
    published = [await bus.redis.xlen(key) for key in DIRECTORY_CHANGED.partitions()]
    assert sum(published) == ROWS
