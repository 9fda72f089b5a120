"""Moderation for the tests of this kind: alone, or whole before the simulator."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from services.moderation.equip import equip
from services.moderation.settings import ModerationSettings
from shared.bus import Bus
from simulator.demo import (
    DEMO_TOKEN,
    REVIEW_CHAT,
)
from simulator.server import serving
from tests.conftest import KEY
from tests.house import Clock
from tests.town import Town


@pytest.fixture
async def house(bus_factory, settings):
    bus = bus_factory("moderation")
    made = Clock(bus, settings)
    async with bus.running():
        yield made


@pytest.fixture
async def town(redis_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(serving())
        settings = ModerationSettings(
            redis_url=redis_url,
            key=KEY,
            data=tmp_path,
            telegram_token=DEMO_TOKEN,
            telegram_api=sim.url,
            review_chat=REVIEW_CHAT,
            public_url="https://dze.example",
            _env_file=None,
        )
        bus = Bus("moderation", settings, lease_ms=3000)
        await stack.enter_async_context(equip(bus, settings))
        await stack.enter_async_context(bus.running())
        yield Town(sim, bus)
