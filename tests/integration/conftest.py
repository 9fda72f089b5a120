"""Moderation for the tests of this kind: alone, or whole before the simulator."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from services.moderation.bot.ports import Me
from services.moderation.bot.store import BotStore
from services.moderation.equip import equip
from services.moderation.settings import ModerationSettings
from services.moderation.telegram.actor import Actor
from services.moderation.telegram.store import ActorStore
from shared.bus import Bus
from shared.settings import Settings
from simulator.demo import (
    DEMO_TOKEN,
    REVIEW_CHAT,
)
from simulator.server import serving
from tests.acting import made
from tests.conftest import KEY, BusFactory
from tests.house import Clock
from tests.members import Members
from tests.telling import BOT, KEYS, NOW, Api, Chats, Given
from tests.town import Town


@pytest.fixture
async def house(bus_factory: BusFactory, settings: Settings) -> AsyncIterator[Clock]:
    bus = bus_factory("moderation")
    made = Clock(bus, settings)
    async with bus.running():
        yield made


@pytest.fixture
async def deps(redis_url: str) -> AsyncIterator[Given]:
    """The bot in a chat that acts and speaks English, before a Telegram that only answers."""
    redis = Redis.from_url(redis_url)
    yield Given(
        settings=Settings(key="k" * 32, review_chat=-100999, _env_file=None),
        keys=KEYS,
        telegram=Api(),
        chats=Chats(redis, {"dryrun": "off", "language": "en"}),
        store=BotStore(redis, KEYS),
        actor_store=ActorStore(redis, KEYS),
        me=Me(BOT, "dze_bot"),
        now=lambda: NOW,
    )
    await redis.aclose()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A connection to a clean database."""
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def telegram() -> Members:
    """A supergroup with Telegram's rules for members and a clock that is set by hand."""
    return Members()


@pytest.fixture
def actor(telegram: Members, redis: Redis) -> Actor:
    """Who carries out actions there."""
    return made(telegram, redis)


@pytest.fixture
async def town(redis_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with town_of(redis_url, tmp_path) as found:
        yield found


@asynccontextmanager
async def town_of(redis_url: str, data: Path, **more: Any) -> AsyncIterator[Town]:
    """Moderation whole with these settings, the simulator in Telegram's place."""
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(serving())
        given: dict[str, Any] = {
            "redis_url": redis_url,
            "key": KEY,
            "data": data,
            "telegram_token": DEMO_TOKEN,
            "telegram_api": sim.url,
            "review_chat": REVIEW_CHAT,
            "public_url": "https://dze.example",
        } | more
        settings = ModerationSettings(**given, _env_file=None)
        bus = Bus("moderation", settings, lease_ms=3000)
        await stack.enter_async_context(equip(bus, settings))
        await stack.enter_async_context(bus.running())
        yield Town(sim, bus)
