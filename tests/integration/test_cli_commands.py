"""The operators' commands, as an operator types them, on a Redis of their own."""

import json
import os
import random
import re
import stat
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from cli.notes import hidden_links
from services.moderation.store.questions import DUE, OPEN
from shared import clock
from shared.bus.crew import lease_key
from shared.bus.envelope import DATA
from shared.bus.groups import ensure_groups
from shared.bus.leases import Leases
from shared.bus.scripts import Scripts
from shared.contracts import schemas
from shared.contracts.base import PARTITIONS
from shared.contracts.directory import DirectoryChanged
from shared.contracts.registry import DIRECTORY_CHANGED, LISTINGS_IMPORT, STREAMS, TELEGRAM_UPDATES
from shared.server import EmbeddedRedis
from tests.sure import as_a, sure

KEY = "0123456789abcdef" * 4
HOUR = 3600


def dze(*words: str, answer: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        input=answer,
        capture_output=True,
        text=True,
        timeout=60,
        env=clean | environment,
        check=False,
    )


def fails_in_one_line(done: "subprocess.CompletedProcess[str]", code: int, text: str) -> None:
    assert done.returncode == code, done.stderr
    assert text in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.fixture
def deployed(redis_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a deployment on the tests' Redis."""
    return {"DZE_REDIS_URL": redis_url, "DZE_KEY": KEY, "DZE_DATA": str(tmp_path / "data")}


def test_a_fresh_key_is_printed_and_never_twice_the_same() -> None:
    one, two = dze("key").stdout.strip(), dze("key").stdout.strip()
    assert len(one) == 64
    assert one != two


def test_the_version_is_told() -> None:
    assert dze("--version").stdout.startswith("dze ")


@pytest.mark.parametrize("words", [["status"], ["dead", "list"], ["directory"]])
def test_a_command_for_a_running_system_says_when_none_runs(words: list[str], tmp_path: Path) -> None:
    fails_in_one_line(dze(*words, DZE_DATA=str(tmp_path)), 1, "start it with `dze up`")


@pytest.mark.parametrize("words", [["status"], ["up"], ["backup", "file"]])
def test_a_redis_that_cannot_be_reached_is_one_line(words: list[str], tmp_path: Path, free_port: int) -> None:
    told = {"DZE_KEY": KEY, "DZE_DATA": str(tmp_path), "DZE_PORT": str(free_port)}
    done = dze(*words, DZE_REDIS_URL="redis://:hidden@127.0.0.1:1/0", **told)
    fails_in_one_line(done, 1, "cannot reach Redis at redis://127.0.0.1:1/0")
    assert "hidden" not in done.stderr


def test_a_url_that_is_none_is_one_line(tmp_path: Path) -> None:
    done = dze("status", DZE_REDIS_URL="nonsense", DZE_KEY=KEY, DZE_DATA=str(tmp_path))
    fails_in_one_line(done, 2, "DZE_REDIS_URL")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("DZE_PROT", "8000", "DZE_PROT is not a setting"),
        ("DZE_PORT", "eight", "DZE_PORT"),
        ("DZE_KEY", "short", "DZE_KEY needs at least"),
        ("DZE_KEY_FILE", "/nowhere/key", "DZE_KEY_FILE: cannot read /nowhere/key"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_line(
    name: str, value: str, text: str, tmp_path: Path
) -> None:
    fails_in_one_line(dze("up", DZE_DATA=str(tmp_path), **{name: value}), 2, text)


async def test_status_tells_what_waits_and_what_failed(deployed: dict[str, str], bus_factory: Any) -> None:
    bus = bus_factory("gateway")
    await ensure_groups(bus.redis, STREAMS)
    await bus.publish(schemas.example(DIRECTORY_CHANGED))
    await bus.redis.xadd(DIRECTORY_CHANGED.dead_key("moderation"), {"any": "thing"})
    done = dze("status", "--json", **deployed)
    rows = {(row["stream"], row["group"]): row for row in json.loads(done.stdout)}
    assert {stream for stream, _ in rows} == {stream.topic for stream in STREAMS}
    waiting = rows["directory.changed.v1", "moderation"]
    assert (waiting["entries"], waiting["lag"], waiting["pending"], waiting["dead"]) == (1, 1, 0, 1)
    assert rows["areas.changed.v1", ""]["entries"] == 0
    assert "directory.changed.v1" in dze("status", **deployed).stdout


async def test_status_tells_which_instance_works_on_what_and_since_when(
    deployed: dict[str, str], bus_factory: Any
) -> None:
    bus = bus_factory("directory")
    leases = Leases(Scripts(bus.redis), bus.replica, 60_000)
    topic, before = LISTINGS_IMPORT.topic, clock.now()
    for number in range(PARTITIONS - 1):
        assert await leases.acquire(lease_key(topic, "directory", number))
    assert await leases.acquire("bus:lease:moderation:poller")
    rows = {
        (row["stream"], row["group"]): row for row in json.loads(dze("status", "--json", **deployed).stdout)
    }
    held = rows[topic, "directory"]["partitions"]
    assert [one["partition"] for one in held] == list(range(PARTITIONS))
    assert {one["holder"] for one in held[:-1]} == {bus.replica}
    assert all(abs(datetime.fromisoformat(one["since"]) - before) < timedelta(minutes=5) for one in held[:-1])
    assert (held[-1]["holder"], held[-1]["since"]) == (None, None)
    shown = dze("status", **deployed).stdout
    assert re.search(rf"^{re.escape(topic)} +directory .* 7/8$", shown, re.MULTILINE)
    assert re.search(rf"^{re.escape(bus.replica)} +{re.escape(topic)} +0 1 2 3 4 5 6 ", shown, re.MULTILINE)
    assert re.search(rf"^{re.escape(bus.replica)} +moderation poller ", shown, re.MULTILINE)


async def test_a_check_of_the_status_fails_while_something_is_wrong(
    deployed: dict[str, str], bus_factory: Any
) -> None:
    bus = bus_factory("directory")
    leases = Leases(Scripts(bus.redis), bus.replica, 60_000)
    await ensure_groups(bus.redis, STREAMS)
    wanted = [(s.topic, group) for s in STREAMS for group in s.consumers]
    for topic, group in wanted:
        for number in range(PARTITIONS):
            assert await leases.acquire(lease_key(topic, group, number))
    assert dze("status", "--check", "--most", "0", **deployed).returncode == 0
    await bus_factory("gateway").publish(schemas.example(DIRECTORY_CHANGED))
    await bus.redis.xadd(DIRECTORY_CHANGED.dead_key("moderation"), {"any": "thing"})
    await bus.redis.delete(lease_key(DIRECTORY_CHANGED.topic, "submissions", 5))
    done = dze("status", "--check", "--most", "0", **deployed)
    assert done.returncode == 1, done.stdout
    where = DIRECTORY_CHANGED.topic
    assert f"moderation: {where}: 1 message waiting\n" in done.stdout
    assert f"moderation: {where}: 1 dead letter, see `dze dead list`\n" in done.stdout
    assert f"submissions: {where}: no instance works on 1 partition 5\n" in done.stdout


def test_status_says_how_many_hidden_links_wait_and_that_nobody_is_asked(
    deployed: dict[str, str], redis_url: str
) -> None:
    with Redis.from_url(redis_url) as redis:
        assert "hidden" not in dze("status", **deployed).stdout
        redis.zadd(OPEN, {"a" * 13: 1, "b" * 13: 2})
        redis.zadd(DUE, {"a" * 13: 1})
    said = "2 hidden links wait for a decision of the reviewers; for 1 no card is posted"
    assert said in dze("status", **deployed).stdout
    told = dze("status", "--json", **deployed)
    assert "DZE_REVIEW_CHAT" in told.stderr
    assert {row["stream"] for row in json.loads(told.stdout)} == {stream.topic for stream in STREAMS}


@pytest.mark.parametrize(
    ("waiting", "unasked", "said"),
    [(0, 0, []), (0, 3, []), (1, 0, ["1 hidden link waits for a decision of the reviewers."])],
)
def test_hidden_links_are_counted_in_words(waiting: int, unasked: int, said: list[str]) -> None:
    assert hidden_links(waiting, unasked) == said


def _bury(redis_url: str, bus: Any) -> str:
    """A dead letter of submissions; answers its name."""
    message = schemas.example(STREAMS[0])
    stream, group = STREAMS[0], "submissions"
    with Redis.from_url(redis_url) as redis:
        letter = redis.xadd(
            stream.dead_key(group),
            {
                DATA: b"sealed", "k": bus.keys.route(stream.key(message)), "partition": 3, "entry": "1-0",
                "reason": "GiveUp: no such listing", "trace": "store.py:12 read", "tries": 5,
            },
        )  # fmt: skip
    return f"{stream.topic}/{group}/{letter.decode()}"


def test_dead_letters_are_listed_shown_dropped(
    deployed: dict[str, str], redis_url: str, bus_factory: Any
) -> None:
    name = _bury(redis_url, bus_factory("submissions"))
    assert name in dze("dead", "list", **deployed).stdout
    assert json.loads(dze("dead", "list", "--json", **deployed).stdout)[0]["name"] == name
    shown = dze("dead", "show", name, **deployed).stdout
    assert "no such listing" in shown
    assert "store.py:12 read" in shown
    assert dze("dead", "drop", name, **deployed).stdout == "1 dropped.\n"
    fails_in_one_line(dze("dead", "drop", name, **deployed), 1, "there is no dead letter")
    assert dze("dead", "list", **deployed).stdout == "No dead letters.\n"


def test_a_replayed_dead_letter_stands_in_its_partition_again(
    deployed: dict[str, str], redis_url: str, bus_factory: Any
) -> None:
    _bury(redis_url, bus_factory("submissions"))
    assert dze("dead", "replay", "--all", **deployed).stdout == "1 given back.\n"
    with Redis.from_url(redis_url) as redis:
        assert redis.xlen(STREAMS[0].partition_key(3)) == 1
        assert redis.xlen(STREAMS[0].dead_key("submissions")) == 0


@pytest.mark.parametrize(
    "words", [["drop"], ["drop", "x", "--all"], ["show", "nonsense"], ["drop", "a/b/1-0"]]
)
def test_a_dead_letter_that_is_not_named_right_is_one_line(
    words: list[str], deployed: dict[str, str]
) -> None:
    fails_in_one_line(dze("dead", *words, **deployed), 2, "dze dead list")


def test_a_backup_brings_everything_back_but_what_is_fleeting(tmp_path: Path) -> None:
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    file = tmp_path / "all.dze"
    noise = random.Random(1).randbytes(400)  # which no compressing hides
    with EmbeddedRedis(here) as server, Redis.from_url(server.url) as redis:
        redis.hset("directory:{01}:listing:a", mapping={"name": "Двор"})
        redis.xadd(DIRECTORY_CHANGED.partition_key(1), {"d": b"\x00\xff"})
        redis.xgroup_create(DIRECTORY_CHANGED.partition_key(1), "moderation", id="0")
        redis.set("submissions:{02}:kept", noise, ex=60 * 24 * HOUR)
        redis.set("moderation:{02}:raw", "short", ex=47 * HOUR)
        redis.xadd(TELEGRAM_UPDATES.partition_key(2), {"d": b"sealed"})
    done = dze("backup", str(file), DZE_DATA=here)
    assert done.stdout.startswith("3 keys written"), done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any(part in file.read_bytes() for part in (noise[:40], noise[-40:]))
    key = (Path(here) / "key").read_text().strip()
    done = dze("restore", str(file), DZE_DATA=there, DZE_KEY=key)
    assert done.stdout.startswith("3 keys brought back"), done.stderr
    assert (Path(there) / "key").read_text().strip() == key
    with EmbeddedRedis(there) as server, Redis.from_url(server.url) as redis:
        assert sorted(redis.keys()) == [
            b"directory.changed.v1.{01}", b"directory:{01}:listing:a", b"submissions:{02}:kept",
        ]  # fmt: skip
        assert redis.hget("directory:{01}:listing:a", "name") == "Двор".encode()
        assert redis.get("submissions:{02}:kept") == noise
        assert redis.xinfo_groups(DIRECTORY_CHANGED.partition_key(1))[0]["lag"] == 1
        assert 59 * 24 * HOUR < redis.ttl("submissions:{02}:kept") <= 60 * 24 * HOUR


def test_a_backup_of_a_running_system_leaves_it_writing(
    deployed: dict[str, str], redis_url: str, tmp_path: Path
) -> None:
    with Redis.from_url(redis_url, socket_timeout=3) as redis:
        redis.set("directory:a", "1")
        assert dze("backup", str(tmp_path / "file"), **deployed).returncode == 0
        started = time.monotonic()
        redis.set("directory:a", "2")
        assert time.monotonic() - started < 2


def test_nothing_is_restored_over_data_or_under_running_services(
    deployed: dict[str, str], redis_url: str, tmp_path: Path
) -> None:
    file = str(tmp_path / "file")
    with Redis.from_url(redis_url) as redis:
        redis.set("directory:a", "old")
        assert dze("backup", file, **deployed).returncode == 0
        redis.set("directory:a", "new")
        fails_in_one_line(dze("restore", file, **deployed), 2, "--replace throws it away")
        redis.set("bus:{01}:lease:directory.changed.v1:moderation", "replica:1", ex=5)
        fails_in_one_line(dze("restore", file, "--replace", **deployed), 2, "stop them first")
        redis.delete("bus:{01}:lease:directory.changed.v1:moderation")
        other = deployed | {"DZE_KEY": "f" * 64}
        fails_in_one_line(dze("restore", file, "--replace", **other), 2, "another DZE_KEY")
        assert redis.get("directory:a") == b"new"
        assert dze("restore", file, "--replace", **deployed).returncode == 0
        assert redis.get("directory:a") == b"old"


def raw(*words: str, given: bytes = b"", environment: dict[str, str]) -> "subprocess.CompletedProcess[bytes]":
    """A command whose standard output is a file."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DZE_")}
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        input=given, capture_output=True, timeout=60, env=clean | environment, check=False,
    )  # fmt: skip


def test_a_backup_goes_through_standard_output_and_back_through_standard_input(
    deployed: dict[str, str], redis_url: str
) -> None:
    with Redis.from_url(redis_url) as redis:
        redis.set("directory:a", b"\x00\r\n\xff")
        made = raw("backup", "-", environment=deployed)
        assert made.returncode == 0, made.stderr
        assert made.stderr.startswith(b"1 keys written to standard output.")
        redis.delete("directory:a")
        cut = raw("restore", "-", given=made.stdout[:-1], environment=deployed)
        assert (cut.returncode, redis.dbsize()) == (2, 0)
        assert b"it is damaged" in cut.stderr
        back = raw("restore", "-", given=made.stdout, environment=deployed)
        assert back.returncode == 0, back.stderr
        assert redis.get("directory:a") == b"\x00\r\n\xff"


def test_an_export_and_a_mirror_go_through_standard_output(deployed: dict[str, str], tmp_path: Path) -> None:
    assert json.loads(raw("export", "-", environment=deployed).stdout) == {
        "type": "FeatureCollection",
        "features": [],
    }
    assert raw("export", "-", "--as", "csv", environment=deployed).stdout.startswith(
        b"\xef\xbb\xbfid,name,link,"
    )
    day = ("--date", "2026-11-28")
    through = raw("mirror", "-", *day, environment=deployed).stdout
    assert dze("mirror", str(tmp_path / "mirror.zip"), *day, **deployed).returncode == 0
    assert through == (tmp_path / "mirror.zip").read_bytes()


async def test_an_export_says_how_many_hidden_links_are_not_in_it(
    deployed: dict[str, str], bus_factory: Any, tmp_path: Path
) -> None:
    event = as_a(DirectoryChanged, schemas.example(DIRECTORY_CHANGED))
    hidden = sure(event.listing).model_copy(update={"link_hidden_since": clock.now()})
    await bus_factory("directory").publish(event.model_copy(update={"listing": hidden}))
    for words in (["-"], [str(tmp_path / "out.csv")]):
        done = dze("export", *words, **deployed)
        assert "1 of them have no link there: it is hidden." in done.stdout + done.stderr
    assert hidden.link.value not in (tmp_path / "out.csv").read_text()
    assert json.loads(dze("export", "-", **deployed).stdout)["features"][0]["properties"]["link"] is None


@pytest.mark.parametrize("words", [["backup"], ["export", "--as", "csv"], ["mirror"]])
def test_a_file_that_cannot_be_written_is_one_line(
    words: list[str], deployed: dict[str, str], redis_url: str, tmp_path: Path
) -> None:
    missing = str(tmp_path / "missing" / "file")
    fails_in_one_line(dze(*words, missing, **deployed), 2, f"cannot write {missing}: No such file")
    with Redis.from_url(redis_url) as redis:
        redis.set("directory:a", "1")
    fails_in_one_line(dze(*words, "/dev/full", **deployed), 1, "cannot write /dev/full: No space left")


def test_a_backup_that_is_not_there_is_one_line_and_makes_no_data(tmp_path: Path) -> None:
    told = {"DZE_DATA": str(tmp_path / "data"), "DZE_KEY": KEY}
    fails_in_one_line(dze("restore", "/nowhere/x", **told), 2, "cannot read /nowhere/x: No such file")
    fails_in_one_line(dze("restore", str(tmp_path), **told), 2, "Is a directory")
    assert not (tmp_path / "data").exists()


def test_an_export_needs_a_format(deployed: dict[str, str], tmp_path: Path) -> None:
    fails_in_one_line(dze("export", str(tmp_path / "file"), **deployed), 2, "the extension must be one of")
    fails_in_one_line(dze("export", "-", "--as", "doc", **deployed), 2, "the extension must be one of")
