"""Actions through the stream, against the simulator with Telegram's limits and faults."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.moderation.equip import equip
from services.moderation.settings import ModerationSettings
from shared import clock
from shared.bus import Bus
from shared.contracts.registry import TELEGRAM_ACTIONS
from shared.contracts.telegram import Method, TelegramAction
from simulator.demo import DEMO_TOKEN, LINDEN_COURT, RESIDENT, UPPER_TOWN, YARD_GROUP
from simulator.faults import Fault
from simulator.limits import Limits
from simulator.server import Simulator, serving
from tests.conftest import KEY, eventually


class Town:
    def __init__(self, sim: Simulator, bus: Bus) -> None:
        self.sim = sim
        self.bus = bus

    async def ask(self, *actions: TelegramAction) -> None:
        await self.bus.publish(*actions)

    def done(self, method: str, chat: int) -> list[dict[str, Any]]:
        """Calls of a method that Telegram carried out in a chat."""
        found = [entry.json() for entry in self.sim.hub.journal.find(method, chat, 0)]
        return [entry["params"] for entry in found if entry["status"] == 200]

    def said(self, chat: int) -> list[str]:
        messages = self.sim.world.chat(chat).messages.values()
        return [m.content["text"] for m in messages if m.author == 7_000_000_001 and "text" in m.content]


@pytest.fixture
async def town(redis_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(serving())
        settings = ModerationSettings(
            redis_url=redis_url, key=KEY, data=tmp_path, telegram_token=DEMO_TOKEN, telegram_api=sim.url,
            role="act", _env_file=None,
        )  # fmt: skip
        bus = Bus("moderation", settings, lease_ms=3000)
        await stack.enter_async_context(equip(bus, settings))
        await stack.enter_async_context(bus.running())
        yield Town(sim, bus)


def action(method: Method, chat: int, name: str, **params: Any) -> TelegramAction:
    now = clock.now()
    return TelegramAction(
        action_id=name, chat_id=chat, method=method, params=params,
        decided_at=now, expires_at=now + timedelta(hours=1),
    )  # fmt: skip


def say(chat: int, text: str) -> TelegramAction:
    return action(Method.SEND_MESSAGE, chat, f"{chat}:{text}", text=text)


async def test_a_limited_chat_waits_alone_and_in_order(town: Town, nothing_pending: None) -> None:
    limit = Fault(kind="too_many", method="sendMessage", chat_id=UPPER_TOWN, retry_after=4, times=1)
    town.sim.hub.faults.add(limit)
    ban = action(Method.BAN_MEMBER, UPPER_TOWN, "ban", user_id=RESIDENT)
    await town.ask(*(say(UPPER_TOWN, str(i)) for i in range(3)), ban, say(LINDEN_COURT, "free"))
    await eventually(
        lambda: town.said(LINDEN_COURT) == ["free"] and town.done("banChatMember", UPPER_TOWN), 4
    )
    assert town.said(UPPER_TOWN) == []
    assert limit.struck == 1
    await eventually(lambda: len(town.said(UPPER_TOWN)) == 3, 15)
    assert town.said(UPPER_TOWN) == ["0", "1", "2"]
    await _settled(town)


async def test_telegrams_limits_are_never_met(town: Town, nothing_pending: None) -> None:
    town.sim.hub.limits = Limits.of_telegram()
    chats = (UPPER_TOWN, LINDEN_COURT)
    await town.ask(*(say(chat, str(i)) for i in range(5) for chat in chats))
    await eventually(lambda: all(len(town.said(chat)) == 5 for chat in chats), 20)
    statuses = {entry.json()["status"] for entry in town.sim.hub.journal.find("sendMessage", None, 0)}
    assert statuses == {200}
    assert town.said(UPPER_TOWN) == [str(i) for i in range(5)]
    await _settled(town)


@pytest.mark.parametrize("fault", [{"kind": "html"}, {"kind": "reset"}, {"kind": "cut", "after": True}])
async def test_a_faulty_server_loses_nothing(
    town: Town, nothing_pending: None, fault: dict[str, Any]
) -> None:
    town.sim.hub.faults.add(Fault(method="deleteMessages", times=4, **fault))
    ids = [m["message_id"] for m in (_written(town, str(i)) for i in range(20))]
    await town.ask(*(action(Method.DELETE_MESSAGES, UPPER_TOWN, f"d{i}", message_ids=[i]) for i in ids))
    messages = town.sim.world.chat(UPPER_TOWN).messages
    await eventually(lambda: all(messages[i].gone for i in ids), 20)
    await _settled(town)


async def test_a_group_that_becomes_a_supergroup_takes_its_actions_along(
    town: Town, nothing_pending: None
) -> None:
    new = town.sim.do("migrate", chat=YARD_GROUP, user=5_000_000_001)["id"]
    await town.ask(*(say(YARD_GROUP, str(i)) for i in range(3)))
    await eventually(lambda: town.said(new) == ["0", "1", "2"], 15)
    await _settled(town)


def _written(town: Town, text: str) -> dict[str, Any]:
    written: list[dict[str, Any]] = town.sim.do("write", chat=UPPER_TOWN, user=RESIDENT, text=text)
    return written[0]


async def _settled(town: Town) -> None:
    """Nothing is in hand any more."""

    async def idle() -> bool:
        found = [await town.bus.redis.xpending(key, "moderation") for key in TELEGRAM_ACTIONS.partitions()]
        return not any(pending["pending"] for pending in found)

    await eventually(idle, 20)
