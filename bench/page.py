"""The map page on a slow phone: `python -m bench.page [FILE] [--trace FOLDER]`.

Runs everything with the listings of FILE (the 2020 directory's JSON, GeoJSON or CSV; the sample city without
it), opens the map in Chromium under a slow network and a slowed processor, and says what came over the wire
and when the page could be read and used. With `--trace` a trace of each run is kept, for chrome://tracing.
Needs Chromium.
"""

import argparse
import gzip
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
ROUNDS = 3
DATA_MOST = 40_000
"""Bytes on the wire, compressed, that the whole city may take."""


@dataclass(frozen=True)
class Profile:
    """A network as Chromium's own tools imitate it, and how many times slower the processor is."""

    name: str
    kbit: int
    latency_ms: int
    slower: int


PROFILES = (
    Profile("4G, processor 4 times slower", 9_000, 60, 4),
    Profile("slow 4G, processor 4 times slower", 1_600, 150, 4),
    Profile("3G, processor 6 times slower", 700, 300, 6),
)
VITALS = """
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.benchLargest = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def total(url: str) -> int:
    try:
        with urllib.request.urlopen(f"{url}/api/v1/listings?limit=1", timeout=5) as answer:
            return int(json.load(answer)["total"])
    except OSError:
        return 0


@contextmanager
def site(file: str | None) -> Iterator[str]:
    """Everything, with the listings in it."""
    port, dze = free_port(), str(Path(sys.executable).parent / "dze")
    with tempfile.TemporaryDirectory() as folder:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
        env = plain | {"DZE_DATA": folder, "DZE_PORT": str(port)}
        log = (Path(folder) / "up.log").open("w")
        command = [dze, "up", *([] if file else ["--demo"])]
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}"
        try:
            _wait(lambda: _answers(f"{url}/readyz"), process)
            if file:
                subprocess.run([dze, "import", file], env=env, check=True, stdout=log, stderr=log)
            _wait(lambda: total(url) > 0, process)
            _settle(url)
            yield url
        finally:
            process.terminate()
            process.wait(30)
            log.close()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def _wait(ready: Any, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit("the site did not come up")
        time.sleep(0.1)


def _settle(url: str) -> None:
    """Until no more listings come in."""
    before = -1
    while (now := total(url)) != before:
        before = now
        time.sleep(2)


@dataclass
class Run:
    """Milliseconds since the navigation began, and bytes on the wire by what they are."""

    read: float
    """First contentful paint: the drawn map and the list are there and can be used."""
    largest: float
    live: float
    """The script's map shows its marks."""
    bytes: dict[str, int]


def measure(browser: Browser, url: str, profile: Profile, trace: Path | None) -> Run:
    context = browser.new_context(
        viewport={"width": 360, "height": 720}, device_scale_factor=2, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    page.add_init_script(VITALS)
    protocol = context.new_cdp_session(page)
    sizes = _weigh(protocol)
    speed = profile.kbit * 1000 / 8
    conditions = {"offline": False, "latency": profile.latency_ms}
    protocol.send("Network.enable")
    protocol.send(
        "Network.emulateNetworkConditions",
        conditions | {"downloadThroughput": speed, "uploadThroughput": speed / 4},
    )
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": profile.slower})
    if trace:
        browser.start_tracing(page=page, path=trace, screenshots=True)
    page.goto(url, wait_until="commit")
    page.wait_for_selector("#map .pin, #map .round", timeout=120_000)
    live = page.evaluate("performance.now()")
    page.wait_for_load_state("load")
    page.wait_for_timeout(1_500)
    paints = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    found = Run(page.evaluate(paints), page.evaluate("window.benchLargest ?? 0"), live, dict(sizes))
    if trace:
        browser.stop_tracing()
    context.close()
    return found


def _weigh(protocol: CDPSession) -> dict[str, int]:
    """Bytes on the wire, headers too, by kind; filled while the page loads."""
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = kind_of(event["response"]["url"], event["type"])

    def finished(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "other")
        sizes[kind] = sizes.get(kind, 0) + int(event["encodedDataLength"])

    protocol.on("Network.responseReceived", answered)
    protocol.on("Network.loadingFinished", finished)
    return sizes


def kind_of(url: str, kind: str) -> str:
    if "/api/" in url:
        return "data"
    return (
        "flags" if "/flags/" in url else {"Document": "page", "Stylesheet": "styles"}.get(kind, kind.lower())
    )


def columns(url: str) -> int:
    """Bytes of the whole city as columns, compressed."""
    request = urllib.request.Request(f"{url}/api/v1/listings.columns", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        body = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(body)
    return len(body)


def report(name: str, runs: list[Run]) -> None:
    read, largest, live = (
        statistics.median(getattr(run, what) for run in runs) for what in ("read", "largest", "live")
    )
    print(f"{name}: read after {read:.0f} ms, largest part {largest:.0f} ms, live map {live:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?")
    parser.add_argument("--trace", type=Path)
    asked = parser.parse_args()
    if CHROMIUM is None:
        print("no Chromium on this machine: nothing measured")
        return
    if asked.trace:
        asked.trace.mkdir(parents=True, exist_ok=True)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with site(asked.file) as url, sync_playwright() as playwright:
        city = columns(url)
        print(f"{total(url):,} listings; all of them as columns: {city:,} bytes (limit {DATA_MOST:,})")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for number, profile in enumerate(PROFILES):
            trace = asked.trace / f"page-{number}.json" if asked.trace else None
            runs = [measure(browser, url, profile, trace if turn == 0 else None) for turn in range(ROUNDS)]
            if number == 0:
                parts = ", ".join(f"{kind} {size / 1000:.1f}" for kind, size in sorted(runs[0].bytes.items()))
                print(f"on the wire: {sum(runs[0].bytes.values()) / 1000:.1f} kB ({parts})")
            report(profile.name, runs)
            if trace:
                print(f"  trace: {trace}")
        browser.close()


if __name__ == "__main__":
    main()
