"""The gateway on raw sockets: people who say nothing, say nonsense, or say it slowly."""

import asyncio
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.gateway import connections
from services.gateway.app import create_app
from services.gateway.headers import strict
from services.gateway.serving import PublicServer, config
from services.gateway.settings import GatewaySettings
from shared.bus import Bus
from tests.conftest import KEY, eventually

MOST = 20
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
async def port(redis_url: str, tmp_path: Path, free_port: int) -> AsyncIterator[int]:
    settings = GatewaySettings(
        redis_url=redis_url, key=KEY, data=tmp_path, onion="http://" + "a" * 56 + ".onion", _env_file=None
    )
    bus = Bus("gateway", settings)
    app = create_app(settings, bus)
    made = config(app, "127.0.0.1", free_port, connections_most=MOST, headers=strict(settings))
    server = PublicServer(made, app.state.gateway.feed.close)
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started and bus.readiness().ready)
    yield free_port
    server.should_exit = True
    await task


async def say(port: int, *parts: bytes, end: bool = False) -> bytes:
    """Everything that is answered until the connection is closed, or nothing more comes for a second."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)
        if end:
            writer.write_eof()
        while part := await asyncio.wait_for(reader.read(65536), 1):
            found += part
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


async def test_silent_connections_keep_nobody_out(port: int) -> None:
    silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3 * MOST)]
    assert status(await say(port, GET)) == 200
    ended = [reader for reader, _ in silent if reader.at_eof() or await _ended(reader)]
    assert len(ended) >= 2 * MOST
    assert silent[0][0] in ended, "the oldest go first"
    for _, writer in silent:
        writer.close()


async def _ended(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(1), 0.02) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


async def test_those_that_sent_a_byte_or_half_a_head_are_silent_too(port: int) -> None:
    held = []
    for n in range(2 * MOST):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write((b"G", b"GET / HTTP/1.1\r\nHost: x\r\n")[n % 2])
        held.append((reader, writer))
    assert status(await say(port, GET)) == 200
    for _, writer in held:
        writer.close()


async def test_who_waits_for_an_answer_is_not_closed_and_the_next_one_is_told_to_come_back(port: int) -> None:
    held = []
    for _ in range(MOST):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /api/v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        held.append((reader, writer))
    await asyncio.sleep(0.3)
    answer = await say(port, GET)
    assert status(answer) == 503
    assert b"\r\nRetry-After: 5\r\n" in answer
    _is_strict(answer)
    for reader, writer in held:
        assert not reader.at_eof()
        writer.close()


def _is_strict(answer: bytes) -> None:
    head = answer.partition(b"\r\n\r\n")[0].lower()
    for name in (
        b"content-security-policy",
        b"x-content-type-options",
        b"referrer-policy",
        b"x-frame-options",
    ):
        assert name in head, name


BIG = b"X-Long: " + b"a" * (17 * 1024)
PIECES = [BIG[n : n + 1024] for n in range(0, len(BIG), 1024)]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((b"nonsense\r\n\r\n",), {400}),
        ((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 50 + b"\r\n\r\n",), {400}),
        ((b"GET / HTTP/1.1\r\n\r\n",), {400}),
        ((b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",), {200, 505}),
        ((b"GET /livez HTTP/1.0\r\n\r\n",), {200}),
        ((b"GET http://elsewhere/livez HTTP/1.1\r\nHost: x\r\n\r\n",), {200, 400, 404}),
        ((b"GET / HTTP/1.1\r\nHost: x\r\n" + BIG + b"\r\n\r\n",), {400, 431}),
        ((b"GET / HTTP/1.1\r\nHost: x\r\n", *PIECES), {0, 400}),  # 0: it was reset while it went on sending
        ((b"GET /" + b"a" * 17000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",), {400, 431}),
        ((b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",), {400, 501}),
        ((b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",), {400}),
        ((b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",), {400}),
        ((b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",), {400}),
        ((b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",), {400}),
        ((b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",), {400}),
        ((b"GET /%E2%82%AC HTTP/1.1\r\nHost: x\r\n\r\n",), {404}),
        ((b"GET /%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: x\r\n\r\n",), {404}),
        ((b"GET /%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n",), {404}),
    ],
)  # fmt: skip
async def test_oddities_get_a_strict_answer_and_no_fault_of_ours(
    port: int, parts: tuple[bytes, ...], expected: set[int]
) -> None:
    answer = await say(port, *parts)
    assert status(answer) in expected, answer[:300]
    if answer:
        _is_strict(answer)
    assert b"\r\nx-evil" not in answer.lower()


@pytest.mark.parametrize("body", [b"0\r\n\r\n", b"zz\r\n", b"5\r\nhello", b"ffffffffffffffffff\r\n"])
async def test_chunks_that_are_none_end_the_connection_and_not_the_server(port: int, body: bytes) -> None:
    head = b"POST /api/v1/submissions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = await say(port, head + body, end=True)
    assert status(answer) in {0, 400, 415}
    assert status(await say(port, GET)) == 200


async def test_pipelined_requests_are_answered_in_order_and_nonsense_after_them_ends_it(port: int) -> None:
    answer = await say(port, GET * 3)
    assert answer.count(b"HTTP/1.1 200") == 3
    answer = await say(port, GET + b"nonsense\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


async def test_a_half_open_reader_gets_its_answer(port: int) -> None:
    assert status(await say(port, GET, end=True)) == 200


async def test_the_address_of_the_onion_service_is_made_of_what_was_asked(port: int) -> None:
    for asked in (b"/%E2%82%AC", b"/a%20b", b"/%25", b"/list"):
        answer = await say(port, b"GET " + asked + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"onion-location: http://" + b"a" * 56 + b".onion" + asked + b"\r\n" in answer.replace(
            b"Onion-Location", b"onion-location"
        )


def test_connections_stay_below_the_limit_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [(1024, 1024)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: limits.append(new))
    assert connections.fitting(4000) == 1024 - connections.FILES_OF_OURS
    limits[:] = [(1024, 1_048_576)]
    assert connections.fitting(4000) == 4000
    assert limits[-1] == (4000 + connections.FILES_OF_OURS, 1_048_576)
    limits[:] = [(100, 100)]
    assert connections.fitting(4000) == connections.LEAST
