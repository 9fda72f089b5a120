"""Telegram's updates, when they are pushed to us instead of polled.

A layer before the routes: hundreds of updates a second would otherwise spend most of their time on the way to
a route, through compression and dependencies that are none of theirs.
"""

import time
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.bodies import WEBHOOK_MOST, WEBHOOK_PATH, Counted, announced, too_large
from services.gateway.problems import Problem, of_error
from services.gateway.store import Store
from services.gateway.together import Together
from shared.bus import Commit, Unavailable
from shared.clock import Clock
from shared.contracts.telegram import TelegramUpdate
from shared.keys import same
from shared.telegram import decode, describe, update_number
from shared.telemetry.metrics import REQUEST_SECONDS, REQUESTS, UPDATES

SECRET_HEADER = b"x-telegram-bot-api-secret-token"
_TAKEN: list[dict[str, Any]] = [
    {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]},
    {"type": "http.response.body", "body": b""},
]


class Webhook:
    """200 only when the update is on disk, so that Telegram sends it again otherwise. Each counts once."""

    def __init__(
        self, app: ASGIApp, *, secret: SecretStr | None, store: Store, together: Together, now: Clock
    ) -> None:
        """Without a secret there is no webhook."""
        self._app = app
        self._secret = secret.get_secret_value() if secret else ""
        self._store, self._together, self._now = store, together, now
        self._seconds = REQUEST_SECONDS.labels(WEBHOOK_PATH)
        self._good = REQUESTS.labels("POST", WEBHOOK_PATH, "200")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != WEBHOOK_PATH:
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        try:
            await self._take(scope, receive)
        except (Problem, HTTPException, Unavailable) as error:
            answer = of_error(error)
            REQUESTS.labels("POST", WEBHOOK_PATH, str(answer.status_code)).inc()
            await answer(scope, receive, send)
        else:
            self._good.inc()
            for message in _TAKEN:
                await send({**message})
        self._seconds.observe(time.perf_counter() - begun)

    async def _take(self, scope: Scope, receive: Receive) -> None:
        """Raises Problem, HTTPException and Unavailable."""
        if scope["method"] != "POST":
            raise HTTPException(405, headers={"Allow": "POST"})
        if not self._secret:
            raise Problem(404, "No webhook is set up here.")
        headers = dict(scope["headers"])
        if not same(headers.get(SECRET_HEADER, b"").decode("latin-1"), self._secret):
            raise Problem(403, "The secret is wrong or missing.")
        if announced(scope) > WEBHOOK_MOST:
            raise Problem(413, too_large(WEBHOOK_MOST))
        update = _update(await _body(receive), self._now())
        seen, unseen = self._store.see_update, self._store.not_seen
        await self._together.commit(  # a conflict means that it came before, which is as good
            Commit.of(
                writes=seen(update.update_id, update.chat_id),
                events=[update],
                expect=[unseen(update.update_id, update.chat_id)],
            )
        )
        UPDATES.labels(update.known_kind).inc()


async def _body(receive: Receive) -> bytes:
    """The whole body. Raises Problem: too large, or too slow."""
    counted = Counted(receive, WEBHOOK_MOST)
    parts = []
    while True:
        message = await counted()
        if message["type"] == "http.disconnect":
            raise Problem(400, "The body did not come to its end.")
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _update(body: bytes, received_at: datetime) -> TelegramUpdate:
    """Raises Problem."""
    try:
        decoded = decode(body)
    except ValueError:
        raise Problem(400, "The body is not JSON.") from None
    if not isinstance(decoded, dict) or update_number(decoded) is None:
        raise Problem(400, "The body is not an update.")
    update_id, kind, chat_id = describe(decoded)
    return TelegramUpdate(
        update_id=update_id,
        chat_id=chat_id,
        kind=kind,
        raw=body.decode("utf-8", "replace"),
        received_at=received_at,
    )
