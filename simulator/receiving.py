"""`getUpdates` and the methods about webhooks: the part of the API that waits."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from simulator.methods.call import Call
from simulator.world.errors import Refusal, bad, conflict
from simulator.world.people import Webhook

Json = dict[str, Any]
LONGEST_POLL = 50
SECRET = re.compile(r"^[A-Za-z0-9_-]{1,256}$")
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(slots=True)
class Pollers:
    """The one waiting `getUpdates` of each bot: a second one puts an end to the first."""

    waiting: dict[int, "asyncio.Future[Refusal | None]"] = field(default_factory=dict)

    def interrupt(self, bot_id: int, reason: str) -> None:
        future = self.waiting.pop(bot_id, None)
        if future is not None and not future.done():
            future.set_result(conflict(reason))

    def wake(self, bot_id: int) -> None:
        future = self.waiting.get(bot_id)
        if future is not None and not future.done():
            future.set_result(None)

    def close(self) -> None:
        """Let everybody go with what there is."""
        for bot_id in list(self.waiting):
            self.wake(bot_id)

    async def get_updates(self, call: Call) -> list[Json]:
        """Long poll. Raises Refusal 409 beside a webhook or when another poller comes."""
        bot, args = call.bot, call.args
        if bot.webhook is not None:
            raise conflict(WEBHOOK_ACTIVE)
        remember_allowed(call)
        offset, limit = args.number("offset"), args.number("limit", 100)
        limit = limit if 1 <= limit <= 100 else 100
        timeout = min(max(args.number("timeout"), 0), LONGEST_POLL)
        self.interrupt(bot.user.id, OTHER_POLLER)
        found = bot.inbox.take(offset, limit, call.world.clock())
        if found or timeout == 0:
            return found
        await self._wait(bot.user.id, timeout)
        return bot.inbox.take(offset, limit, call.world.clock())

    async def _wait(self, bot_id: int, seconds: float) -> None:
        future: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()
        self.waiting[bot_id] = future
        done, _ = await asyncio.wait([future], timeout=seconds)
        if self.waiting.get(bot_id) is future:
            del self.waiting[bot_id]
        if done and (refusal := future.result()) is not None:
            raise refusal


def remember_allowed(call: Call) -> None:
    """`allowed_updates`, if it is given; unreadable ones are ignored, as Telegram does."""
    try:
        kinds = call.args.parsed("allowed_updates", "allowed updates")
    except Refusal:
        return
    if isinstance(kinds, list):
        call.bot.inbox.allow(str(kind) for kind in kinds)


def set_webhook(call: Call) -> bool:
    """`setWebhook`; an empty address takes it away. Plain http is fine, as with an own Bot API server."""
    url, secret = call.args.text("url"), call.args.text("secret_token")
    if call.args.flag("drop_pending_updates"):
        call.bot.inbox.clear()
    if not url:
        call.bot.webhook = None
        return True
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad("invalid webhook URL specified")
    if len(secret) > 256:
        raise bad("secret token is too long")
    if secret and not SECRET.match(secret):
        raise bad("secret token contains unallowed characters")
    remember_allowed(call)
    most = call.args.number("max_connections", 40)
    call.bot.webhook = Webhook(url, secret, min(max(most, 1), 100))
    return True


def delete_webhook(call: Call) -> bool:
    if call.args.flag("drop_pending_updates"):
        call.bot.inbox.clear()
    call.bot.webhook = None
    return True


def webhook_info(call: Call) -> Json:
    hook, inbox = call.bot.webhook, call.bot.inbox
    inbox.expire(call.world.clock())
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(inbox.waiting)}
    if hook is not None:
        info |= {"url": hook.url, "max_connections": hook.max_connections}
        if hook.last_error:
            info |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    if inbox.named:
        info["allowed_updates"] = sorted(inbox.allowed)
    return info
