"""What all tests share: a real Redis, a bus, and the invariants that hold after every test."""

import asyncio
import inspect
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import hypothesis
import pytest
from redis import Redis

from shared.bus import Bus
from shared.contracts.registry import STREAMS
from shared.server import EmbeddedRedis
from shared.settings import Settings

hypothesis.settings.register_profile("any-machine", deadline=None)
hypothesis.settings.load_profile("any-machine")
KEY = "0123456789abcdef" * 4
OWNERS = ("gateway:", "submissions:", "directory:", "moderation:", "bus:")
"""Prefixes of keys that have an owner; streams are named by the registry."""


KINDS = ("unit", "contracts", "integration", "chaos", "system", "browser")
"""The quick first; the browser last, and there the coroutines first: the driver that the others use keeps an
event loop running in this thread."""


CLOCKS = {"shared.clock", "tests.house", "datetime"}
LONG = {"browser", "system", "chaos"}
"""Kinds of which only those tests are repeated at other times that say so themselves."""


def _depends_on_time(item: pytest.Item) -> bool:
    """Whether the test's module takes the clock, a date, or a house, which lives now."""
    taken = vars(getattr(item, "module", None) or object).values()
    return any(getattr(one, "__module__", getattr(one, "__name__", "")) in CLOCKS for one in taken)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    root = Path(__file__).parent
    for item in items:
        if item.path.relative_to(root).parts[0] not in LONG and _depends_on_time(item):
            item.add_marker("clock")

    def place(item: pytest.Item) -> tuple[int, bool]:
        waits = inspect.iscoroutinefunction(getattr(item, "function", None))
        kind = item.path.relative_to(root).parts[0]
        return KINDS.index(kind), kind == "browser" and not waits

    items.sort(key=place)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a Redis of our own: in a container when `DZE_TEST_REDIS=container`, else the embedded one."""
    if os.environ.get("DZE_TEST_REDIS") == "container":
        yield from _container()
        return
    with EmbeddedRedis(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


def _container() -> Iterator[str]:
    from testcontainers.community.redis import RedisContainer

    image = os.environ.get("DZE_TEST_REDIS_IMAGE", "redis:7-bookworm")
    with RedisContainer(image).with_command(
        "redis-server --appendonly yes --appendfsync always --protected-mode no"
    ) as container:
        yield f"redis://{container.get_container_host_ip()}:{container.get_exposed_port(6379)}/0"


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """A clean database; afterwards every key must have an owner or a time to live."""
    with Redis.from_url(redis_server) as client:
        client.flushdb()
        yield redis_server
        strays = [
            key for key in client.scan_iter(count=1000) if not _owned(key.decode(errors="replace"), client)
        ]
        assert not strays, f"keys without owner or time to live: {strays[:10]}"


def _owned(key: str, client: Any) -> bool:
    topics = tuple(stream.topic + "." for stream in STREAMS)
    return key.startswith((*OWNERS, *topics)) or client.ttl(key) > 0


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> Settings:
    """Settings of a deployment in a clean database."""
    return Settings(redis_url=redis_url, key=KEY, data=tmp_path, _env_file=None)


class BusFactory(Protocol):
    def __call__(self, service: str, **options: Any) -> Bus: ...


@pytest.fixture
async def bus_factory(settings: Settings) -> AsyncIterator[BusFactory]:
    """Makes buses with quick leases: `bus_factory("directory")`."""
    made: list[Bus] = []

    def make(service: str, **options: Any) -> Bus:
        options.setdefault("lease_ms", 1500)
        made.append(Bus(service, settings, **options))
        return made[-1]

    yield make
    for bus in made:
        await bus.redis.aclose()


@pytest.fixture
def nothing_pending(redis_url: str) -> Iterator[None]:
    """Fails the test when a group still has something unread or unacknowledged at its end."""
    yield
    with Redis.from_url(redis_url) as client:
        for stream in STREAMS:
            for key in stream.partitions():
                if client.exists(key):
                    for group in client.xinfo_groups(key):
                        assert group["pending"] == 0, f"{key} {group['name']}: {group['pending']} pending"


async def eventually(check: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait until `check` answers something true; fails after `seconds`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        answer = check()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return answer
        assert loop.time() < end, f"{getattr(check, '__name__', check)} did not come true in {seconds} s"
        await asyncio.sleep(0.02)


class Eventually(Protocol):
    def __call__(self, check: Callable[[], Any], seconds: float = 60.0) -> Awaitable[Any]: ...


@pytest.fixture(name="eventually")
def _eventually() -> Eventually:
    return eventually


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
