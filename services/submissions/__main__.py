"""Runs submissions: `python -m services.submissions`, or `dze submissions`."""

import sys

from services.submissions.handlers import HANDLERS, end_overdue
from services.submissions.settings import SubmissionsSettings, service_of
from services.submissions.store import Store
from shared.bus import Bus, Commit
from shared.bus.launch import launch
from shared.bus.service import serve
from shared.settings import Settings

SWEEP = 60.0
"""Seconds between two looks for what is due."""


def equip(bus: Bus, settings: Settings, sweep: float = SWEEP) -> Bus:
    """Give a bus what this service does: its store, its handlers, its duty."""
    store = Store(bus)
    bus.provide(store=store, service=service_of(settings), keys=bus.keys, now=bus.now)
    bus.register(HANDLERS)

    @bus.every(sweep, name="overdue")
    async def overdue() -> Commit | None:
        return await end_overdue(store, bus.now())

    return bus


async def run(settings: Settings) -> int:
    """Serve until SIGTERM. Answers the exit code."""
    return await serve(equip(Bus("submissions", settings), settings), settings)


def main() -> int:
    return launch("submissions", SubmissionsSettings, run)


if __name__ == "__main__":
    sys.exit(main())
