"""`dze shred`: keys first, then data; what cannot be destroyed is named, and all the rest is destroyed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from cli.errors import FAILED, Stop
from cli.shred import shred
from shared.server import EmbeddedRedis
from tests.integration.test_cli_commands import KEY, dze, fails_in_one_line
from tests.powerless import powerless

CANARY = "canary-of-a-person"


def test_it_destroys_key_and_data_only_after_the_word(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path):
        fails_in_one_line(dze("shred", "--yes", DZE_DATA=str(tmp_path)), 2, "stop `dze up` first")
    dze("backup", str(tmp_path / "file"), DZE_DATA=str(tmp_path))
    assert (tmp_path / "key").exists()
    done = dze("shred", answer="yes\n", DZE_DATA=str(tmp_path))
    assert done.returncode == 2
    assert "nothing was destroyed" in done.stderr
    assert (tmp_path / "key").exists()
    done = dze("shred", answer="shred\n", DZE_DATA=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "key").exists()
    assert not (tmp_path / "redis").exists()
    assert f"Left in {tmp_path}: file" in done.stdout


def test_what_tells_of_people_goes_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    for name in (
        "block-list.txt",
        "lists/a.csv",
        "lists/.sorted/a.u64",
        "spam.model",
        "spam-0a1b2c3d4e5f.model",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(CANARY)
    (tmp_path / "city.pmtiles").write_text("of all")
    outside = tmp_path.with_name(tmp_path.name + "-outside")
    outside.write_text("not ours")
    (tmp_path / "lists" / "b.csv").symlink_to(outside)
    done = dze("shred", "--yes", DZE_DATA=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["city.pmtiles"]
    assert outside.read_text() == "not ours"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """A Redis of the operator's, with something of ours and something of somebody else's."""
    with EmbeddedRedis(tmp_path / "own") as server:
        with Redis.from_url(server.url) as redis:
            for number in range(2500):
                redis.set(f"directory:{number}", CANARY)
            redis.xadd("telegram.updates.v1.{01}", {"d": CANARY})
            redis.set("somebody:else", "1")
        yield server


def run(folder: Path, url: str, **told: str) -> "subprocess.CompletedProcess[str]":
    (folder / "data").mkdir(exist_ok=True)
    return dze("shred", "--yes", **({"DZE_REDIS_URL": url, "DZE_DATA": str(folder / "data")} | told))


def _keys(url: str) -> list[bytes]:
    with Redis.from_url(url) as redis:
        return sorted(redis.keys())


def _on_disk(server: EmbeddedRedis) -> bytes:
    return b"".join(path.read_bytes() for path in server.folder.rglob("*.aof"))


def test_a_redis_of_the_operators_is_emptied_of_what_is_ours_also_on_its_disk(
    own: EmbeddedRedis, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(KEY)
    assert CANARY.encode() in _on_disk(own)
    done = run(tmp_path, own.url, DZE_KEY_FILE=str(tmp_path / "key"))
    assert done.returncode == 0, done.stderr
    assert "Removed 2501 keys from Redis\nRedis has written its files anew\n" in done.stdout
    assert _keys(own.url) == [b"somebody:else"]
    assert CANARY.encode() not in _on_disk(own)
    assert not (tmp_path / "key").exists()


def test_a_key_that_is_no_file_is_named(own: EmbeddedRedis, tmp_path: Path) -> None:
    done = run(tmp_path, own.url, DZE_KEY=KEY)
    assert done.returncode == 1
    assert "NOT destroyed: DZE_KEY in this environment" in done.stderr
    assert _keys(own.url) == [b"somebody:else"]


def test_a_key_that_cannot_be_written_is_named_and_all_the_rest_goes(
    own: EmbeddedRedis, tmp_path: Path
) -> None:
    """/proc/version stands for a secret that is mounted read-only, where root too may not write."""
    done = run(tmp_path, own.url, DZE_KEY_FILE="/proc/version")
    assert done.returncode == 1
    assert "NOT destroyed: /proc/version (" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("dze: not everything was destroyed: /proc/version;")
    assert "Traceback" not in done.stderr
    assert _keys(own.url) == [b"somebody:else"]


def test_a_data_folder_that_cannot_be_written_is_named_file_by_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in ("block-list.txt", "spam.model", "key"):
        (data / name).write_text(CANARY)
    for path in (data / "block-list.txt", data, tmp_path):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (data / "key").chmod(0o666)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DZE_DATA", "data")
    with powerless(), pytest.raises(Stop) as stopped:
        shred(confirmed=True)
    assert stopped.value.code == FAILED
    said = capsys.readouterr()
    for name in ("block-list.txt", "spam.model"):
        assert f"NOT destroyed: data/{name} (Permission denied)" in said.err
    assert "Destroyed data/key: written over, though it stays (Permission denied)" in said.out
    assert CANARY.encode() not in (data / "key").read_bytes()


def test_a_second_run_finishes_what_the_first_could_not(own: EmbeddedRedis, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(KEY)
    own.stop()
    done = run(tmp_path, own.url, DZE_KEY_FILE=str(key))
    assert done.returncode == 1
    assert "NOT destroyed: the data in Redis at" in done.stderr
    assert not key.exists()
    own.start()
    done = run(tmp_path, own.url, DZE_KEY_FILE=str(key))
    assert done.returncode == 0, done.stderr
    assert _keys(own.url) == [b"somebody:else"]


def test_services_that_still_run_are_told_of(own: EmbeddedRedis, tmp_path: Path) -> None:
    with Redis.from_url(own.url) as redis:
        redis.set("bus:{01}:lease:directory.changed.v1:moderation", "replica:1:1", ex=60)
    done = run(tmp_path, own.url)
    assert done.returncode == 1
    assert "services are running, with the key in memory" in done.stderr
    assert _keys(own.url) == [b"somebody:else"]


def test_a_redis_that_forbids_to_write_its_files_anew(own: EmbeddedRedis, tmp_path: Path) -> None:
    with Redis.from_url(own.url) as redis:
        redis.execute_command("ACL", "SETUSER", "dze", "on", ">right", "~*", "&*", "+@all", "-bgrewriteaof")
    url = own.url.replace("unix://", "unix://dze:right@")
    done = run(tmp_path, url)
    assert done.returncode == 1
    assert "NOT destroyed: what the files of Redis still tell (" in done.stderr
    assert "right" not in done.stderr.replace("stands above", "")
    assert _keys(own.url) == [b"somebody:else"]


def test_killed_in_between_it_leaves_data_without_a_key_and_never_the_other_way(
    own: EmbeddedRedis, tmp_path: Path
) -> None:
    """A Redis that takes no writes holds it up after the key."""
    key = tmp_path / "key"
    key.write_text(KEY)
    with Redis.from_url(own.url) as redis:
        redis.client_pause(60_000, all=False)
        words = [sys.executable, "-m", "cli.main", "shred", "--yes"]
        told = {"DZE_REDIS_URL": own.url, "DZE_DATA": str(tmp_path / "data"), "DZE_KEY_FILE": str(key)}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
        with subprocess.Popen(words, env=clean | told, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == f"Destroyed {key}\n"
            process.kill()
        redis.client_unpause()
    assert not key.exists()
    assert len(_keys(own.url)) == 2502
