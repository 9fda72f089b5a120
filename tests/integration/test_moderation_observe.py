"""Listed chats looked up in the simulator: which is there, which is not, and what is kept in between."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis

from services.moderation.observe import AGAIN, look
from services.moderation.store.places import Places
from services.moderation.telegram.client import Telegram
from shared.bus import Commit
from shared.bus.commit import Command
from shared.contracts.directory import ChatObserved
from shared.contracts.listings import Kind, Link, Listing, Place
from simulator.demo import DEMO_TOKEN, UPPER_TOWN
from simulator.server import serving
from tests.sure import as_a, sure

NOW = 1_800_000_000
MOMENT = datetime.fromtimestamp(NOW, UTC)
NOBODY = "u:nobody_has_this_name"


class Store:
    def __init__(self, redis: Redis) -> None:
        self.redis: Any = redis
        self.places = Places(redis)

    async def do(self, commands: Iterable[Command]) -> None:
        for command in commands:
            await self.redis.execute_command(*command)


async def looked(store: Any, telegram: Telegram) -> Commit:
    return sure(await look(store, telegram, MOMENT))


def listing(name: str) -> Listing:
    return Listing(
        id="a" * 13, name="x", kind=Kind.GROUP, link=Link(kind="username", value=name),
        place=Place(lat=53.9, lon=27.5), revision=1, created_at=MOMENT, updated_at=MOMENT,
    )  # fmt: skip


async def test_a_listed_chat_that_is_gone_is_told_and_looked_up_again_later(redis_url: str) -> None:
    async with serving() as sim, Redis.from_url(redis_url) as redis:
        telegram, store = Telegram(DEMO_TOKEN, sim.url), Store(redis)
        sim.world.chat(UPPER_TOWN).silent_members = 148
        await store.do(store.places.put(listing("upper_town_demo"), None, NOW))
        await store.do(store.places.put(listing("nobody_has_this_name"), None, NOW))
        commit = await looked(store, telegram)
        await telegram.close()
        events = [as_a(ChatObserved, event) for event in commit.events]
        told = {event.link.value: event for event in events}
        assert told["nobody_has_this_name"].alive is False
        assert told["upper_town_demo"].alive is True
        assert sure(told["upper_town_demo"].members) >= 148
        await store.do(commit.writes)
        assert await store.places.due(NOW + AGAIN - 1, 10) == []
        assert sorted(await store.places.due(NOW + AGAIN, 10)) == [NOBODY, "u:upper_town_demo"]
        assert len(await store.places.due(NOW + AGAIN, 1)) == 1


async def test_a_look_up_of_what_is_listed_no_more_leaves_nothing_behind(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        store = Store(redis)
        await store.do(store.places.put(listing("upper_town_demo"), None, NOW))
        await store.do(store.places.remove("a" * 13, "u:upper_town_demo"))
        await store.do(store.places.look_again("u:upper_town_demo", NOW))
        assert await store.places.due(NOW, 10) == []
        assert await redis.keys("moderation:*") == []
