"""Listed chats looked up in the simulator: which is there, which is not, and what is kept in between."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis

from services.moderation.identity import identity
from services.moderation.observe import AGAIN, LATER, look
from services.moderation.store import Store
from services.moderation.store.names import CHECKS
from services.moderation.telegram.client import Telegram
from shared.bus import Commit
from shared.bus.commit import Command
from shared.contracts.directory import ChatObserved
from shared.contracts.listings import Kind, Link, Listing, Place
from shared.keys import Keys
from simulator.demo import DEMO_TOKEN, STRANGER, UPPER_TOWN
from simulator.server import serving
from tests.sure import as_a, sure

NOW = 1_800_000_000
KEYS = Keys("t" * 32)
MOMENT = datetime.fromtimestamp(NOW, UTC)
NOBODY = "u:nobody_has_this_name"


class Kept(Store):
    """Moderation's own store, and a way to write."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis, KEYS)
        self.redis: Any = redis

    async def do(self, commands: Iterable[Command]) -> None:
        for command in commands:
            await self.redis.execute_command(*command)


async def looked(store: Kept, telegram: Telegram) -> Commit:
    """A round in which every turn has come, after the first one, in which all is only scheduled."""
    await store.do(await store.places.first_round(NOW))
    for link in await store.redis.zrange(CHECKS, 0, -1):
        await store.redis.zadd(CHECKS, {link: NOW})
    return sure(await look(store, telegram, MOMENT))


def listing(name: str) -> Listing:
    return Listing(
        id=KEYS.token("listing", name, 8), name="x", kind=Kind.GROUP, link=Link(kind="username", value=name),
        place=Place(lat=53.9, lon=27.5), revision=1, created_at=MOMENT, updated_at=MOMENT,
    )  # fmt: skip


async def test_a_listed_chat_that_is_gone_is_told_and_looked_up_again_later(redis_url: str) -> None:
    async with serving() as sim, Redis.from_url(redis_url) as redis:
        telegram, store = Telegram(DEMO_TOKEN, sim.url), Kept(redis)
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
        assert await store.places.due(NOW + LATER - 1, 10) == []
        assert await store.places.due(NOW + LATER, 10) == [NOBODY], "it is shown, and may be anybody's"
        assert sorted(await store.places.due(NOW + AGAIN, 10)) == [NOBODY, "u:upper_town_demo"]
        assert len(await store.places.due(NOW + AGAIN, 1)) == 1


async def test_a_look_up_of_what_is_listed_no_more_leaves_nothing_behind(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        store = Kept(redis)
        await store.do(store.places.put(listing("upper_town_demo"), None, NOW))
        await store.do(store.places.remove(listing("upper_town_demo").id, "u:upper_town_demo"))
        await store.do(store.places.look_again("u:upper_town_demo", NOW))
        assert await store.places.due(NOW, 10) == []
        assert await redis.keys("moderation:*") == []


def told_of(commit: Commit, name: str) -> ChatObserved:
    return next(
        event for event in (as_a(ChatObserved, one) for one in commit.events) if event.link.value == name
    )


async def test_a_name_that_others_take_tells_who_has_it_now(redis_url: str) -> None:
    """A group gives its name up; a channel takes it, a bot, a person; then the group has it again."""
    name = "upper_town_demo"
    async with serving() as sim, Redis.from_url(redis_url) as redis:
        telegram, store = Telegram(DEMO_TOKEN, sim.url), Kept(redis)
        await store.do(store.places.put(listing(name), None, NOW))

        async def seen() -> ChatObserved:
            return told_of(await looked(store, telegram), name)

        ours = await seen()
        sim.do("settings", chat=UPPER_TOWN, username="")
        assert (await seen()).alive is False
        channel = sim.do("chat", kind="channel", title="Навіны", owner=STRANGER, username=name)
        theirs = await seen()
        assert (theirs.title, theirs.chat_type) == ("Навіны", "channel")
        assert theirs.identity == identity(KEYS, channel["id"], "channel") != ours.identity
        sim.do("settings", chat=channel["id"], username="")
        sim.do("bot", token="987654321:a", username=name)
        assert ((await seen()).chat_type, (await seen()).title) == ("bot", name)
        sim.do("rename", user=987654321, username="another_bot")
        sim.do("rename", user=STRANGER, username=name)
        assert (await seen()).alive is False, "Telegram's bots are told nothing of people by their names"
        sim.do("rename", user=STRANGER, username="")
        sim.do("settings", chat=UPPER_TOWN, username=name)
        assert (await seen()).identity == ours.identity
        await telegram.close()


async def test_at_the_upgrade_every_listed_name_is_looked_up_at_once_and_invites_never(
    redis_url: str,
) -> None:
    async with Redis.from_url(redis_url) as redis:
        store = Kept(redis)
        invite = listing("abcdefghijklmnop").model_copy(
            update={"link": Link(kind="invite", value="A" * 22), "id": "c" * 13}
        )
        await store.do(store.places.put(listing("a_helping_bot"), None, None))
        await store.do(store.places.put(listing("upper_town_demo"), None, NOW + AGAIN))
        await store.do(store.places.put(invite, None, None))
        await store.do(await store.places.first_round(NOW))
        assert sorted(await store.places.due(NOW, 10)) == ["u:a_helping_bot", "u:upper_town_demo"]
        assert await store.places.first_round(NOW) == []
