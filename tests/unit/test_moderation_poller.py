"""The long poll: what is fetched is on disk before Telegram forgets it, and failures wait their time."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest
from httpx import Request, Response

from services.moderation.ingest.client import OtherPoller, PollError, TokenRefused, Updates, WebhookSet
from services.moderation.ingest.poller import LONGEST_PAUSE, Poller, event_of, pause_after
from services.moderation.ingest.webhook import remover
from services.moderation.telegram.errors import Transient
from shared.bus import Outcome
from shared.bus.commit import Commit
from shared.bus.leases import Lease
from shared.contracts.telegram import ALLOWED_UPDATES
from tests.moderation import message, raw

TOKEN = "123456:AAsecretsecretsecretsecretsecret"
MOMENT = datetime(2026, 11, 22, tzinfo=UTC)
LEASE = Lease("bus:lease:moderation:poller", "1")


class Done(Exception):  # noqa: N818
    pass


class Source:
    """Gives what it was told to, one answer after the other, then ends the test."""

    def __init__(self, *answers: list[Any] | PollError) -> None:
        self.answers = list(answers)
        self.offsets: list[int | None] = []

    async def fetch(self, offset: int | None) -> list[Any]:
        self.offsets.append(offset)
        if not self.answers:
            raise Done
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Memory:
    """The offset as Redis keeps it, written only by a commit that is done."""

    def __init__(self, outcome: Outcome = Outcome.DONE) -> None:
        self.kept: int | None = None
        self.events: list[Any] = []
        self.outcome = outcome

    def now(self) -> datetime:
        return MOMENT

    async def offset(self, bot: str) -> int | None:
        assert bot == "123456"
        return self.kept

    def save(self, bot: str, offset: int) -> list[tuple[str, str, int]]:
        return [("SET", bot, offset)]

    async def commit(self, commit: Commit, lease: Lease | None = None) -> Outcome:
        assert lease is LEASE
        if self.outcome is Outcome.DONE:
            self.kept = int(commit.writes[0][2])
            self.events += commit.events
        return self.outcome


Sleep = Callable[[float], Awaitable[None]]


def poller(source: Source, memory: Any, sleep: Sleep, *, gone: bool = False) -> Poller:
    async def webhook_gone() -> bool:
        return gone

    return Poller(source, memory, memory, "123456", webhook_gone, sleep, random.Random(1))


async def run(source: Source, memory: Memory, *, gone: bool = False) -> list[float]:
    pauses = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    with pytest.raises(Done):
        await poller(source, memory, sleep, gone=gone).run(LEASE)
    return pauses


def numbered(*ids: int) -> list[dict[str, Any]]:
    return [{"update_id": i, "message": message()} for i in ids]


async def test_the_offset_follows_what_is_on_disk() -> None:
    source, memory = Source(numbered(5, 6), [], numbered(7)), Memory()
    await run(source, memory)
    assert source.offsets == [None, 7, 7, 8]
    assert [event.update_id for event in memory.events] == [5, 6, 7]


async def test_what_bears_no_number_passes_with_its_neighbours_and_never_makes_the_poller_race() -> None:
    nameless = [{"message": message()}, {"update_id": None}, {"update_id": "nine"}]
    source, memory = (
        Source([*nameless, *numbered(5)], nameless, [{"update_id": "9", "message": message()}]),
        Memory(),
    )
    pauses = await run(source, memory)
    assert [event.update_id for event in memory.events] == [5, 9]
    assert source.offsets == [None, 6, 6, 10]
    assert len(pauses) == 1
    assert pauses[0] > 0.1


async def test_an_update_that_comes_again_is_passed_over() -> None:
    source, memory = Source(numbered(5, 6), numbered(6, 7)), Memory()
    await run(source, memory)
    assert [event.update_id for event in memory.events] == [5, 6, 7]


async def test_a_poller_that_has_lost_its_lease_stops() -> None:
    source, memory = Source(numbered(5)), Memory(Outcome.FENCED)
    await poller(source, memory, asyncio.sleep).run(LEASE)
    assert memory.events == []


async def test_failures_wait_longer_and_longer_and_then_start_anew() -> None:
    pauses = await run(
        Source(PollError("x"), PollError("x"), PollError("x"), numbered(1), PollError("x")), Memory()
    )
    assert len(pauses) == 4
    assert pauses[2] > 1.0 > pauses[0]
    assert pauses[3] <= 0.5


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [
        (PollError("told to wait", 17), 17, 18),
        (TokenRefused("x"), 60, 60),
        (OtherPoller("x"), LONGEST_PAUSE / 2, LONGEST_PAUSE),
        (PollError("ConnectError"), LONGEST_PAUSE / 2, LONGEST_PAUSE),
    ],
)
def test_each_failure_waits_its_time(error: PollError, least: float, most: float) -> None:
    assert least <= pause_after(50, error, random.Random(3)) <= most


async def test_our_own_webhook_is_out_of_the_way_at_once_and_anothers_is_left() -> None:
    assert await run(Source(WebhookSet("x")), Memory(), gone=True) == []
    assert len(await run(Source(WebhookSet("x")), Memory(), gone=False)) == 1


@pytest.mark.parametrize(
    ("url", "ours", "removed"),
    [
        ("https://dze.example/telegram/webhook", "https://dze.example", True),
        ("https://dze.example.evil/telegram/webhook", "https://dze.example", False),
        ("https://other.example/hook", "https://dze.example", False),
        ("https://other.example/hook", "", False),
        (None, "https://dze.example", False),
    ],
)
async def test_only_our_own_webhook_is_removed(url: str | None, ours: str, removed: bool) -> None:
    calls = []

    class Telegram:
        async def call(self, method: str, params: Any = None, *, seconds: float = 15) -> dict[str, str]:
            del params, seconds
            calls.append(method)
            if url is None:
                raise Transient("away")
            return {"url": url}

    assert await remover(Telegram(), ours)() is removed
    assert ("deleteWebhook" in calls) is removed


def client(handler: Callable[..., Any]) -> Updates:
    updates = Updates(TOKEN, "http://api.test", long_poll=1)
    updates._client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    return updates


async def test_every_kind_that_is_needed_is_asked_for() -> None:
    asked = {}

    def answer(request: Request) -> Response:
        asked.update(orjson.loads(request.content))
        return httpx.Response(200, json={"ok": True, "result": numbered(3)})

    updates = client(answer)
    assert [u["update_id"] for u in await updates.fetch(3)] == [3]
    await updates.close()
    assert asked["allowed_updates"] == list(ALLOWED_UPDATES)
    assert {"chat_member", "my_chat_member", "chat_join_request", "callback_query"} <= set(
        asked["allowed_updates"]
    )
    assert asked["offset"] == 3


@pytest.mark.parametrize(
    ("status", "body", "kind", "wait"),
    [
        (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}, TokenRefused, None),
        (404, {"ok": False, "error_code": 404, "description": "Not Found"}, TokenRefused, None),
        (
            409,
            {"ok": False, "error_code": 409, "description": "Conflict: terminated by other getUpdates"},
            OtherPoller,
            None,
        ),
        (
            409,
            {"ok": False, "error_code": 409, "description": "Conflict: can't use while webhook is active"},
            WebhookSet,
            None,
        ),
        (429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 7}}, PollError, 7),
        (429, {"ok": False, "error_code": 429, "parameters": [7]}, PollError, None),
        (502, "<html>Bad Gateway</html>", PollError, None),
        (200, "<html>", PollError, None),
        (200, "[]", PollError, None),
        (200, {"result": []}, PollError, None),
    ],
)
async def test_refusals_are_told_apart_and_none_shows_the_token(
    status: int, body: dict[str, Any] | str, kind: type[PollError], wait: int | None
) -> None:
    content = body.encode() if isinstance(body, str) else orjson.dumps(body)
    updates = client(lambda _: httpx.Response(status, content=content))
    with pytest.raises(PollError) as refused:
        await updates.fetch(None)
    await updates.close()
    assert type(refused.value) is kind
    assert refused.value.wait == wait
    assert "secret" not in f"{refused.value!r} {refused.value} {updates!r}"


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
async def test_a_broken_line_is_a_failure_without_the_address(error: type[httpx.RequestError]) -> None:
    def broken(request: Request) -> None:
        raise error(f"no way to {request.url}", request=request)

    updates = client(broken)
    with pytest.raises(PollError) as refused:
        await updates.fetch(None)
    await updates.close()
    assert str(refused.value) == error.__name__
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("result", [None, 7, {"a": 1}, ["x", None, 3]])
async def test_a_result_of_another_shape_is_no_update(result: Any) -> None:
    updates = client(lambda _: httpx.Response(200, json={"ok": True, "result": result}))
    assert await updates.fetch(None) == []
    await updates.close()


def test_an_update_goes_into_the_stream_as_it_came() -> None:
    body = raw(message(5, text="прывітанне"))
    event = event_of(body, MOMENT)
    assert event.received_at == MOMENT
    assert orjson.loads(event.raw) == body
    assert (event.kind, event.chat_id) == ("message", body["message"]["chat"]["id"])
