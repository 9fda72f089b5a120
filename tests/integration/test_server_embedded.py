"""The embedded Redis: private, durable, alone on its folder, and gone when its parent is gone."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from redis import Redis

from cli.up import RedisKeeper
from ops import faketime
from shared import server as server_module
from shared.clock import unix
from shared.launch import spawn
from shared.server import EmbeddedRedis, ServerError, ensure_key, running_url

PARENT = """
import sys, time
from shared.server import EmbeddedRedis
with EmbeddedRedis(sys.argv[1]) as server:
    print(server.pid, flush=True)
    time.sleep(60)
"""


def _ended(pid: int, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_what_was_written_is_there_at_the_next_start(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server, Redis.from_url(server.url) as redis:
        redis.set("left", "behind")
    with EmbeddedRedis(tmp_path) as server, Redis.from_url(server.url) as redis:
        assert redis.get("left") == b"behind"


def test_a_crash_of_the_server_loses_nothing_and_keeps_the_address(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server, Redis.from_url(server.url) as redis:
        redis.set("left", "behind")
        url = server.url
        server.kill()
        assert not server.alive()
        server.start()
        assert server.url == url
        assert redis.get("left") == b"behind"


def test_each_write_is_on_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server, Redis.from_url(server.url, decode_responses=True) as redis:
        settings = redis.config_get("append*") | redis.config_get("maxmemory-policy")
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "always"
    assert settings["maxmemory-policy"] == "noeviction"


def test_no_other_user_can_reach_the_server_or_read_its_files(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "data") as server:
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
        assert stat.S_IMODE(server.socket.stat().st_mode) & 0o077 == 0
        assert stat.S_IMODE((tmp_path / "data" / "redis.url").stat().st_mode) == 0o600


def test_it_listens_on_no_port(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server, Redis.from_url(server.url, decode_responses=True) as redis:
        assert redis.config_get("port")["port"] == "0"


def test_a_second_one_on_the_same_folder_is_told_who_has_it(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path), pytest.raises(ServerError, match=f"in use by process {os.getpid()}"):
        EmbeddedRedis(tmp_path).__enter__()


def test_others_find_the_running_one_and_only_a_running_one(tmp_path: Path) -> None:
    assert running_url(tmp_path) is None
    with EmbeddedRedis(tmp_path) as server:
        assert running_url(tmp_path) == server.url
        server.kill()
        assert running_url(tmp_path) is None
    assert running_url(tmp_path) is None


def test_a_folder_with_a_hostile_or_very_long_name_works(tmp_path: Path) -> None:
    odd = tmp_path / 'a "quoted" \\ #% folder?' / ("long-" * 30)
    with EmbeddedRedis(odd) as server, Redis.from_url(server.url) as redis:
        assert redis.ping()
        short = server.socket.parent
    assert not short.exists() or short.is_relative_to(odd)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_it_dies_with_a_parent_that_is_killed_and_frees_the_folder(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        server_pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    assert _ended(server_pid)
    with EmbeddedRedis(tmp_path) as server:
        assert server.alive()


def _slow(monkeypatch: pytest.MonkeyPatch, delay: int) -> None:
    """Each key takes so many microseconds to load; the server answers after each 1,024 of them."""
    monkeypatch.setattr(server_module, "OPTIONS", server_module.OPTIONS | {"key-load-delay": str(delay)})


def _with_keys(folder: Path, count: int) -> None:
    with EmbeddedRedis(folder) as server, Redis.from_url(server.url) as redis:
        pipe = redis.pipeline(transaction=False)
        for number in range(count):
            pipe.set(f"key:{number}", "x")
        pipe.execute()


def test_a_server_that_loads_for_long_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_keys(tmp_path, 8000)
    _slow(monkeypatch, 300)
    monkeypatch.setattr(server_module, "START_SECONDS", 1.5)
    with EmbeddedRedis(tmp_path) as server, Redis.from_url(server.url) as redis:
        assert redis.dbsize() == 8000


async def test_one_that_loads_keeps_nobody_waiting_who_wants_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_keys(tmp_path, 20_000)
    with EmbeddedRedis(tmp_path) as server:
        server.kill()
        _slow(monkeypatch, 1000)  # 20 s in all
        said: list[str] = []
        keeping = asyncio.create_task(RedisKeeper(server, said.append).run())
        while not server.alive():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        begun = time.monotonic()
        keeping.cancel()
        await asyncio.wait([keeping])
        server.stop()
        assert time.monotonic() - begun < 3
        assert said == ["Redis ended; starting it again"]


@pytest.mark.skipif(sys.platform != "linux", reason="as it is found by its folder")
def test_a_start_that_is_interrupted_leaves_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: EmbeddedRedis) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(EmbeddedRedis, "is_up", interrupted)
    server = EmbeddedRedis(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        server.__enter__()
    assert not server.alive()
    monkeypatch.undo()
    with EmbeddedRedis(tmp_path) as again:
        assert again.alive()


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "redis.url").mkdir()
    with pytest.raises(ServerError, match="cannot write to"):
        server_module.write_private(tmp_path / "redis.url", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["redis.url"]


def test_a_server_that_cannot_start_says_where_the_reason_stands(tmp_path: Path) -> None:
    manifest = tmp_path / "redis" / "appendonlydir" / "appendonly.aof.manifest"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("not a manifest\n")
    with pytest.raises(ServerError, match=r"redis\.log"):
        EmbeddedRedis(tmp_path).__enter__()


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerError, match="cannot use the folder"):
        EmbeddedRedis(tmp_path / "file" / "data").__enter__()


def test_children_are_started_from_the_main_thread_only() -> None:
    refused: list[BaseException] = []

    def start() -> None:
        try:
            spawn(["/bin/true"], signal_on_death=signal.SIGKILL)
        except RuntimeError as error:
            refused.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(refused) == 1


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    key = ensure_key(tmp_path / "data")
    assert len(key) == 64
    assert ensure_key(tmp_path / "data") == key
    assert stat.S_IMODE((tmp_path / "data" / "key").stat().st_mode) == 0o600


def test_a_damaged_key_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("short\n")
    with pytest.raises(ServerError, match="holds no whole key"):
        ensure_key(tmp_path)
    assert (tmp_path / "key").read_text() == "short\n"


@pytest.mark.skipif(
    str(faketime.FAKED) not in os.environ.get("PYTHONPATH", ""), reason="only at another time: make test-at"
)
def test_at_another_time_redis_lives_in_it_too(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        seconds, _ = client.time()
    assert abs(seconds - unix()) < 60
