"""`dze mirror` as an operator types it."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.bus import Bus
from shared.settings import Settings
from tests.conftest import KEY
from tests.gateway import added, listing

HOSTILE = "\u202e</script><script>alert(1)</script>"


def dze(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DZE_", "SOURCE_"))}
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        capture_output=True,
        text=True,
        timeout=90,
        env=clean | environment,
        check=False,
    )


@pytest.fixture
async def deployed(settings: Settings, bus_factory: Callable[..., Bus], tmp_path: Path) -> dict[str, str]:
    """The environment of a deployment with two listings."""
    bus = bus_factory("directory")
    await bus.publish(added(listing(1, name="Плошча Перамен")), added(listing(2, name=HOSTILE)))
    assert settings.redis_url is not None
    url = settings.redis_url.get_secret_value()
    return {"DZE_REDIS_URL": url, "DZE_KEY": KEY, "DZE_DATA": str(tmp_path / "data")}


async def test_two_copies_of_a_day_are_one_and_the_check_tells_whose(
    deployed: dict[str, str], tmp_path: Path
) -> None:
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    first = dze("mirror", str(one), "--date", "2026-11-22", **deployed)
    assert first.returncode == 0, first.stderr
    assert "2 listings" in first.stdout
    assert dze("mirror", str(two), SOURCE_DATE_EPOCH="1795305600", **deployed).returncode == 0
    assert one.read_bytes() == two.read_bytes()
    key = first.stdout.split()[-1].rstrip(".")
    assert key in dze("mirror", "--verify", str(one), **deployed).stdout
    assert "This is the key of this deployment." in dze("mirror", "--verify", str(one), **deployed).stdout
    assert dze("mirror", "--verify", str(one), "--key", "00" * 32).returncode == 1


async def test_a_changed_copy_is_refused_in_words(deployed: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "copy.zip"
    assert dze("mirror", str(path), **deployed).returncode == 0
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("evil.js", "alert(1)")
    done = dze("mirror", "--verify", str(path), **deployed)
    assert done.returncode == 1
    assert "not in the manifest: evil.js" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.clock
async def test_an_old_copy_has_expired(deployed: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "old.zip"
    assert dze("mirror", str(path), "--date", "2020-09-16", **deployed).returncode == 0
    done = dze("mirror", "--verify", str(path), **deployed)
    assert done.returncode == 2
    assert "EXPIRED" in done.stdout


async def test_what_cannot_be_done_is_one_line(deployed: dict[str, str], tmp_path: Path) -> None:
    for words in (["x.zip", "--date", "yesterday"], [str(tmp_path / "none" / "x.zip")]):
        done = dze("mirror", *words, **deployed)
        assert done.returncode in {1, 2}
        assert done.stderr.startswith("dze: ")
        assert done.stderr.count("\n") == 1
    assert dze("mirror", "--verify", str(tmp_path / "none.zip"), **deployed).returncode == 1
