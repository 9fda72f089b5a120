"""What `--demo` adds: sample data, and a Telegram in a box with a page to play in."""

import hashlib
import sys
from typing import Any

import httpx

from cli.health import free_port, taken
from cli.supervise import Program
from services.directory.exchange import Stalled, import_areas, import_file
from services.directory.exchange.published import listings
from services.directory.sample import AREAS, GROUND, LISTINGS
from services.moderation.store import Store
from shared.bus import Bus, Unavailable
from shared.contracts.listings import Kind, Listing
from shared.contracts.telegram import SetAdmission
from shared.settings import Settings
from simulator.demo import DEMO_TOKEN, LINDEN_COURT, REVIEW_CHAT, UPPER_TOWN, YARD_GROUP
from simulator.world.people import TELEGRAM_ID
from simulator.world.world import SUPERGROUP_BASE

PORT = 8081
"""Where the simulator's page is, unless somebody else is there."""
SAMPLE = "dzedemo_"
"""How the user names of the sample data begin."""
FIRST_ID = 3_000_000_000
"""Ids of listed chats begin after this, where the simulator makes none by itself."""
SMALL = 12
"""Members of a chat whose number is too small to be shown."""
STARTS = 7
"""Tries to reach the simulator while it starts, each twice as long after the one before: half a minute."""


def prepare(settings: Settings) -> tuple[str, dict[str, str], Program]:
    """Address of the simulator's page, the settings that lead the bot there, and the program itself."""
    if settings.telegram_token is not None:
        print("The demo's bot talks to the simulator; DZE_TELEGRAM_TOKEN is not used.", flush=True)
    port = free_port() if taken("127.0.0.1", PORT) else PORT
    address = f"http://127.0.0.1:{port}"
    told = {
        "DZE_TELEGRAM_TOKEN": DEMO_TOKEN,
        "DZE_TELEGRAM_API": address,
        "DZE_TELEGRAM_MODE": "poll",
        "DZE_REVIEW_CHAT": str(REVIEW_CHAT),
    }
    command = [sys.executable, "-m", "simulator", "--port", str(port)]
    return address, told, Program("simulator", command, {}, health="/", port=port, leaned_on=True)


async def fill(settings: Settings, telegram: str) -> None:
    """Bring in the sample data where the directory is still empty, and let the demo's own chats be heard.

    `telegram` is the simulator's address.
    """
    bus = Bus("cli", settings)
    try:
        await _admit(bus, UPPER_TOWN, LINDEN_COURT, YARD_GROUP)
        if not await listings(bus):
            await import_areas(bus, AREAS)
            await import_areas(bus, GROUND)
            report = await import_file(bus, LISTINGS, city=settings.city)
            print(f"Sample data: {report.listed} listings brought in", flush=True)
        await _open_chats(telegram, await listings(bus))
    except (Stalled, Unavailable, httpx.HTTPError) as error:
        print(f"Sample data: {error or type(error).__name__}", flush=True)
    finally:
        await bus.redis.aclose()


async def _admit(bus: Bus, *chats: int) -> None:
    """What `dze chats admit` says, of those of which nobody has decided yet."""
    store = Store(bus.redis, bus.keys)
    for chat_id in chats:
        found, _ = await store.admissions.read(store.chats.key(await store.chats.now_at(chat_id)))
        if found is None or not found.by:
            await bus.publish(
                SetAdmission(chat_id=chat_id, state="known", by="operator", decided_at=bus.now())
            )


def chat_of(listing: Listing) -> dict[str, Any]:
    """A listed chat as the simulator makes it: at each start the same, or the site would hide its link."""
    number = int.from_bytes(hashlib.sha256(listing.id.encode()).digest()[:8]) % 10**9
    return {
        "do": "chat",
        "id": SUPERGROUP_BASE - FIRST_ID - number,
        "kind": "channel" if listing.kind is Kind.CHANNEL else "supergroup",
        "title": listing.name,
        "username": listing.link.value,
        "owner": TELEGRAM_ID,
        "silent_members": max((listing.members or SMALL) - 1, 0),
        "away": True,
    }


async def _open_chats(telegram: str, listed: list[Listing]) -> None:
    """Let the simulator, which forgets, find the listed chats: or the bot will call them dead."""
    chats = [
        chat_of(listing)
        for listing in listed
        if listing.link.kind == "username" and listing.link.value.startswith(SAMPLE)
    ]
    async with httpx.AsyncClient(
        base_url=telegram, transport=httpx.AsyncHTTPTransport(retries=STARTS)
    ) as http:
        (await http.post("/sim/script", json=chats)).raise_for_status()
