"""What `--demo` adds: sample data, and a Telegram in a box with a page to play in."""

import sys

from cli.health import free_port, taken
from cli.supervise import Program
from services.directory.exchange import Stalled, import_areas, import_file
from services.directory.exchange.published import listings
from services.directory.sample import AREAS, GROUND, LISTINGS
from shared.bus import Bus, Unavailable
from shared.settings import Settings
from simulator.demo import DEMO_TOKEN, REVIEW_CHAT

PORT = 8081
"""Where the simulator's page is, unless somebody else is there."""


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


async def fill(settings: Settings) -> None:
    """Bring in the sample data where the directory is still empty."""
    bus = Bus("cli", settings)
    try:
        if await listings(bus):
            return
        await import_areas(bus, AREAS)
        await import_areas(bus, GROUND)
        report = await import_file(bus, LISTINGS, city=settings.city)
        print(f"Sample data: {report.listed} listings brought in", flush=True)
    except (Stalled, Unavailable) as error:
        print(f"Sample data: {error}", flush=True)
    finally:
        await bus.redis.aclose()
