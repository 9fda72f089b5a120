"""`dze lists`: sign a list for other operators, and see whom the lists of others would touch."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from cli.deployment import attended
from cli.errors import Stop
from cli.output import output, say
from services.moderation.domain.standing.view import Views
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
        lists = shared.subscriptions(settings.data / "lists")
        known = {one.name: one.publishes for one in lists if one.publishes}
        if name not in known:
            raise Stop(f"no list {name} with publish_days in {settings.data / 'lists' / shared.SUBSCRIBED}")
        document = asyncio.run(_document(settings, name, known[name], days))
        with output(file) as out:
            out.write(shared.write(document, shared.signer(settings.keys())))
    say(f"People: {len(document.entries)}, revoked: {len(document.revoked)}; good for {days} days.", file)


async def _document(settings: Settings, name: str, kept: int, days: int) -> shared.Document:
    """Bans of chats that are heard, for as many days as `kept` says; the list is good for `days`."""
    redis, at, keys = connect(settings.redis()), int(now().timestamp()), settings.keys()
    try:
        admissions = await Store(redis, keys).admissions.current()
        entries, revoked = await Shared(redis, keys).published(name, admissions, kept, at)
    finally:
        await redis.aclose()
    return shared.Document(name, at, at + days * DAY, entries, revoked)


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
    """People whom the list names, known chats in which they are, and how many of them known chats trust."""
    redis, keys = connect(settings.redis()), settings.keys()
    try:
        people, store = await Shared(redis, keys).touched(name), Store(redis, keys)
        admissions = await store.admissions.current()
        loaded = (await store.people.load(people)).values() if people else ()
    finally:
        await redis.aclose()
    standings = [Views(one, admissions).city for one in loaded]
    chats = {chat for one in standings for chat, here in one.chats.items() if not here.left}
    return len(people), len(chats), sum(any(h.trusted for h in one.chats.values()) for one in standings)
