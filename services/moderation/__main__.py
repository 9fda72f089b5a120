"""Runs moderation: `python -m services.moderation [--role ingest|decide|act]`, or `dze moderation`."""

import argparse
import sys
from typing import get_args

import structlog

from services.moderation.equip import TokenRefusedError, equip
from services.moderation.settings import ModerationSettings, Role
from shared.bus import Bus
from shared.bus.launch import launch
from shared.bus.service import serve
from shared.settings import SettingsError

log = structlog.get_logger()


async def run(settings: ModerationSettings) -> int:
    """Serve until SIGTERM. Answers the exit code: 2 when the token is refused or a setting is wrong."""
    bus = Bus("moderation", settings)
    try:
        async with equip(bus, settings):
            return await serve(bus, settings)
    except (TokenRefusedError, SettingsError) as error:
        log.error("cannot_start", service="moderation", reason=str(error))  # noqa: TRY400 - one line, no traceback
        return 2


def main() -> int:
    parser = argparse.ArgumentParser(prog="moderation")
    parser.add_argument("--role", choices=get_args(Role), default=None)
    role = parser.parse_args().role
    return launch("moderation", ModerationSettings, run, **({"role": role} if role else {}))


if __name__ == "__main__":
    sys.exit(main())
