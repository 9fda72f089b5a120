"""The whole system as real processes: Redis, four services, and the simulator in Telegram's place."""

import functools
import hashlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from shared.contracts.registry import STREAMS
from shared.server import EmbeddedRedis
from simulator.demo import DEMO_TOKEN, REVIEW_CHAT

ROOT = Path(__file__).parents[2]
KEY = "5" * 64
SECRET = "webhook-secret-of-the-tests-0123456789"
SERVICES = ("directory", "submissions", "moderation", "gateway")


def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(check: Callable[[], Any], seconds: float = 20.0, what: str = "") -> Any:
    """Wait until `check` answers something true; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        answer = check()
        if answer:
            return answer
        assert time.monotonic() < end, f"{what or check} did not come true in {seconds} s"
        time.sleep(0.05)


class City:
    """A running deployment. `start` and `kill` work on one service, named as in the design."""

    def __init__(self, redis: EmbeddedRedis, folder: Path, **more: str) -> None:
        self.redis = redis
        self.folder = folder
        self.ports = {name: port() for name in (*SERVICES, "simulator", "web")}
        self.url = f"http://127.0.0.1:{self.ports['web']}"
        self.telegram = f"http://127.0.0.1:{self.ports['simulator']}"
        self.more = more
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.http = httpx.Client(base_url=self.url, timeout=20)
        self.sim = httpx.Client(base_url=self.telegram, timeout=20)

    def environment(self, name: str) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("DZE_")}
        return clean | {
            "DZE_REDIS_URL": self.redis.url,
            "DZE_DATA": str(self.folder / "data"),
            "DZE_KEY": KEY,
            "DZE_PORT": str(self.ports["web"]),
            "DZE_INTERNAL_PORT": str(self.ports.get(name, 0)),
            "DZE_TELEGRAM_TOKEN": DEMO_TOKEN,
            "DZE_TELEGRAM_API": self.telegram,
            "DZE_TELEGRAM_SECRET": SECRET,
            "DZE_REVIEW_CHAT": str(REVIEW_CHAT),
            "DZE_PUBLIC_URL": self.url,
            **self.more,
        }

    def start(self, name: str, *arguments: str) -> None:
        """`name` may carry a number for a further replica: `moderation:2`."""
        self.ports.setdefault(name, port())
        module = "simulator" if name == "simulator" else f"services.{name.split(':', maxsplit=1)[0]}"
        words = [sys.executable, "-m", module, *arguments]
        if name == "simulator":
            words += ["--port", str(self.ports["simulator"])]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                words, cwd=ROOT, env=self.environment(name), stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes.pop(name).wait()

    def stop(self) -> dict[str, int]:
        """Ask all to stop; answers their exit codes."""
        services = {name: process for name, process in self.processes.items() if name != "simulator"}
        for process in services.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(15) for name, process in services.items()}
        if "simulator" in self.processes:
            self.kill("simulator")
        self.processes.clear()
        return codes

    def ready(self, name: str) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.ports[name]}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_ready(self, *names: str) -> None:
        for name in names or SERVICES:
            until(functools.partial(self.ready, name), 30, f"{name} ready")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def told(self, codes: dict[str, int]) -> str:
        """What those said that did not stop cleanly."""
        return "\n".join(f"{name} {code}:\n{self.log(name)[-3000:]}" for name, code in codes.items() if code)

    def do(self, deed: str, **fields: Any) -> Any:
        """Make something happen in Telegram."""
        answer = self.sim.post(f"/sim/{deed}", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def chat(self, chat: int | str) -> dict[str, Any]:
        there: dict[str, Any] = self.sim.get(f"/sim/chats/{chat}").json()
        return there

    def calls(self, method: str = "", chat: int | None = None) -> list[dict[str, Any]]:
        asked: dict[str, Any] = {"method": method, "most": 100_000} | ({"chat": chat} if chat else {})
        made: list[dict[str, Any]] = self.sim.get("/sim/calls", params=asked).json()
        return made

    def proof(self) -> str:
        made = self.http.get("/api/v1/challenge").json()
        for nonce in itertools.count():
            digest = hashlib.sha256(f"{made['challenge']}:{nonce}".encode()).digest()
            if int.from_bytes(digest) >> (256 - made["bits"]) == 0:
                return f"{made['challenge']}:{nonce}"
        raise AssertionError

    def propose(self, key: str = "", **fields: Any) -> httpx.Response:
        body = {
            "action": "add", "name": "Двор на Сурганава 12", "link": "https://t.me/surhanava_12_test",
            "kind": "group", "lat": 53.925, "lon": 27.59, "precision": "courtyard", "languages": ["be"],
            "challenge": self.proof(),
        }  # fmt: skip
        headers = {"Idempotency-Key": key} if key else {}
        return self.http.post("/api/v1/submissions", json=body | fields, headers=headers)

    def state(self, receipt: str) -> str:
        return str(self.http.get(f"/api/v1/submissions/{receipt}").json()["state"])

    def listings(self, **asked: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get("/api/v1/listings", params=asked).json()["features"]
        return found

    def cards(self) -> list[dict[str, Any]]:
        """Review cards that still have buttons."""
        return [
            m for m in self.chat(REVIEW_CHAT)["messages"] if m.get("reply_markup") and not m.get("deleted")
        ]

    def drained(self) -> bool:
        """Whether nothing is unread or pending in any group."""
        with Redis.from_url(self.redis.url) as redis:
            groups = [
                g
                for s in STREAMS
                for key in s.partitions()
                if redis.exists(key)
                for g in redis.xinfo_groups(key)
            ]
        return all(g["pending"] == 0 and not g["lag"] for g in groups)

    def dead(self) -> list[str]:
        with Redis.from_url(self.redis.url) as redis:
            keys = [s.dead_key(group) for s in STREAMS for group in s.consumers]
            return [f"{key}: {fields}" for key in keys for _, fields in redis.xrange(key)]


@pytest.fixture
def make_city(tmp_path: Path) -> Iterator[Callable[..., City]]:
    """Starts deployments; afterwards everything stops cleanly with nothing pending and no dead letter."""
    with EmbeddedRedis(tmp_path / "redis") as redis:
        cities: list[City] = []

        def make(**more: str) -> City:
            city = City(redis, tmp_path, **more)
            cities.append(city)
            city.start("simulator")
            until(lambda: simulated(city), 20, "the simulator")
            for name in SERVICES:
                city.start(name)
            city.wait_ready()
            return city

        yield make
        for city in cities:
            try:
                until(city.drained, 20, "all groups to be done")
                assert not city.dead()
                codes = city.stop()
                assert set(codes.values()) == {0}, city.told(codes)
            finally:
                city.http.close()
                city.sim.close()
                for process in city.processes.values():
                    process.kill()
                    process.wait()


def simulated(city: City) -> bool:
    """Whether the simulator of Telegram answers."""
    try:
        return city.sim.get("/sim/world").status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def city(make_city: Callable[..., City]) -> City:
    return make_city()
