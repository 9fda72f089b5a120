"""`dze up` as a newcomer types it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.keys import Keys
from simulator.demo import DEMO_TOKEN, LINDEN_COURT, UPPER_TOWN, YARD_GROUP

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]
READY = "Ctrl-C stops everything"


class Up:
    """A running `dze up`."""

    def __init__(self, data: Path, *words: str, **environment: str) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
        self.data = data
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "up", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=data,
            env=clean | {"DZE_DATA": str(data)} | environment,
        )

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def until(self, text: str) -> None:
        """Read on until a line holds `text`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if text in line:
                return
        raise AssertionError(f"ended before {text!r}:\n{self.text}")

    def end(self, number: signal.Signals, seconds: float) -> int:
        """Send a signal, read what is left, and answer the exit code; it must come in time."""
        started = time.monotonic()
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        self.lines.append(rest)
        assert time.monotonic() - started < seconds
        return self.process.returncode

    def processes(self) -> list[int]:
        """All processes of this deployment, by its folder."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    words = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if str(self.data).encode() in words:
                    found.append(int(entry.name))
        return found


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    made: list[Up] = []

    def start(*words: str, **environment: str) -> Up:
        made.append(Up(tmp_path, *words, **environment))
        return made[-1]

    yield start
    for one in made:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


def _json(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)


def _is_known_to_telegram(telegram: str, listing: dict[str, Any]) -> None:
    """What the demo lists can be looked up, or the bot would call its links dead."""
    name = listing["properties"]["link"].rpartition("/")[2]
    deadline = time.monotonic() + 20
    while True:
        try:
            chat = _json(f"{telegram}/bot{DEMO_TOKEN}/getChat?chat_id=@{name}")["result"]
        except urllib.error.HTTPError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        else:
            break
    count = _json(f"{telegram}/bot{DEMO_TOKEN}/getChatMemberCount?chat_id=@{name}")["result"]
    assert (chat["title"], count) == (listing["properties"]["name"], listing["properties"]["members"])
    assert name not in str(_json(f"{telegram}/sim/world"))


def _nothing_left(one: Up, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while one.processes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert one.processes() == []


def _known_chats(one: Up) -> list[int]:
    """The demo's own chats are heard; of one that the bot has not met yet only the code is known."""
    keys = Keys((one.data / "key").read_text().strip())
    wanted = {keys.person(chat_id): chat_id for chat_id in (UPPER_TOWN, LINDEN_COURT, YARD_GROUP)}
    deadline = time.monotonic() + 30
    while True:
        asked = subprocess.run(
            [sys.executable, "-m", "cli.main", "chats", "list", "--json", "--state", "known"],
            capture_output=True, text=True, cwd=one.data, timeout=60, check=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
            | {"DZE_DATA": str(one.data)},
        )  # fmt: skip
        found = [wanted[row["code"]] for row in json.loads(asked.stdout)]
        if len(found) == len(wanted) or time.monotonic() > deadline:
            return found


def test_the_demo_shows_a_map_with_sample_data_and_stops_cleanly(
    up: Callable[..., Up], free_port: int
) -> None:
    one = up("--demo", "--port", str(free_port))
    one.until(READY)
    site = f"http://127.0.0.1:{free_port}"
    assert site in one.text
    telegram = re.search(r"Telegram +(http://127\.0\.0\.1:\d+)", one.text)
    assert telegram
    with urllib.request.urlopen(telegram[1], timeout=10) as answer:
        assert answer.status == 200
    for service in ("gateway", "submissions", "directory", "moderation", "simulator"):
        assert re.search(rf"^{service} +\| ready in", one.text, re.MULTILINE)
    deadline = time.monotonic() + 20
    while (total := _json(f"{site}/api/v1/listings?limit=1")["total"]) < 50 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert total >= 50
    _is_known_to_telegram(telegram[1], _json(f"{site}/api/v1/listings?limit=1&kind=group")["features"][0])
    assert sorted(_known_chats(one)) == [-1_001_700_000_102, -1_001_700_000_101, -1_700_000_104]
    assert one.end(signal.SIGINT, 10) == 0
    assert one.text.endswith("Stopped.\n")
    _nothing_left(one)

    again = up("--port", str(free_port))
    again.until(READY)
    assert _json(f"{site}/api/v1/listings?limit=1")["total"] == total
    assert "everything runs but the bot" in again.text
    assert again.end(signal.SIGTERM, 10) == 0
    _nothing_left(again)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_killed_at_once_it_leaves_no_process_and_starts_again(up: Callable[..., Up], free_port: int) -> None:
    one = up("--port", str(free_port))
    one.until(READY)
    assert len(one.processes()) >= 6
    one.process.kill()
    _nothing_left(one)
    again = up("--port", str(free_port))
    again.until(READY)
    assert again.end(signal.SIGINT, 10) == 0


def test_a_service_and_a_redis_that_die_come_back(up: Callable[..., Up], free_port: int) -> None:
    one = up("--port", str(free_port))
    one.until(READY)
    for words in ("services.directory", "valkey-server"):
        victim = next(p for p in one.processes() if words in Path(f"/proc/{p}/cmdline").read_text())
        os.kill(victim, signal.SIGKILL)
        one.until("starting it again")
    assert one.end(signal.SIGINT, 10) == 0


def test_a_taken_port_is_one_clear_line(up: Callable[..., Up]) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        one = up("--port", str(holder.getsockname()[1]))
        out, _ = one.process.communicate(timeout=30)
    assert one.process.returncode == 2
    assert re.fullmatch(r"dze: port \d+ is taken; choose another with --port\n", out)


def test_a_second_one_on_the_same_folder_is_one_clear_line(up: Callable[..., Up], free_port: int) -> None:
    first = up("--port", str(free_port))
    first.until("Redis ready")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = probe.getsockname()[1]
    second = up("--port", str(other))
    out, _ = second.process.communicate(timeout=30)
    assert second.process.returncode == 2
    assert re.fullmatch(rf"dze: .* is in use by process {first.process.pid}; .*\n", out)


def test_a_redis_of_ones_own_is_used_and_a_forgetful_one_warned_of(
    up: Callable[..., Up], redis_url: str, free_port: int
) -> None:
    one = up("--port", str(free_port), DZE_REDIS_URL=redis_url, DZE_KEY="a" * 64)
    one.until(READY)
    assert "answers" in one.lines[0]
    assert not (one.data / "redis").exists()
    assert one.end(signal.SIGINT, 10) == 0
