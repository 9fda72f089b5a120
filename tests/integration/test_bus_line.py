"""The line that all commands share: each gets its own answer, and all learn of its end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as GoneError
from redis.exceptions import DataError, InvalidResponse, NoScriptError, ResponseError
from redis.exceptions import TimeoutError as LateError

from shared.bus.bus import connect
from shared.bus.connection import Shared
from tests.conftest import Eventually

KEY = "bus:test"


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Any]:
    made = connect(redis_url)
    yield made
    await made.aclose()


async def connections(client: Any) -> int:
    return len(await client.client_list())


async def test_each_of_many_gets_its_own_answer_over_one_connection(client: Any) -> None:
    async def one(n: int) -> bool:
        await client.hset(KEY, str(n), str(n * n))
        return int(await client.hget(KEY, str(n))) == n * n

    before = await connections(client)  # with the one that asks
    assert all(await asyncio.gather(*(one(n) for n in range(500))))
    assert await connections(client) == before + 1


async def test_an_answer_is_read_as_redis_py_reads_it(client: Any, redis_url: str) -> None:
    plain = Redis.from_url(redis_url, protocol=2)
    for name in ("a", "b"):
        await client.xadd(KEY, {name: "1"}, id=f"{ord(name)}-0")
        await client.zadd("bus:sorted", {name: 1.5})
    asked = [
        ("xrange", (KEY,), {}),
        ("zrange", ("bus:sorted", 0, -1), {"withscores": True}),
        ("zscore", ("bus:sorted", "a"), {}),
        ("zmscore", ("bus:sorted", ["a", "c"]), {}),
        ("exists", (KEY,), {}),
        ("ping", (), {}),
        ("time", (), {}),
    ]
    for name, args, options in asked[:-1]:
        expected = await getattr(plain, name)(*args, **options)
        assert await getattr(client, name)(*args, **options) == expected, name
        pipe = client.pipeline(transaction=False)
        getattr(pipe, name)(*args, **options)
        assert await pipe.execute() == [expected], name
    await plain.aclose()


async def test_a_refusal_is_of_its_own_command_only(client: Any) -> None:
    await client.set(KEY, "text")
    answers = await asyncio.gather(
        client.get(KEY), client.hgetall(KEY), client.evalsha("0" * 40, 0), client.get(KEY),
        return_exceptions=True,
    )  # fmt: skip
    assert answers[0] == answers[3] == b"text"
    assert isinstance(answers[1], ResponseError)
    assert isinstance(answers[2], NoScriptError)


async def test_in_a_pipeline_as_well(client: Any) -> None:
    await client.set(KEY, "text")
    with pytest.raises(ResponseError):
        await client.pipeline(transaction=False).get(KEY).hgetall(KEY).execute()
    before, refused, after = (
        await client.pipeline(transaction=False).get(KEY).hgetall(KEY).get(KEY).execute(raise_on_error=False)
    )
    assert before == after == b"text"
    assert isinstance(refused, ResponseError)


async def test_of_a_pipeline_that_cannot_be_packed_nothing_is_sent(client: Any) -> None:
    with pytest.raises(DataError):
        await client.pipeline(transaction=False).set(KEY, "1").set(KEY, None).execute()
    assert await client.get(KEY) is None


async def test_a_question_that_was_given_up_shifts_no_other_answer(client: Any) -> None:
    await client.set(KEY, "mine")
    await client.set("bus:other", "other")
    for _ in range(20):
        given_up = asyncio.create_task(client.get("bus:other"))
        await asyncio.sleep(0)
        given_up.cancel()
        assert await client.get(KEY) == b"mine"


async def test_a_line_that_the_server_cut_is_opened_again(
    client: Any, redis_url: str, eventually: Eventually
) -> None:
    await client.set(KEY, "1")
    async with Redis.from_url(redis_url) as other:
        await other.client_kill_filter(_type="normal", skipme=True)

    async def answered() -> bool:
        with contextlib.suppress(GoneError):
            answer: bytes | None = await client.get(KEY)
            return answer == b"1"
        return False

    await eventually(answered)


@contextlib.asynccontextmanager
async def listening(answer: bytes | None) -> AsyncIterator[str]:
    """A server that answers what comes with these bytes, once for each read; None: it hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536) and answer is not None:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.mark.parametrize(
    ("answer", "error"),
    [(None, GoneError), (b"", LateError), (b"HTTP/1.1 400 Bad Request\r\n\r\n", InvalidResponse)],
)
async def test_all_that_wait_learn_that_the_line_is_over(
    answer: bytes | None, error: type[Exception]
) -> None:
    async with listening(answer) as url:
        client = Shared.from_url(url, protocol=2, socket_timeout=0.2, driver_info=None)
        for _ in range(2):
            answers = await asyncio.gather(client.get("a"), client.get("b"), return_exceptions=True)
            assert {type(one) for one in answers} == {error}
        await client.aclose()
