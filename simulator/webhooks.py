"""Delivery to webhooks: in order for each chat, several chats at once, repeated until it is accepted."""

import asyncio
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp
import structlog

from shared.background import started
from simulator.methods.call import METHODS, Args, Call
from simulator.world.errors import Refusal
from simulator.world.inbox import Queued
from simulator.world.people import Bot, Webhook
from simulator.world.world import World

HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_PAUSE = 60.0
PATIENCE = aiohttp.ClientTimeout(total=30)
log = structlog.get_logger()


@dataclass(slots=True)
class Deliverer:
    """Delivers one bot's updates. `pause` is the first wait after a failure, doubled up to a minute."""

    world: World
    bot: Bot
    pause: float = 1.0
    client: aiohttp.ClientSession | None = None
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
                await self.client.close()

    def _start_lanes(self) -> None:
        hook = self.bot.webhook
        if hook is None:
            return
        self.bot.inbox.expire(self.world.clock())
        for lane in self.bot.inbox.lanes:
            if len(self.lanes) >= hook.max_connections:
                return
            if lane not in self.lanes:
                self.lanes[lane] = started(self._drain(lane), "webhook")

    async def _drain(self, lane: int) -> None:
        """Deliver one chat's updates one after the other."""
        try:
            pause = self.pause
            inbox = self.bot.inbox
            while (hook := self.bot.webhook) is not None and (queued := inbox.first_of(lane)) is not None:
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

    async def _deliver(self, hook: Webhook, queued: Queued) -> bool:
        headers = {HEADER: hook.secret} if hook.secret else {}
        if self.client is None:
            self.client = aiohttp.ClientSession(timeout=PATIENCE)
        try:
            async with self.client.post(
                hook.url, json=queued.body, headers=headers, allow_redirects=False
            ) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            self._failed(hook, f"Connection failed: {type(error).__name__}")
            return False
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            self._failed(hook, f"Wrong response from the webhook: {answer.status} {answer.reason or ''}")
            return False
        self._carry_out(body)
        return True

    def _failed(self, hook: Webhook, text: str) -> None:
        hook.last_error, hook.last_error_at = text, self.world.now()

    def _carry_out(self, answer: bytes) -> None:
        """A webhook may answer with a call of a method."""
        try:
            body: Any = json.loads(answer) if answer else None
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
