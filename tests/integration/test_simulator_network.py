"""The simulator as a network peer: every way to pass arguments, faults, webhooks, the control API."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from simulator.demo import ALENA, DEMO_TOKEN, LINDEN_COURT, RESIDENT, STRANGER, UPPER_TOWN
from simulator.server import Simulator, serving

SECRET = "a-secret_1"


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with serving(webhook_pause=0.05) as running:
        yield running


@pytest.fixture
async def http(sim: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sim.url, timeout=5, trust_env=False, verify=False) as client:
        yield client


def api(method: str) -> str:
    return f"/bot{DEMO_TOKEN}/{method}"


@dataclass
class Receiver:
    """A webhook's end: takes updates on a real socket, answering with the next of `statuses`, then 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list)
    answer: dict[str, Any] | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().lower().split("\r\n")
                headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
                body = json.loads(await reader.readexactly(int(headers["content-length"])))
                self.got.append((headers.get("x-telegram-bot-api-secret-token"), body))
                status = self.statuses.pop(0) if self.statuses else 200
                answer = json.dumps(self.answer).encode() if self.answer else b""
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Length: {len(answer)}\r\n\r\n".encode() + answer
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield made
    server.close()
    await asyncio.sleep(0)


async def until(true: Callable[[], bool]) -> None:
    """Wait up to 10 s for something that no event tells of."""
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart"])
async def test_arguments_come_in_four_ways(http: httpx.AsyncClient, way: str) -> None:
    fields = {"chat_id": str(UPPER_TOWN), "text": "прывітанне"}
    passed: dict[str, dict[str, Any]] = {
        "query": {"params": fields},
        "form": {"data": fields},
        "json": {"json": {"chat_id": UPPER_TOWN, "text": "прывітанне"}},
        "multipart": {"data": fields, "files": {"unused": b"x"}},
    }
    answer = await http.post(api("sendMessage"), **passed[way])
    assert answer.status_code == 200
    assert answer.json()["result"]["text"] == "прывітанне"


async def test_the_method_name_is_read_in_any_case(http: httpx.AsyncClient) -> None:
    assert (await http.get(api("GETME"))).json()["result"]["username"] == "dze_demo_bot"


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        (f"/bot{DEMO_TOKEN}x/getMe", 401, "Unauthorized"),
        ("/bot1:2/getMe", 401, "Unauthorized"),
        (api("getMeNot"), 404, "Not Found: method not found"),
        ("/nothing", 404, "Not Found"),
    ],
)
async def test_what_does_not_exist_is_refused(
    http: httpx.AsyncClient, path: str, code: int, said: str
) -> None:
    answer = await http.post(path)
    assert answer.status_code == code
    assert answer.json() == {"ok": False, "error_code": code, "description": said}


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000])
async def test_a_broken_body_is_refused(http: httpx.AsyncClient, body: bytes) -> None:
    answer = await http.post(api("getMe"), content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error_code"] == 400


async def test_faults_come_as_they_were_ordered(http: httpx.AsyncClient, sim: Simulator) -> None:
    def order(**fault: Any) -> Awaitable[httpx.Response]:
        return http.post("/sim/faults", json={"times": 1, "method": "sendMessage", **fault})

    async def send() -> httpx.Response:
        return await http.post(api("sendMessage"), json={"chat_id": UPPER_TOWN, "text": "x"})

    before = len(sim.world.chat(UPPER_TOWN).messages)
    await order(kind="too_many", retry_after=7)
    waiting = await send()
    assert (waiting.status_code, waiting.json()["parameters"]) == (429, {"retry_after": 7})
    await order(kind="status", status=500)
    assert (await send()).json()["error_code"] == 500
    await order(kind="html")
    html = await send()
    assert (html.status_code, html.text[:6]) == (502, "<html>")
    await order(kind="reset")
    with pytest.raises(httpx.TransportError):
        await send()
    await order(kind="cut")
    with pytest.raises(httpx.TransportError):
        await send()
    await order(kind="timeout", seconds=3)
    with pytest.raises(httpx.ReadTimeout):
        await http.post(api("sendMessage"), json={"chat_id": UPPER_TOWN, "text": "x"}, timeout=0.3)
    assert len(sim.world.chat(UPPER_TOWN).messages) == before
    assert (await send()).status_code == 200


async def test_an_answer_can_be_lost_after_the_work_is_done(http: httpx.AsyncClient, sim: Simulator) -> None:
    sim.do("join", chat=UPPER_TOWN, user=STRANGER)
    await http.post("/sim/faults", json={"kind": "reset", "after": True, "times": 1})
    with pytest.raises(httpx.TransportError):
        await http.post(api("banChatMember"), json={"chat_id": UPPER_TOWN, "user_id": STRANGER})
    assert sim.world.member(sim.world.chat(UPPER_TOWN), STRANGER).status == "kicked"
    (call,) = (await http.get("/sim/calls", params={"method": "banchatmember"})).json()
    assert (call["done"], call["status"]) == (True, 0)


async def test_a_connection_cut_on_purpose_is_not_reported_as_a_fault_of_the_server(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = logging.getLogger("uvicorn.error")
    async with serving() as sim, httpx.AsyncClient(base_url=sim.url, trust_env=False, verify=False) as http:
        log.addHandler(caplog.handler)
        for kind in ("reset", "cut", "timeout"):
            await http.post("/sim/faults", json={"kind": kind, "times": 1, "seconds": 0.1})
            with pytest.raises(httpx.TransportError):
                await http.post(api("getMe"))
    log.removeHandler(caplog.handler)
    assert not [record.getMessage() for record in caplog.records if record.name == log.name]


async def test_a_429_for_one_chat_leaves_the_others_alone(http: httpx.AsyncClient) -> None:
    await http.post("/sim/faults", json={"kind": "too_many", "chat_id": UPPER_TOWN, "seconds_long": 60})
    for chat, status in ((UPPER_TOWN, 429), (LINDEN_COURT, 200), (UPPER_TOWN, 429)):
        answer = await http.post(api("sendMessage"), json={"chat_id": chat, "text": "x"})
        assert answer.status_code == status
    await http.delete("/sim/faults")
    assert (await http.post(api("sendMessage"), json={"chat_id": UPPER_TOWN, "text": "x"})).status_code == 200


async def test_a_webhook_gets_updates_in_order_with_its_secret(
    http: httpx.AsyncClient, sim: Simulator, receiver: Receiver
) -> None:
    receiver.statuses = [500, 404]
    await http.post(api("setWebhook"), data={"url": receiver.url, "secret_token": SECRET})
    for number in range(5):
        sim.do("write", chat=UPPER_TOWN, user=RESIDENT, text=str(number))
    await until(lambda: len(receiver.got) == 7)
    assert {secret for secret, _ in receiver.got} == {SECRET}
    assert [body["message"]["text"] for _, body in receiver.got] == ["0", "0", "0", "1", "2", "3", "4"]
    info = (await http.get(api("getWebhookInfo"))).json()["result"]
    assert info["url"] == receiver.url
    assert info["last_error_message"] == "Wrong response from the webhook: 404 X"
    await until(lambda: not sim.world.bot().inbox.waiting)


async def test_a_slow_chat_does_not_hold_up_the_webhooks_others(
    http: httpx.AsyncClient, sim: Simulator, receiver: Receiver
) -> None:
    receiver.statuses = [500] * 3
    sim.do("write", chat=UPPER_TOWN, user=RESIDENT, text="waits")
    await http.post(api("setWebhook"), data={"url": receiver.url})
    await until(lambda: len(receiver.got) == 1)
    sim.do("write", chat=LINDEN_COURT, user=RESIDENT, text="goes")
    await until(lambda: any(body["message"]["text"] == "goes" for _, body in receiver.got))
    await until(lambda: not sim.world.bot().inbox.waiting)


async def test_a_webhook_may_answer_with_a_call(
    http: httpx.AsyncClient, sim: Simulator, receiver: Receiver
) -> None:
    receiver.answer = {"method": "sendMessage", "chat_id": LINDEN_COURT, "text": "from the webhook"}
    await http.post(api("setWebhook"), data={"url": receiver.url})
    sim.do("write", chat=UPPER_TOWN, user=RESIDENT, text="x")
    messages = sim.world.chat(LINDEN_COURT).messages
    await until(lambda: 3 in messages)
    assert messages[3].content["text"] == "from the webhook"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "ftp://x"}, "invalid webhook URL specified"),
        ({"url": "http://127.0.0.1/", "secret_token": "ą"}, "secret token contains unallowed characters"),
        ({"url": "http://127.0.0.1/", "secret_token": "x" * 257}, "secret token is too long"),
    ],
)
async def test_a_bad_webhook_is_refused(http: httpx.AsyncClient, fields: dict[str, str], said: str) -> None:
    answer = await http.post(api("setWebhook"), data=fields)
    assert answer.json()["description"] == f"Bad Request: {said}"


async def test_a_script_makes_a_whole_scene(http: httpx.AsyncClient) -> None:
    steps: list[dict[str, Any]] = [{"do": "user", "first_name": f"P{n}", "id": 900 + n} for n in range(20)]
    steps.append({"do": "chat", "title": "Двор", "owner": 900, "id": -1000000009000, "username": "dvor_9"})
    steps += [{"do": "join", "chat": "@dvor_9", "user": 901 + n} for n in range(19)]
    steps += [{"do": "write", "chat": "@dvor_9", "user": 900 + n, "text": f"n{n}"} for n in range(20)]
    answer = await http.post("/sim/script", json=steps)
    assert answer.status_code == 200, answer.text
    state = (await http.get("/sim/chats/@dvor_9")).json()
    assert (state["count"], len(state["members"])) == (20, 20)
    assert [message["service"] for message in state["messages"]] == [True] * 19 + [False] * 20


async def test_a_refused_deed_says_why(http: httpx.AsyncClient) -> None:
    answer = await http.post("/sim/write", json={"chat": UPPER_TOWN, "user": STRANGER, "text": "x"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "Bad Request: CHAT_WRITE_FORBIDDEN")
    assert (await http.post("/sim/write", json={"chat": UPPER_TOWN, "nonsense": 1})).status_code == 422


async def test_the_state_of_a_chat_flags_what_was_deleted(http: httpx.AsyncClient) -> None:
    await http.post(api("deleteMessage"), json={"chat_id": UPPER_TOWN, "message_id": 2})
    state = (await http.get(f"/sim/chats/{UPPER_TOWN}")).json()
    assert [message["deleted"] for message in state["messages"]] == [False, True, False]
    assert state["messages"][1]["deleted_by"] == int(DEMO_TOKEN.split(":")[0])


async def test_reset_brings_the_first_scene_back(http: httpx.AsyncClient, sim: Simulator) -> None:
    sim.do("write", chat=UPPER_TOWN, user=ALENA, text="x")
    await http.post("/sim/reset")
    state = (await http.get(f"/sim/chats/{UPPER_TOWN}")).json()
    assert len(state["messages"]) == 3
    assert (await http.get("/sim/calls")).json() == []
    assert (await http.get(api("getMe"))).status_code == 200


async def test_the_control_api_is_documented(http: httpx.AsyncClient) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]
    assert {
        "/sim/join",
        "/sim/write",
        "/sim/press",
        "/sim/script",
        "/sim/faults",
        "/sim/chats/{chat}",
    } <= set(paths)
    assert all(verb.get("description") for path in paths.values() for verb in path.values())


async def test_the_page_and_its_events(http: httpx.AsyncClient, sim: Simulator) -> None:
    page = await http.get("/")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert (await http.get("/static/main.js")).status_code == 200
    assert (await http.get("/static/../server.py")).status_code == 404
    async with http.stream("GET", "/sim/events") as stream:
        lines = stream.aiter_lines()
        first = await anext(lines)
        sim.do("write", chat=UPPER_TOWN, user=ALENA, text="x")
        async for line in lines:
            if line.startswith("data: ") and line != first:
                break


async def test_a_drawn_picture_is_always_the_same_and_harmless(http: httpx.AsyncClient) -> None:
    path = "/sim/files/sim-photo-000000001-x<script>"
    first, second = (await http.get(path)).text, (await http.get(path)).text
    assert first == second
    assert "<script" not in first
