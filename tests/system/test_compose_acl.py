"""Under the access control list that compose.yaml gives Redis all works, and nothing is lost by a kill."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError

from shared.server import EmbeddedRedis, _binary
from simulator.demo import REVIEW_CHAT, REVIEWER
from tests.deployments import SERVICES, acl, answers
from tests.system.conftest import KEY, City, until

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]
PASSWORD = "the-password-of-the-test"
HASH = hashlib.sha256(PASSWORD.encode()).hexdigest()


def users() -> list[str]:
    return [line.replace("$hash", HASH) for line in acl()]


@pytest.fixture
def listed_city(tmp_path: Path) -> Iterator[City]:
    """All services, each of them the user `dze`. The tests' own connection came before the list."""
    with EmbeddedRedis(tmp_path / "redis") as server:
        with Redis.from_url(server.url) as redis:
            redis.execute_command("ACL", "SETUSER", *users()[1].split()[1:])
        url = server.url.replace("unix://", "unix://dze@")
        city = City(server, tmp_path, DZE_REDIS_URL=url, DZE_REDIS_PASSWORD=PASSWORD)
        try:
            for name in ("simulator", *SERVICES):
                city.start(name)
            until(lambda: all(city.ready(name) for name in SERVICES), 90, "all services")
            yield city
        finally:
            for process in city.processes.values():
                process.kill()
                process.wait()
            city.http.close()
            city.sim.close()


def dze(city: City, *words: str, given: bytes = b"") -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *words], input=given, capture_output=True, timeout=60,
        env=city.environment("cli"), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_services_and_operators_commands_need_nothing_that_the_list_refuses(listed_city: City) -> None:
    city = listed_city
    with Redis.from_url(city.redis.url) as redis:
        redis.execute_command("ACL", "LOG", "RESET")
        receipt = city.propose().json()["receipt"]
        card = until(city.cards, what="a review card")[-1]
        approve = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        city.do("press", chat=REVIEW_CHAT, user=REVIEWER, message=card["message_id"], data=approve)
        until(lambda: city.state(receipt) == "accepted", what="acceptance")
        until(city.drained, what="all groups to be done")

        dze(city, "status", "--check", "--most", "0")
        dze(city, "dead", "list")
        assert len(json.loads(dze(city, "export", "-"))["features"]) == 1
        backup = dze(city, "backup", "-")
        city.stop()
        dze(city, "restore", "-", "--replace", given=backup)
        assert len(json.loads(dze(city, "export", "-"))["features"]) == 1
        _shred(city)
        assert redis.dbsize() == 0
        refused = [entry["object"] for entry in redis.acl_log() if entry["username"] == "dze"]
        assert refused == []


def _shred(city: City) -> None:
    """With the key in a file, as in a container."""
    key = city.folder / "key"
    key.write_text(KEY)
    told = city.environment("cli") | {"DZE_KEY_FILE": str(key)}
    del told["DZE_KEY"]
    words = [sys.executable, "-m", "cli.main", "shred", "--yes"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, env=told, check=False)
    assert done.returncode == 0, done.stderr


SERVERS: dict[str, Callable[[], str | None]] = {
    "valkey": _binary,
    "redis": lambda: shutil.which("redis-server"),
}


@pytest.mark.parametrize("kind", SERVERS)
def test_what_was_written_is_there_after_a_kill(kind: str, tmp_path: Path) -> None:
    """Redis 7 leaves out of its append-only file what the user `default` is not allowed."""
    server = SERVERS[kind]()
    if server is None:
        pytest.skip("there is no redis-server on this machine")
    (tmp_path / "users.acl").write_text("\n".join(users()) + "\n")
    for _ in range(2):
        with _serving(server, tmp_path) as redis:
            redis.eval("redis.call('INCR', KEYS[1]) redis.call('INCR', KEYS[2])", 2, "one", "two")
            with redis.pipeline(transaction=True) as pipe:
                pipe.incr("three")
                pipe.incr("four")
                pipe.execute()
    with _serving(server, tmp_path) as redis:
        assert redis.mget("one", "two", "three", "four") == [b"2", b"2", b"2", b"2"]
        with pytest.raises(NoPermissionError):
            redis.flushall()


@contextmanager
def _serving(server: str, folder: Path) -> Iterator[Redis]:
    """A server with the list, killed at the end."""
    socket = folder / "redis.sock"
    options = {"port": "0", "unixsocket": str(socket), "dir": str(folder), "save": "", "appendonly": "yes"}
    options |= {"appendfsync": "always", "aclfile": str(folder / "users.acl"), "protected-mode": "yes"}
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    with subprocess.Popen([server, *words], stdout=subprocess.DEVNULL) as process:
        try:
            with Redis.from_url(f"unix://dze:{quote(PASSWORD)}@{socket}") as redis:
                until(lambda: answers(redis), what="the server")
                yield redis
        finally:
            process.kill()
