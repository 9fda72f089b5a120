"""A gateway on a real socket: live changes, headers, and people who take their time on purpose."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.gateway import bodies, serving
from services.gateway.feed import QUEUE
from services.gateway.settings import GatewaySettings
from tests.conftest import KEY, eventually
from tests.gateway import Site, added, listing, removed, served


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> GatewaySettings:
    return GatewaySettings(
        redis_url=redis_url, key=KEY, data=tmp_path, streams_most=3, onion="http://dze.onion/", _env_file=None
    )


@pytest.fixture
async def site(settings: GatewaySettings, free_port: int) -> AsyncIterator[Site]:
    async with served(settings, free_port) as site:
        yield site


class Events:
    """A reader of server-sent events."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self) -> tuple[str, str, dict[str, object]]:
        found: dict[str, str] = {}
        async with asyncio.timeout(5):
            async for line in self._lines:
                if not line and "event" in found:
                    break
                name, _, value = line.partition(": ")
                found[name] = value
        return found["event"], found["id"], json.loads(found["data"])


@contextlib.asynccontextmanager
async def listening(site: Site, last: str | None = None) -> AsyncIterator[Events]:
    headers = {} if last is None else {"Last-Event-ID": last}
    async with site.http.stream("GET", "/api/v1/changes", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        yield Events(answer)


async def test_a_listing_added_changed_and_removed_is_heard_of(site: Site) -> None:
    one = listing(1)
    async with listening(site) as events:
        assert (await events.next())[0] == "ready"
        await site.publish(added(one))
        name, _, data = await events.next()
        assert (name, data["id"]) == ("added", one.id)
        assert data["listing"]["properties"]["name"] == one.name  # type: ignore[index]
        await site.publish(removed(one))
        name, _, data = await events.next()
        assert (name, data["listing"]) == ("removed", None)


async def test_a_broken_stream_goes_on_where_it_ended(site: Site) -> None:
    async with listening(site) as events:
        _, last, _ = await events.next()
    await site.publish(added(listing(1)), added(listing(2)))
    async with listening(site, last) as events:
        _, after_first, data = await events.next()
        assert data["id"] == listing(1).id
    async with listening(site, after_first) as events:
        assert (await events.next())[2]["id"] == listing(2).id
    async with listening(site, "000000000000-5") as events:
        assert (await events.next())[0] == "resync"
        await site.publish(added(listing(3)))
        assert (await events.next())[0] == "added"


async def test_a_reader_that_falls_behind_is_told_and_let_go(site: Site) -> None:
    async with listening(site) as events:
        await events.next()
        for number in range(QUEUE + 1):  # at once: the stream's task has no chance to run in between
            site.gateway.feed.publish(added(listing(number)))
        assert (await events.next())[0] == "resync"
    await eventually(lambda: site.gateway.feed.open == 0)


async def test_streams_beyond_the_limit_are_asked_to_come_back(site: Site) -> None:
    async with contextlib.AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(listening(site)) for _ in range(3)]
        for events in streams:
            await events.next()
        refused = await site.http.get("/api/v1/changes")
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
    await eventually(lambda: site.gateway.feed.open == 0)


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/listings", "/nope", "/api/v1/nope", "/livez", "/openapi.json"]
)
async def test_every_answer_has_strict_headers_and_no_cookie(site: Site, path: str) -> None:
    answer = await site.http.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers  # the public address is not https here
    is_page = answer.headers["content-type"].startswith("text/html")
    assert answer.headers.get("onion-location") == (f"http://dze.onion{path}" if is_page else None)


async def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    first = await site.http.get("/api/v1/listings")
    again = await site.http.get("/api/v1/listings", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await site.publish(added(listing(1)))
    after = await site.http.get("/api/v1/listings", headers={"If-None-Match": first.headers["etag"]})
    assert after.status_code == 200


async def test_long_answers_are_compressed(site: Site) -> None:
    await site.publish(*(added(listing(number)) for number in range(20)))
    answer = await site.http.get("/api/v1/listings", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["total"] == 20


async def test_head_is_get_without_a_body(site: Site) -> None:
    for path in ("/", "/api/v1/listings"):
        answer = await site.http.head(path)
        assert (answer.status_code, answer.content) == (200, b"")
    assert (await site.http.head("/api/v1/changes")).status_code == 405


async def ended(site: Site, sent: bytes, *, drip: bytes = b"") -> bytes:
    """What comes back on a bare connection until the server ends it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.http.base_url.port)
    writer.write(sent)
    answer = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(5):
            while True:
                with contextlib.suppress(TimeoutError):
                    part = await asyncio.wait_for(reader.read(65536), 0.05)
                    if not part:
                        break
                    answer += part
                writer.write(drip)
    writer.close()
    return answer


async def test_headers_that_never_end_end_the_connection(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.3)
    assert await ended(site, b"") == b""
    assert await ended(site, b"GET / HTTP/1.1\r\nHost: x\r\n", drip=b"X-A: b\r\n") == b""
    whole = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await ended(site, whole + b"GET /", drip=b"a")
    assert answer.count(b"HTTP/1.1 200") == 1


async def test_a_body_that_never_ends_is_answered_and_left(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SECONDS_MOST", 0.3)
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.5)
    head = b"POST /api/v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += b"Content-Length: 9999\r\n\r\n"
    answer = await ended(site, head, drip=b" ")
    assert answer.startswith(b"HTTP/1.1 408")


async def test_an_answer_that_nobody_reads_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "READ_SECONDS", 0.3)
    await site.publish(*(added(listing(number, description="ы" * 500)) for number in range(400)))
    _, writer = await asyncio.open_connection("127.0.0.1", site.http.base_url.port, limit=1024)
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(_ask_for_ever(writer), 10)
    writer.close()


async def _ask_for_ever(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"GET /api/v1/listings?limit=500 HTTP/1.1\r\nHost: x\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused(site: Site, sent: bytes) -> None:
    assert (await ended(site, sent)).startswith(b"HTTP/1.1 400")
