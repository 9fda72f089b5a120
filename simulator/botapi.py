"""`/bot<token>/<method>`: reads arguments however they come, lets faults strike, answers as Telegram does."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from simulator import receiving
from simulator.faults import Fault
from simulator.hub import Hub
from simulator.methods import METHODS, Call
from simulator.methods.call import Args, Upload
from simulator.world.errors import Refusal, bad, too_many
from simulator.world.people import Bot

Json = dict[str, Any]
HTML = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
    "<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n"
)
MOST_FIELDS = 1000
RECEIVING = {
    "setwebhook": receiving.set_webhook,
    "deletewebhook": receiving.delete_webhook,
    "getwebhookinfo": receiving.webhook_info,
}


async def read_args(request: Request) -> Args:
    """Arguments from the query and the body: JSON, a form or multipart. Raises Refusal."""
    values: dict[str, Any] = dict(parse_qsl(request.url.query, keep_blank_values=True))
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    files: dict[str, Upload] = {}
    if kind == "application/json":
        body = await request.body()
        try:
            given = json.loads(body) if body else {}
        except (ValueError, RecursionError):
            raise bad("can't parse JSON object") from None
        if not isinstance(given, dict):
            raise bad("object expected as request")
        values |= given
    elif kind == "application/x-www-form-urlencoded":
        body = await request.body()
        values.update(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    elif kind == "multipart/form-data":
        async with request.form(max_fields=MOST_FIELDS) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    data = await value.read()
                    files[name] = Upload(value.filename or name, value.content_type or "", data)
                else:
                    values[name] = value
    return Args(values, files)


@dataclass(slots=True)
class Dropped:
    """An answer that never comes whole: the connection is cut, at once or after half of a body."""

    seconds: float = 0.0
    body: bytes = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.body:
            length = str(len(self.body) * 2).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", length)]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": self.body, "more_body": True})
        # uvicorn's own cycle is behind `receive`; nothing in ASGI itself can reset a connection
        transport = getattr(getattr(receive, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()
            # the loop tells uvicorn only later; one that returns before is scolded for not answering
            while (await receive())["type"] != "http.disconnect":
                pass


@dataclass(slots=True)
class BotApi:
    hub: Hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            answer = await self.answer(request)
        except ClientDisconnect:
            return
        await answer(scope, receive, send)

    async def answer(self, request: Request) -> Response | Dropped:
        """One call, with its faults, into the journal."""
        shown = request.path_params["method"]
        name = shown.lower()
        bot = self.hub.world.tokens.get(request.path_params["token"])
        if bot is None or bot.logged_out:
            return JSONResponse({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        try:
            args = await read_args(request)
        except Refusal as refusal:
            return self._refused(refusal)
        chat_id = self._chat_id(args)
        fault = self.hub.faults.strike(name, chat_id, self.hub.clock())
        if fault is not None and not fault.after:
            self._note(shown, bot, args, status=_status(fault), text=fault.text, done=False)
            return self._struck(fault)
        status, body = await self._carry_out(name, Call(self.hub.world, bot, args), chat_id)
        if fault is not None:
            self._note(shown, bot, args, status=_status(fault), text=fault.text, done=status == 200)
            return self._struck(fault, json.dumps(body).encode())
        self._note(shown, bot, args, status=status, text=body.get("description", ""), done=status == 200)
        return JSONResponse(body, status)

    async def _carry_out(self, name: str, call: Call, chat_id: int) -> tuple[int, Json]:
        try:
            if wait := self.hub.limits.wait(call.bot.user.id, name, chat_id, self.hub.clock()):
                raise too_many(wait)
            return 200, {"ok": True, "result": await self._result(name, call)}
        except Refusal as refusal:
            return refusal.code, refusal.json()

    async def _result(self, name: str, call: Call) -> Any:
        if name == "getupdates":
            return await self.hub.pollers.get_updates(call)
        if name in RECEIVING:
            result = RECEIVING[name](call)
            if name != "getwebhookinfo":
                self.hub.webhook_changed(call.bot)
            return result
        function = METHODS.get(name)
        if function is None:
            raise Refusal(404, "Not Found: method not found")
        return function(call)

    def _chat_id(self, args: Args) -> int:
        """The chat for limits and faults, 0 when the call is for none."""
        given = args.text("chat_id")
        if given.startswith("@"):
            return self.hub.world.named(given) or 0
        return args.number("chat_id")

    def _note(self, name: str, bot: Bot, args: Args, *, status: int, text: str, done: bool) -> None:
        if name.lower() == "getupdates" and done:
            return
        self.hub.journal.add(
            at=self.hub.clock(),
            bot_id=bot.user.id,
            method=name,
            chat_id=self._chat_id(args),
            params=dict(args.values) | {key: f"file {upload.name}" for key, upload in args.files.items()},
            status=status,
            description=text if status != 200 else "",
            done=done,
        )

    @staticmethod
    def _refused(refusal: Refusal) -> Response:
        return JSONResponse(refusal.json(), refusal.code)

    def _struck(self, fault: Fault, body: bytes = b'{"ok":') -> Response | Dropped:
        if fault.kind == "too_many":
            refusal = too_many(fault.wait(self.hub.clock()))
            retry = str(refusal.parameters["retry_after"])
            return JSONResponse(refusal.json(), 429, {"Retry-After": retry})
        if fault.kind == "status":
            return JSONResponse(
                {"ok": False, "error_code": fault.status, "description": fault.text}, fault.status
            )
        if fault.kind == "html":
            return Response(HTML, 502, media_type="text/html")
        if fault.kind == "timeout":
            return Dropped(seconds=fault.seconds)
        return Dropped(body=body) if fault.kind == "cut" else Dropped()


def _status(fault: Fault) -> int:
    return {"too_many": 429, "html": 502, "status": fault.status}.get(fault.kind, 0)
