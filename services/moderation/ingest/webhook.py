"""The webhook: Telegram sends updates to the gateway; here it is told where and with which secret."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from services.moderation.telegram.errors import TelegramError
from services.moderation.telegram.ports import Asker
from shared.bus.leases import Lease
from shared.contracts.telegram import ALLOWED_UPDATES

log = structlog.get_logger()
LOOK_EVERY = 600.0
"""Seconds between two looks at what Telegram says of the webhook."""
PAUSE = 10.0
CONNECTIONS = 40


def keeper(
    telegram: Asker, url: str, secret: str, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> Any:
    """A duty that sets the webhook and sets it again when somebody else has changed it."""

    async def keep(_lease: Lease) -> None:
        while True:
            try:
                await _keep(telegram, url, secret)
            except TelegramError as error:
                log.warning("webhook_not_set", reason=str(error), again_in=PAUSE)
                await sleep(PAUSE)
            else:
                await sleep(LOOK_EVERY)

    return keep


async def _keep(telegram: Asker, url: str, secret: str) -> None:
    """The secret cannot be read back, so it is set at each start and whenever the address differs."""
    params = {
        "url": url,
        "secret_token": secret,
        "allowed_updates": list(ALLOWED_UPDATES),
        "max_connections": CONNECTIONS,
        "drop_pending_updates": False,
    }
    await telegram.call("setWebhook", params)
    info = await telegram.call("getWebhookInfo")
    if isinstance(info, dict) and info.get("last_error_date"):
        log.warning("webhook_had_errors", waiting=info.get("pending_update_count"))


def remover(telegram: Asker, public_url: str) -> Callable[[], Awaitable[bool]]:
    """Answers whether a webhook that stood in the poller's way was ours and is gone now.

    Left by an earlier run in webhook mode it may go; another deployment's is not ours to remove.
    """

    async def remove() -> bool:
        try:
            info = await telegram.call("getWebhookInfo")
            url = str(info.get("url", "")) if isinstance(info, dict) else ""
            if not public_url or not url.startswith(f"{public_url}/"):
                return False
            await telegram.call("deleteWebhook", {"drop_pending_updates": False})
        except TelegramError:
            return False
        log.info("webhook_removed", reason="DZE_TELEGRAM_MODE is poll")
        return True

    return remove
