"""What `dze up` does with its processes: shows, restarts, gives up, stops, leaves none behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import supervise
from cli.errors import MISUSED, Stop
from cli.supervise import Program, Supervisor

HEALTHY = """
import http.server, os, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
print("begun", flush=True)
http.server.HTTPServer(("127.0.0.1", int(os.environ["DZE_INTERNAL_PORT"])), Ready).serve_forever()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + HEALTHY
DYING = "print('my last words', flush=True); raise SystemExit(3)"
MISCONFIGURED = "raise SystemExit(2)"
PARENT = """
import asyncio, os, sys
from cli.supervise import Program, Supervisor
supervisor = Supervisor([Program("child", [sys.executable, "-c", sys.argv[1]], dict(os.environ))])
asyncio.run(supervisor.run(lambda: print("pid", supervisor.programs[0].process.pid, flush=True)))
"""


def program(name: str, code: str) -> Program:
    return Program(name, [sys.executable, "-c", code], dict(os.environ))


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


def pid_of(one: Program) -> int:
    assert one.process is not None
    return one.process.pid


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "BACKOFF", (0.05,))


async def test_lines_carry_the_name_and_all_ready_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor([program("one", HEALTHY), program("other", HEALTHY)])
    told: list[int] = []

    def ready() -> None:
        told.append(1)
        supervisor.stop()

    await asyncio.wait_for(supervisor.run(ready), 20)
    out = capsys.readouterr().out
    assert "one   | begun\n" in out
    assert "other | ready in " in out
    assert told == [1]


async def test_one_that_crashed_is_started_again(eventually: Callable[..., Any]) -> None:
    only = program("one", HEALTHY)
    supervisor = Supervisor([only])
    first: list[int] = []

    def ready() -> None:
        first.append(pid_of(only))
        os.kill(pid_of(only), signal.SIGKILL)

    running = asyncio.create_task(supervisor.run(ready))
    await eventually(lambda: first and pid_of(only) != first[0])
    supervisor.stop()
    await asyncio.wait_for(running, 20)
    assert gone(first[0])


async def test_one_that_was_ready_is_started_again_however_often_it_is_killed(
    eventually: Callable[..., Any],
) -> None:
    only, killed = program("one", HEALTHY), 0
    supervisor = Supervisor([only])
    running = asyncio.create_task(supervisor.run(lambda: None))

    def started() -> bool:
        return only.process is not None and pid_of(only) != killed

    await eventually(lambda: "one" in supervisor._ready, seconds=60)
    for _ in range(supervise.STARTS_MOST + 2):
        await eventually(started, seconds=60)
        os.kill(killed := pid_of(only), signal.SIGKILL)
    await eventually(started, seconds=60)
    supervisor.stop()
    await asyncio.wait_for(running, 20)


async def test_one_that_never_gets_ready_ends_everything_with_a_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    well = program("well", HEALTHY)
    supervisor = Supervisor([well, program("ill", DYING)])
    with pytest.raises(Stop, match="ill was started 5 times and never got ready, at last with exit code 3"):
        await asyncio.wait_for(supervisor.run(lambda: None), 30)
    assert capsys.readouterr().out.count("my last words") == 5
    assert gone(pid_of(well))


async def test_one_that_refuses_its_settings_is_not_tried_again() -> None:
    supervisor = Supervisor([program("ill", MISCONFIGURED)])
    with pytest.raises(Stop, match="cannot start") as stopped:
        await asyncio.wait_for(supervisor.run(lambda: None), 20)
    assert stopped.value.code == MISUSED


async def test_one_that_does_not_stop_is_killed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "STOP_SECONDS", 0.5)
    only = program("stubborn", STUBBORN)
    supervisor = Supervisor([only])
    await asyncio.wait_for(supervisor.run(supervisor.stop), 20)
    assert gone(pid_of(only))


async def test_asking_twice_insists() -> None:
    only = program("stubborn", STUBBORN)
    supervisor = Supervisor([only])

    def ready() -> None:
        supervisor.stop()
        asyncio.get_running_loop().call_later(0.2, supervisor.stop)

    started = time.monotonic()
    await asyncio.wait_for(supervisor.run(ready), 20)
    assert gone(pid_of(only))
    assert time.monotonic() - started < supervise.STOP_SECONDS


async def test_a_line_without_end_does_not_stop_the_reading(capsys: pytest.CaptureFixture[str]) -> None:
    code = "print('x' * 300_000, flush=True); print('after', flush=True)" + HEALTHY
    supervisor = Supervisor([program("one", code)])
    await asyncio.wait_for(supervisor.run(supervisor.stop), 20)
    assert "one | after\n" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
@pytest.mark.parametrize("code", [HEALTHY, STUBBORN])
def test_no_process_outlives_a_parent_that_is_killed(code: str) -> None:
    words = [sys.executable, "-c", PARENT, code]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        line = next(line for line in parent.stdout if line.startswith("pid"))
        parent.kill()
    child = int(line.split()[1])
    deadline = time.monotonic() + 5
    while not gone(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert gone(child)
