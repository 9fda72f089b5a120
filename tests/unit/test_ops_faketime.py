"""Tests at another time: what is said where that cannot be, and that processes really live then."""

import os
import subprocess
import sys

import pytest

from ops import faketime
from shared.clock import unix

YEAR = 365 * 86_400
CHILD = "import time; b = time.monotonic(); time.sleep(0.01); print(time.time(), b, time.tzname[0])"


@pytest.mark.parametrize(
    "words",
    [
        [], ["2027-12-31 23:30"], ["", ""], ["2027-13-31", "UTC"], ["2027-12-31", "Asia/Nowhere"],
        ["2027-12-31", ""], ["2027-12-31", "../../etc/passwd"], ["tomorrow", "UTC", "-q"],
    ],
)  # fmt: skip
def test_a_time_that_is_none_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert faketime.main(words) == faketime.MISUSED
    assert capsys.readouterr().err.startswith("say when and where")


def test_without_libfaketime_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(faketime, "FOLDERS", ())
    assert faketime.main(["2027-12-31", "UTC"]) == faketime.MISSING
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.skipif(faketime.library() is None, reason="libfaketime is not on this machine")
def test_a_process_lives_then_and_there_and_waits_as_long_as_ever() -> None:
    library, before = faketime.library(), int(os.environ.get("FAKETIME", "0"))
    assert library is not None
    variables = faketime.environment(before + YEAR, "Pacific/Kiritimati", library, os.environ)
    child = subprocess.run([sys.executable, "-c", CHILD], env=variables, capture_output=True, check=True)
    at, monotonic, zone = child.stdout.decode().split()
    assert abs(float(at) - unix() - YEAR) < 60
    assert float(monotonic) < YEAR
    assert zone == "+14"
