"""Answers that are the same for everybody, asked again: `python -m bench.answers`.

The rate of a map answer, the home page and the list when they are asked again, beside a bare FastAPI answer
of the map answer's bytes on the same server with the same settings; and of map answers that nobody asked for
before. All sides in turns in one run, each a process of its own, closed loop. Aims: 0.8 of bare for the map
answer, 1,500 a second for home and list. Then what others wait for while an export is made.
"""

import argparse
import asyncio
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from fastapi import FastAPI
from starlette.responses import Response

from bench.made.city import City
from bench.serving import Reader, change, fill, free_port, gateway, is_ready, p99, worked
from services.gateway.serving import PublicServer, config
from shared.server import EmbeddedRedis

LISTINGS, MANY = 1_125, 20_000
"""The Minsk of 2020; and a large city, for the export."""
SEED = 2020
MAP = "/api/v1/clusters?bbox=27.40,53.82,27.72,53.98&zoom=11"
HEAD = "GET {} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {}\r\n\r\n"


def bare(port: int, file: str) -> None:
    """A FastAPI application with one route that gives the bytes of a file."""
    app, body = FastAPI(), Path(file).read_bytes()

    @app.get("/readyz")
    async def ready() -> Response:
        return Response()

    @app.get("/bare")
    async def answer() -> Response:
        return Response(body, media_type="application/geo+json")

    PublicServer(config(app, "127.0.0.1", port)).run()


@contextmanager
def bare_server(body: bytes, folder: str) -> Iterator[tuple[int, int]]:
    """Port and process."""
    port, file = free_port(), Path(folder, "bare")
    file.write_bytes(body)
    command = [sys.executable, "-m", "bench.answers", "--bare", str(port), str(file)]
    process = subprocess.Popen(command)
    try:
        while not is_ready(port):
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


async def client(port: int, path: Callable[[], str], until: float, coding: str) -> int:
    """Ask again and again on one connection; answers how often."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    count = 0
    while time.perf_counter() < until:
        writer.write(HEAD.format(path(), coding).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head[:16]:
            raise SystemExit(head.decode())
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        count += 1
    writer.close()
    return count


class Side(NamedTuple):
    """What is asked of whom."""

    port: int
    pid: int
    path: Callable[[], str]
    coding: str = "gzip"


class Rate(NamedTuple):
    """Answers a second; and answers for each second of the server's processor time, which load beside leaves
    as it is.
    """

    second: float
    worked: float


async def rate(side: Side, clients: int, seconds: float) -> Rate:
    before, begun = worked(side.pid), time.perf_counter()
    clients_each = (client(side.port, side.path, begun + seconds, side.coding) for _ in range(clients))
    count = sum(await asyncio.gather(*clients_each))
    return Rate(count / (time.perf_counter() - begun), count / max(0.01, worked(side.pid) - before))


def views() -> Iterator[str]:
    """Views that nobody asked for before, as large as the one that is asked again."""
    made = random.Random(SEED)
    while True:
        west, south = 27.40 + made.gauss(0, 0.002), 53.82 + made.gauss(0, 0.002)
        yield f"/api/v1/clusters?bbox={west:.6f},{south:.6f},{west + 0.32:.6f},{south + 0.16:.6f}&zoom=11"


def rates(clients: int, seconds: float, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, EmbeddedRedis(folder) as redis:
        asyncio.run(fill(redis.url, City.of(LISTINGS, SEED)))
        with gateway(redis.url, folder) as served:
            body = Reader(served.port).get(MAP)[1]
            print(f"{LISTINGS:,} listings, a map answer of {len(body):,} bytes, {clients} clients")
            with bare_server(body, folder) as (port, pid):
                compare((served.port, served.pid), (port, pid), clients, seconds, rounds)
            print(f"memory {served.memory / 1e6:.0f} MB")


def compare(
    served: tuple[int, int], bare_served: tuple[int, int], clients: int, seconds: float, rounds: int
) -> None:
    """Each side in turns, every other round the other way round."""
    anew = views()
    sides = {
        "bare FastAPI": Side(*bare_served, lambda: "/bare"),
        "map again": Side(*served, lambda: MAP, "identity"),
        "map again, gzip": Side(*served, lambda: MAP),
        "home again": Side(*served, lambda: "/"),
        "list again": Side(*served, lambda: "/list"),
        "map anew": Side(*served, lambda: next(anew), "identity"),
    }
    found: dict[str, list[Rate]] = {name: [] for name in sides}
    for turn in range(rounds):
        for name in list(sides)[:: 1 if turn % 2 == 0 else -1]:
            found[name].append(asyncio.run(rate(sides[name], clients, seconds)))
    for name, each in found.items():
        usual = statistics.median(one.second for one in each)
        pairs = list(zip(each, found["bare FastAPI"], strict=True))
        seconds_each = statistics.median(one.second / base.second for one, base in pairs)
        worked_each = statistics.median(one.worked / base.worked for one, base in pairs)
        print(
            f"  {name:16} {usual:6,.0f}/s, {seconds_each:.2f} of bare;"
            f" {statistics.median(one.worked for one in each):6,.0f} in a second of processor time,"
            f" {worked_each:.2f} of bare"
        )


def during_export() -> None:
    """What others wait for while exports are made, each of a new version."""
    city = City.of(MANY, SEED)
    with tempfile.TemporaryDirectory() as folder, EmbeddedRedis(folder) as redis:
        asyncio.run(fill(redis.url, city))
        with gateway(redis.url, folder) as served:
            reader = Reader(served.port)
            rest = [reader.get("/livez")[0] for _ in range(500)]
            times, made = [], []
            for turn in itertools.islice(itertools.count(), 3):
                asyncio.run(change(redis.url, city, SEED + turn, 0.0, 100 + turn))
                time.sleep(0.3)
                begun = time.perf_counter()
                command = [sys.executable, "-c", ASK, str(served.port)]
                asking = subprocess.Popen(command)
                while asking.poll() is None:
                    times.append(reader.get("/livez")[0])
                made.append(time.perf_counter() - begun)
            again = [Reader(served.port).get("/export.geojson")[0] for _ in range(5)]
    print(f"{MANY:,} listings, an export made anew in {statistics.median(made):.2f} s")
    print(
        f"  others meanwhile: 99 % below {p99(times):.1f} ms, {max(times):.1f} at most;"
        f" at rest {p99(rest):.1f} ms"
    )
    print(f"  the same export again: {statistics.median(again):.1f} ms")


ASK = "import sys, urllib.request as u; u.urlopen(f'http://127.0.0.1:{sys.argv[1]}/export.geojson').read()"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bare", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.bare:
        bare(int(asked.bare[0]), asked.bare[1])
        return
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    rates(asked.clients, asked.seconds, asked.rounds)
    during_export()


if __name__ == "__main__":
    main()
