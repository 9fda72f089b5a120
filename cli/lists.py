"""`dze lists`: sign a list for other operators, and see whom the lists of others would touch."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from cli.deployment import attended
from cli.errors import Stop
from cli.output import output, say
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
        with output(file) as out:
            out.write(shared.write(document, shared.signer(settings.keys())))
    say(f"People: {len(document.entries)}, revoked: {len(document.revoked)}; good for {days} days.", file)


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
        known = {one.name: one for one in shared.subscriptions(settings.data / "lists")}
        if name not in known:
            raise Stop(f"no list {name} in {settings.data / 'lists' / shared.SUBSCRIBED}")
        print(f"{name}: {_state(known[name], int(now().timestamp()))}")
        people, chats, spared = asyncio.run(_touched(settings, name))
    print(f"Named by it and seen here in the last thirty days: people {people}, chats {chats}.")
    print(f"Of these an admin trusts {spared}: they stay out of it.")


def _state(one: shared.Subscription, at: int) -> str:
    """What the file says of itself. Raises Stop where it is refused."""
    if one.file is None:
        return "published here, and read from nobody."
    try:
        found = shared.read(one.file.read_bytes(), one.issuer)
    except FileNotFoundError:
        return f"{one.file} is not there yet."
    except OSError as error:
        raise Stop(f"cannot read {one.file}: {error.strerror}") from None
    except shared.BadList as error:
        raise Stop(f"{one.file} is refused: {error}") from None
    alive = sum(found.names(person, at) for person in found.entries)
    signed, ends = (f"{datetime.fromtimestamp(t, UTC):%Y-%m-%d}" for t in (found.issued, found.expires))
    until = f"good until {ends}" if at < found.expires else f"ended on {ends}, so it names nobody"
    holds = f"entries that hold: {alive} of {len(found.entries)}"
    return f"used to {one.use}; signed on {signed}, {until}; {holds}."


async def _touched(settings: Settings, name: str) -> tuple[int, int, int]:
    redis = connect(settings.redis())
    try:
        people = await Shared(redis).touched(name)
        standings = (await Store(redis, settings.keys()).people.load(people)).values() if people else ()
    finally:
        await redis.aclose()
    chats = {chat for one in standings for chat, here in one.chats.items() if not here.left}
    return len(people), len(chats), sum(any(h.trusted for h in one.chats.values()) for one in standings)
