"""`dze lists`: sign a list for other operators, and see whom the lists of others would touch."""

import asyncio
from pathlib import Path

from cli.deployment import attended
from cli.errors import Stop
from services.moderation.lists import shared
from services.moderation.store import Store
from services.moderation.store.shared import Shared
from shared.bus.bus import connect
from shared.clock import now
from shared.settings import Settings

DAY = 86_400


def key() -> None:
    """What other operators put into `shared.toml` as issuer."""
    with attended() as (settings, _):
        print(shared.public(shared.signer(settings.keys())))


def publish(name: str, file: Path, days: int) -> None:
    with attended() as (settings, _):
        known = {one.name for one in shared.subscriptions(settings.data / "lists") if one.publishes}
        if name not in known:
            raise Stop(f"no list {name} with publish_days in {settings.data / 'lists' / shared.SUBSCRIBED}")
        document = asyncio.run(_document(settings, name, days))
        mine = file.with_name(file.name + ".new")
        mine.write_bytes(shared.write(document, shared.signer(settings.keys())))
        mine.replace(file)
    print(f"{len(document.entries)} people, {len(document.revoked)} revoked, good for {days} days.")


async def _document(settings: Settings, name: str, days: int) -> shared.Document:
    redis, at = connect(settings.redis()), int(now().timestamp())
    try:
        entries, revoked = await Shared(redis).published(name)
    finally:
        await redis.aclose()
    alive = {person: until for person, until in entries.items() if until > at}
    return shared.Document(name, at, at + days * DAY, alive, revoked)


def preview(name: str) -> None:
    with attended() as (settings, _):
        people, chats, spared = asyncio.run(_touched(settings, name))
    print(f"{name}: names {people} people seen in the last thirty days, in {chats} chats.")
    print(f"{spared} of them an admin trusts: they stay out of it.")


async def _touched(settings: Settings, name: str) -> tuple[int, int, int]:
    redis = connect(settings.redis())
    try:
        people = await Shared(redis).touched(name)
        standings = (await Store(redis, settings.keys()).people.load(people)).values() if people else ()
    finally:
        await redis.aclose()
    chats = {chat for one in standings for chat, here in one.chats.items() if not here.left}
    return len(people), len(chats), sum(any(h.trusted for h in one.chats.values()) for one in standings)
