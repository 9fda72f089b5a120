"""What only the operator can put right ends a service's start with one line and exit code 2."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from services.directory.settings import DirectorySettings
from shared.bus.launch import launch
from shared.server import EmbeddedRedis
from tests.powerless import powerless

KEY = "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Redis that knows a user `dze`, one who may only read, and nobody else."""
    with EmbeddedRedis(tmp_path_factory.mktemp("locked")) as server, Redis.from_url(server.url) as redis:
        redis.execute_command("ACL", "SETUSER", "dze", "on", ">right", "~*", "&*", "+@all")
        redis.execute_command("ACL", "SETUSER", "reader", "on", ">right", "~*", "+@read", "+@connection")
        redis.execute_command("ACL", "SETUSER", "default", "off")
        yield server.url


def start(url: str, password: str, data: Path) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
    told = {"DZE_KEY": KEY, "DZE_DATA": str(data), "DZE_REDIS_URL": url, "DZE_REDIS_PASSWORD": password}
    return subprocess.run(
        [sys.executable, "-m", "services.directory"],
        capture_output=True, text=True, timeout=60, env=clean | told, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("user", "password", "text"),
    [
        ("dze@", "wrong", "Redis refuses the user or password"),
        ("", "right", "Redis refuses the user or password"),
        ("", "", "Redis refuses the user or password"),
        ("reader@", "right", "Redis does not let the user of DZE_REDIS_URL write"),
    ],
)
def test_a_redis_that_does_not_let_it_in(
    locked: str, user: str, password: str, text: str, tmp_path: Path
) -> None:
    done = start(locked.replace("unix://", f"unix://{user}"), password, tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(text)
    assert done.stderr.count("\n") == 1


def test_a_data_folder_that_may_not_be_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    async def run(_: DirectorySettings) -> int:
        raise AssertionError

    data = tmp_path / "data"
    data.mkdir(mode=0)
    monkeypatch.setenv("DZE_KEY", KEY)
    monkeypatch.setenv("DZE_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("DZE_DATA", str(data))
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o711)
    with powerless():
        assert launch("directory", DirectorySettings, run) == 2
    said = capsys.readouterr().err
    assert said.startswith("DZE_DATA: this user (id ")
    assert said.endswith(f"may not read the folder {data}.\n")
