"""`getUpdates` over plain HTTP: the updates stay JSON, and the token never enters a log or an exception."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import httpx
import orjson

from shared.contracts.telegram import ALLOWED_UPDATES
from shared.telegram import decode

LONG_POLL = 25
"""Seconds that Telegram holds a request open when there is nothing new."""
LIMIT = 100

for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # their lines at INFO carry the address with the token


class PollError(Exception):
    """The updates could not be fetched. `wait` is how long Telegram itself asks to wait, in seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


class TokenRefused(PollError):  # noqa: N818
    """401 or 404: the operator must correct `DZE_TELEGRAM_TOKEN`."""


class OtherPoller(PollError):  # noqa: N818
    """409: another process reads this bot's updates."""


class WebhookSet(PollError):  # noqa: N818
    """409: a webhook is set, so nothing can be polled."""


class Updates:
    """One bot's updates at one Bot API server."""

    def __init__(self, token: str, api: str, *, long_poll: int = LONG_POLL) -> None:
        self.bot = token.partition(":")[0]
        """The bot's own id, the public part of the token."""
        self._address = f"{api}/bot{token}/getUpdates"
        self._long_poll = long_poll
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(10, read=long_poll + 10), follow_redirects=False
        )

    def __repr__(self) -> str:
        return "Updates(...)"

    async def fetch(self, offset: int | None) -> Sequence[dict[str, Any]]:
        """Updates from `offset` on, at most 100, as decoded JSON. Raises kinds of PollError only."""
        body = {
            "limit": LIMIT,
            "timeout": self._long_poll,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        if offset is not None:
            body["offset"] = offset
        try:
            answer = await self._client.post(
                self._address, content=orjson.dumps(body), headers={"content-type": "application/json"}
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PollError(type(error).__name__) from None
        return _updates(answer.status_code, answer.content)

    async def close(self) -> None:
        await self._client.aclose()


def _updates(status: int, content: bytes) -> list[dict[str, Any]]:
    try:
        answer = decode(content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise _refused(status, {})
    if answer.get("ok") is not True:
        raise _refused(status, answer)
    result = answer.get("result")
    return [update for update in result if isinstance(update, dict)] if isinstance(result, list) else []


def _refused(status: int, answer: dict[str, Any]) -> PollError:
    code = answer.get("error_code") if isinstance(answer.get("error_code"), int) else status
    match code:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND:
            return TokenRefused("the token is refused")
        case HTTPStatus.CONFLICT if "webhook" in str(answer.get("description", "")).lower():
            return WebhookSet("a webhook is set")
        case HTTPStatus.CONFLICT:
            return OtherPoller("another process reads this bot's updates")
        case HTTPStatus.TOO_MANY_REQUESTS:
            asked = answer.get("parameters")
            wait = asked.get("retry_after") if isinstance(asked, dict) else None
            return PollError("told to wait", float(wait) if isinstance(wait, int | float) else None)
    return PollError(f"answer {code}")
