"""A disk that is full for a while: nothing accepted is lost, nothing is accepted, and it mends itself."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.system.test_cli_up import READY, Up

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]
SIZE = "24m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(folder)]
    if subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _propose(http: httpx.Client, number: int) -> httpx.Response | None:
    """None when the connection itself failed: then nobody was told that it was accepted."""
    with contextlib.suppress(httpx.HTTPError):
        proof = http.get("/api/v1/challenge").json()["challenge"] + ":0"
        body = {
            "action": "add", "name": "Двор", "link": f"https://t.me/full_disk_{number}", "kind": "group",
            "lat": 53.925, "lon": 27.59, "challenge": proof, "description": "д" * 400,
        }  # fmt: skip
        return http.post("/api/v1/submissions", json=body)
    return None


def _fill(path: Path) -> None:
    """Every byte that is left."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def _until(check: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_full_disk_is_said_lasts_and_mends_itself(small_disk: Path, free_port: int) -> None:
    up = Up(
        small_disk, "--port", str(free_port),
        DZE_CHALLENGE_BITS="0", DZE_SUBMISSIONS_PER_MINUTE="100000",
    )  # fmt: skip
    up.until(READY)
    accepted: list[str] = []
    refused: list[httpx.Response] = []
    with httpx.Client(base_url=f"http://127.0.0.1:{free_port}", timeout=20) as http:

        def send(number: int) -> bool:
            answer = _propose(http, number)
            if answer is None:
                return False
            if answer.status_code == 202:
                accepted.append(answer.json()["receipt"])
                return True
            refused.append(answer)
            return False

        for number in range(20):
            assert send(number)
        _fill(small_disk / "filler")
        for number in range(20, 60):
            send(number)
        up.until("disk full")
        assert not send(60)
        assert refused
        assert {(one.status_code, "retry-after" in one.headers) for one in refused} == {(503, True)}
        assert http.get("/list").status_code == 200  # readers notice nothing
        (small_disk / "filler").unlink()
        up.until("there again")
        _until(lambda: send(61), 30)
        for receipt in accepted:
            assert http.get(f"/api/v1/submissions/{receipt}").status_code == 200
    assert up.end(signal.SIGINT, 10) == 0


def test_a_disk_that_is_full_at_the_start_is_one_clear_line(small_disk: Path, free_port: int) -> None:
    _fill(small_disk / "filler")
    up = Up(small_disk, "--port", str(free_port))
    out, _ = up.process.communicate(timeout=30)
    assert up.process.returncode == 2
    assert out.startswith("dze: disk full: no room in "), out
    assert out.count("\n") == 1
