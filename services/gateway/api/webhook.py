"""Telegram's updates, when they are pushed to us instead of polled."""

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.context import Ctx
from services.gateway.problems import Problem
from shared.bus import Commit
from shared.clock import now
from shared.contracts.telegram import TelegramUpdate
from shared.keys import same
from shared.telegram import describe

router = APIRouter(include_in_schema=False)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the header's name


@router.post("/telegram/webhook")
async def webhook(request: Request, ctx: Ctx) -> Response:
    """200 only when the update is on disk, so that Telegram sends it again otherwise. Each counts once."""
    secret = ctx.settings.telegram_secret
    if secret is None or not secret.get_secret_value():
        raise Problem(404, "No webhook is set up here.")
    if not same(request.headers.get(SECRET_HEADER, ""), secret.get_secret_value()):
        raise Problem(403, "The secret is wrong or missing.")
    update = _update(await request.body())
    seen, unseen = ctx.store.see_update, ctx.store.not_seen
    commit = Commit.of(
        writes=seen(update.update_id, update.chat_id),
        events=[update],
        expect=[unseen(update.update_id, update.chat_id)],
    )
    await ctx.bus.commit(commit)  # a conflict means that it came before, which is as good
    return Response()


def _update(body: bytes) -> TelegramUpdate:
    try:
        decoded = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(400, "The body is not JSON.") from None
    if not isinstance(decoded, dict) or not isinstance(decoded.get("update_id"), int):
        raise Problem(400, "The body is not an update.")
    update_id, kind, chat_id = describe(decoded)
    return TelegramUpdate(
        update_id=update_id, chat_id=chat_id, kind=kind, raw=body.decode(), received_at=now()
    )
