"""Calls to the Bot API: aiogram builds and sends each request, its answer is read here.

Why the answer is not left to aiogram stands in docs/decisions/telegram-answers.md.
"""

import asyncio
from http import HTTPStatus
from typing import Any, cast

import orjson
from aiogram import Bot, methods
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientError
from pydantic import ValidationError

from services.moderation.telegram.errors import Refused, TelegramError, Transient, Unauthorized
from services.moderation.telegram.refusals import refusal

_ANSWERED = Response[Any]
"""Made once: pydantic takes longer to make it than the rest of a call takes."""


class Telegram:
    """One bot at one Bot API server. `repr` shows no token.

    Raises Unauthorized when the token does not even look like one.
    """

    def __init__(self, token: str, api: str) -> None:
        session = _Session(api=TelegramAPIServer.from_base(api), json_loads=orjson.loads)
        try:
            self._bot = Bot(
                token, session=session, default=DefaultBotProperties(link_preview_is_disabled=True)
            )
        except TokenValidationError:
            raise Unauthorized("the token does not look like one") from None

    def __repr__(self) -> str:
        return "Telegram(...)"

    async def call(self, method: str, params: dict[str, Any] | None = None, *, seconds: float = 15) -> Any:
        """`result` as decoded JSON, not a model: a field that Telegram adds or drops changes nothing here.

        `method` is the Bot API's own name. Raises only kinds of `TelegramError`; its text is safe to log.
        """
        request = _request(method, params or {})
        try:
            # asyncio's own limit stands around aiohttp's, which restarts with some stages of a request.
            async with asyncio.timeout(seconds + 1):
                return await self._bot(request, request_timeout=cast("int", seconds))
        except TelegramError:
            raise
        except (AiogramError, ClientError, OSError, TimeoutError) as error:
            # The original text may hold the address, and with it the token: only its kind goes on.
            raise Transient(type(error).__name__) from None

    async def fetch(self, file_id: str, most: int, *, seconds: float = 15) -> bytes:
        """A file that somebody sent. Raises Refused when it is larger than `most` bytes; else as `call`."""
        file = await self.call("getFile", {"file_id": file_id}, seconds=seconds)
        path = file.get("file_path") if isinstance(file, dict) else None
        if not isinstance(path, str) or int(file.get("file_size") or 0) > most:
            raise Refused("file.size")
        url = self._bot.session.api.file_url(self._bot.token, path)
        found = b""
        try:
            async with asyncio.timeout(seconds + 1):
                async for part in self._bot.session.stream_content(url, timeout=int(seconds)):
                    found += part
                    if len(found) > most:
                        raise Refused("file.size")
        except TelegramError:
            raise
        except (AiogramError, ClientError, OSError, TimeoutError) as error:
            # The address holds the token: only the error's kind goes on.
            raise Transient(type(error).__name__) from None
        return found

    async def close(self) -> None:
        await self._bot.session.close()


class _Session(AiohttpSession):
    """Reads an answer without aiogram's models and with our own errors."""

    def check_response(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        status_code: int,
        content: str,
    ) -> Response[TelegramType]:
        del bot
        try:
            answer = self.json_loads(content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or "ok" not in answer:
            if status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
                raise Unauthorized("the server does not know this bot") from None
            raise Transient(f"no JSON in an answer {status_code}")
        if answer["ok"] is True:
            return _ANSWERED.model_construct(ok=True, result=answer.get("result"))
        raise refusal(method.__api_method__, status_code, answer)


def _request(method: str, params: dict[str, Any]) -> TelegramMethod[Any]:
    kind = getattr(methods, method[:1].upper() + method[1:], None)
    if kind is None:
        raise Refused("method.unknown")
    try:
        return cast("TelegramMethod[Any]", kind(**params))
    except ValidationError:
        raise Refused("request.invalid") from None
