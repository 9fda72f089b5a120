"""The gateway as a process, small and large: `python -m bench.serving [COUNT ...] [--seed N] [--seconds S]`.

For each number of listings: the time from the start to ready, memory, the latency of `/api/v1/clusters` for
views of a city at several zooms and of pages, over HTTP on loopback; then the same views while listings
change, and how long a change takes to be seen. The median over 1,000,000 should be within twice that over
1,000, and the 99th percentile during changes within twice that at rest.
"""

import argparse
import asyncio
import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import orjson

from bench.made.city import CENTRE, City, listing_id
from services.gateway.web.drawing import View
from shared.bus.bus import connect
from shared.bus.envelope import DATA, KEY, PLAIN, Envelope
from shared.clock import unix
from shared.contracts.registry import DIRECTORY_CHANGED
from shared.keys import Keys
from shared.server import EmbeddedRedis

SECRET = "b" * 64
ZOOMS = (10, 11, 12, 13, 14, 15, 16)
READS = 1_500
TYPED = (
    "двор", "Двор {0}", "кальвар", "калварийская {1}", "kalvaryjskaja {1}", "кальвраыйская",
    "кальварская {1}", "двор {0} дом {1}", "house_{0}", "дв", "к", "вул", "цыгельня {0}", "рдвор {0}",
)  # fmt: skip
CHANGES_A_SECOND = 50
READY_SECONDS = 600
SETTLE = 0.1
"""Of each second, until what was under way is done."""
BATCH = 2_000


async def fill(url: str, city: City) -> None:
    """The snapshot as the directory would have left it."""
    redis, envelope = connect(url), Envelope(Keys(SECRET))
    for start in range(0, len(city), BATCH):
        async with redis.pipeline(transaction=False) as pipe:
            for number in range(start, min(start + BATCH, len(city))):
                name = listing_id(number)
                key = DIRECTORY_CHANGED.snapshot_key(envelope.partition(name))
                pipe.hset(key, name, PLAIN + city.body(number))
            await pipe.execute()
    await redis.aclose()


@dataclass
class Served:
    """A gateway that runs; `seconds` from its start until it was ready, `worked` of them on the processor."""

    port: int
    pid: int
    seconds: float
    worked: float

    @property
    def memory(self) -> int:
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * 4096


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def worked(pid: int) -> float:
    """Seconds of processor time that a process took so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_ready(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False


@contextmanager
def gateway(url: str, folder: str) -> Iterator[Served]:
    port = free_port()
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
    settings = {"DZE_KEY": SECRET, "DZE_REDIS_URL": url, "DZE_PORT": str(port), "DZE_DATA": folder}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "services.gateway"],
        env=plain | settings | {"PYTHONPATH": str(Path.cwd()), "DZE_LOG_LEVEL": "error"},
        cwd=folder,
    )
    try:
        while not is_ready(port):
            if process.poll() is not None or time.perf_counter() - started > READY_SECONDS:
                raise SystemExit("the gateway did not become ready")
            time.sleep(0.1)
        yield Served(port, process.pid, time.perf_counter() - started, worked(process.pid))
    finally:
        process.terminate()
        process.wait(30)


class Reader:
    """One connection that is kept open, as a browser keeps it."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> tuple[float, bytes]:
        """Milliseconds, and the body."""
        begun = time.perf_counter()
        self._connection.request("GET", path, headers={"Accept-Encoding": "identity"})
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return (time.perf_counter() - begun) * 1000, body


def views(seed: int, count: int) -> list[str]:
    """A phone's and a desktop's views of a city, moved about."""
    made = random.Random(seed)
    paths = []
    for number in range(count):
        zoom = ZOOMS[number % len(ZOOMS)]
        size = (400, 700) if number % 2 else (1280, 800)
        view = View(CENTRE[0] + made.gauss(0, 0.03), CENTRE[1] + made.gauss(0, 0.05), zoom, *size)
        box = view.box
        edges = f"{box.west:.5f},{box.south:.5f},{box.east:.5f},{box.north:.5f}"
        paths.append(f"/api/v1/clusters?bbox={edges}&zoom={zoom}")
    return paths


def suggestions(seed: int, count: int) -> list[str]:
    """What somebody types: words that all listings have, houses, links, beginnings, slips, nonsense."""
    made = random.Random(seed)
    return [
        f"/api/v1/suggest?q={quote(text)}"
        for _ in range(count)
        for text in [made.choice(TYPED).format(made.randrange(900), made.randrange(100))]
    ]


def p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def line(name: str, times: list[float]) -> None:
    print(f"  {name:32} median {statistics.median(times):7.2f} ms   99 % below {p99(times):7.2f} ms")


def at_rest(reader: Reader, seed: int, reads: int) -> None:
    """Views of the map, and the pages beside it and in the list."""
    paths = views(seed, reads)
    for path in paths[:100]:
        reader.get(path)
    times = [reader.get(path)[0] for path in paths]
    line("clusters", times)
    beside = [
        path.replace("clusters", "listings").split("&zoom")[0] + "&limit=60&order=members" for path in paths
    ]
    line("the list beside the map", [reader.get(path)[0] for path in beside[: reads // 5]])
    line("clusters of a kind", [reader.get(f"{path}&kind=help")[0] for path in paths[: reads // 10]])
    following = "/api/v1/listings?limit=100"
    pages = []
    for _ in range(60):
        taken, body = reader.get(following)
        pages.append(taken)
        cursor = orjson.loads(body)["next"]
        following = f"/api/v1/listings?limit=100&cursor={cursor}" if cursor else "/api/v1/listings?limit=100"
    line("pages of all", pages)
    found = [reader.get(path)[0] for path in suggestions(seed, reads // 5)]
    line("suggestions", found)
    print(f"  {'suggestions, the slowest':32} {max(found):14.2f} ms")


def resting(moment: float) -> bool:
    """Every other second the changes go where no gateway reads."""
    return int(moment) % 2 == 1


async def change(
    url: str, city: City, seed: int, seconds: float, first: int = 2, *, turns: bool = False
) -> str:
    """Publish changes evenly, with revisions from the first on; answers the id of the last listing."""
    redis, envelope, made = connect(url), Envelope(Keys(SECRET)), random.Random(seed)
    begun, name = time.perf_counter(), ""
    for turn in range(max(1, int(seconds * CHANGES_A_SECOND))):
        number, revision = made.randrange(len(city)), first + turn
        name = listing_id(number)
        partition = envelope.partition(name)
        body = PLAIN + city.body(number, revision)
        beside = "bench:" if turns and resting(unix()) else ""
        async with redis.pipeline(transaction=True) as pipe:
            pipe.hset(f"{beside}{DIRECTORY_CHANGED.snapshot_key(partition)}", name, body)
            pipe.xadd(f"{beside}{DIRECTORY_CHANGED.partition_key(partition)}", {DATA: body, KEY: b"k"})
            await pipe.execute()
        await asyncio.sleep(max(0.0, begun + (turn + 1) / CHANGES_A_SECOND - time.perf_counter()))
    await redis.aclose()
    return name


def changer(*values: object) -> subprocess.Popen[bytes]:
    """In a process of its own, so that it takes no time from the reader."""
    command = [sys.executable, "-m", "bench.serving", "--change", *map(str, values)]
    return subprocess.Popen(command)


def during_changes(reader: Reader, url: str, city: City, seed: int, seconds: float) -> float:
    """How many times the 99th percentile at rest that during changes is.

    The writer and Redis take their part of the machine all the time; but only every other second do the
    changes reach the gateway. So both figures are of the same machine in the same minute.
    """
    writing = changer(url, len(city), seed, seconds)
    time.sleep(1.0 + len(city) / 500_000)
    paths = views(seed + 1, 10_000)
    times: dict[bool, list[float]] = {True: [], False: []}
    number = 0
    while writing.poll() is None:
        begun = unix()
        taken, _ = reader.get(paths[number % len(paths)])
        number += 1
        if begun % 1 > SETTLE:
            times[resting(begun)].append(taken)
    line("clusters, changes elsewhere", times[True])
    line(f"clusters, {CHANGES_A_SECOND} changes a second", times[False])
    return p99(times[False]) / p99(times[True])


def seen_after(reader: Reader, url: str, city: City, seed: int) -> list[float]:
    """Milliseconds from the answer of the write until the API shows it."""
    times = []
    for number in range(20):
        revision = 1_000_000 + number
        name = asyncio.run(change(url, city, seed + number, 0.0, revision))
        begun = time.perf_counter()
        while b'"revision":%d' % revision not in reader.get(f"/api/v1/listings/{name}")[1]:
            if time.perf_counter() - begun > 10:
                raise SystemExit("a change was never seen")
        times.append((time.perf_counter() - begun) * 1000)
    return times


def side_by_side(small: Reader, large: Reader, seed: int) -> float:
    """How many times the small one's median the large one's is, asked in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for path in views(seed + 2, READS):
        times[0].append(small.get(path)[0])
        times[1].append(large.get(path)[0])
    line("clusters of the first, in turns", times[0])
    line("clusters of this, in turns", times[1])
    return statistics.median(times[1]) / statistics.median(times[0])


def run(
    stack: ExitStack, count: int, seed: int, seconds: float, first: tuple[int, int] | None
) -> tuple[int, int]:
    """Answers the count and the port, where the gateway goes on until the stack ends."""
    city = City.of(count, seed)
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    redis = stack.enter_context(EmbeddedRedis(folder))
    asyncio.run(fill(redis.url, city))
    served = stack.enter_context(gateway(redis.url, folder))
    print(f"{count:,} listings")
    print(f"  ready after {served.seconds:.1f} s, {served.worked:.1f} s of processor time")
    print(f"  memory {served.memory / 1e6:.0f} MB in all")
    reader = Reader(served.port)
    at_rest(reader, seed, READS)
    ratio = during_changes(reader, redis.url, city, seed, seconds)
    print(f"  99 % during changes / at rest    {ratio:.2f}")
    print(
        f"  a change is seen after           {max(seen_after(reader, redis.url, city, seed)):.0f} ms at most"
    )
    if first is not None:
        times = side_by_side(Reader(first[1]), Reader(served.port), seed)
        print(f"  median of {count:,} / of {first[0]:,}: {times:.2f}")
    return count, served.port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--seed", type=int, default=2020)
    parser.add_argument("--seconds", type=float, default=24.0)
    parser.add_argument("--change", nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.change:
        url, count, seed, seconds = asked.change
        asyncio.run(change(url, City.of(int(count), int(seed)), int(seed), float(seconds), turns=True))
        return
    print(f"seed {asked.seed}; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    first: tuple[int, int] | None = None
    with ExitStack() as stack:
        for count in asked.counts:
            with ExitStack() as own:
                done = run(stack if first is None else own, count, asked.seed, asked.seconds, first)
            first = first or done


if __name__ == "__main__":
    main()
