"""Delivery to webhooks: in order for each chat, several chats at once, repeated until it is accepted."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog

from simulator.methods.call import METHODS, Args, Call
from simulator.world.errors import Refusal
from simulator.world.inbox import Queued
from simulator.world.people import Bot, Webhook
from simulator.world.world import World

HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_PAUSE = 60.0
log = structlog.get_logger()


@dataclass(slots=True)
class Deliverer:
    """Delivers one bot's updates. `pause` is the first wait after a failure, doubled up to a minute."""

    world: World
    bot: Bot
    pause: float = 1.0
    client: httpx.AsyncClient | None = None
    """Made for the first delivery: most bots poll."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    lanes: dict[int, "asyncio.Task[None]"] = field(default_factory=dict)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self.news.wait()
                self.news.clear()
                self._start_lanes()
        finally:
            for lane in self.lanes.values():
                lane.cancel()
            await asyncio.gather(*self.lanes.values(), return_exceptions=True)
            if self.client is not None:
                await self.client.aclose()

    def _start_lanes(self) -> None:
        hook = self.bot.webhook
        if hook is None:
            return
        self.bot.inbox.expire(self.world.clock())
        for queued in self.bot.inbox.waiting:
            if len(self.lanes) >= hook.max_connections:
                return
            if queued.lane not in self.lanes:
                self.lanes[queued.lane] = asyncio.create_task(self._drain(queued.lane))

    async def _drain(self, lane: int) -> None:
        """Deliver one chat's updates one after the other."""
        try:
            pause = self.pause
            while (hook := self.bot.webhook) is not None and (queued := self._first(lane)) is not None:
                if await self._deliver(hook, queued):
                    self.bot.inbox.remove(queued.update_id)
                    pause = self.pause
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            del self.lanes[lane]
            if self.bot.inbox.waiting:
                self.news.set()

    def _first(self, lane: int) -> Queued | None:
        return next((queued for queued in self.bot.inbox.waiting if queued.lane == lane), None)

    async def _deliver(self, hook: Webhook, queued: Queued) -> bool:
        headers = {HEADER: hook.secret} if hook.secret else {}
        if self.client is None:
            self.client = httpx.AsyncClient(timeout=30, trust_env=False)
        try:
            answer = await self.client.post(hook.url, json=queued.body, headers=headers)
        except httpx.HTTPError as error:
            self._failed(hook, f"Connection failed: {type(error).__name__}")
            return False
        if not answer.is_success:
            self._failed(
                hook, f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
            )
            return False
        self._carry_out(answer)
        return True

    def _failed(self, hook: Webhook, text: str) -> None:
        hook.last_error, hook.last_error_at = text, self.world.now()

    def _carry_out(self, answer: httpx.Response) -> None:
        """A webhook may answer with a call of a method."""
        try:
            body: Any = answer.json() if answer.content else None
        except ValueError:
            return
        if not isinstance(body, dict) or "method" not in body:
            return
        function = METHODS.get(str(body["method"]).lower())
        if function is None:
            return
        try:
            function(Call(self.world, self.bot, Args(body)))
        except Refusal as refusal:
            log.info("simulator.webhook_answer_refused", description=refusal.description)
