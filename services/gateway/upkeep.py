"""Keeps the read model's base new while it serves."""

import asyncio
from collections.abc import Callable

from services.gateway.domain.readmodel import ReadModel

LOOK_SECONDS = 0.25
PAUSE_SECONDS = 0.002
"""Between two steps of a millisecond or two, so that requests come first."""


async def keep_up(model: ReadModel, loaded: Callable[[], bool]) -> None:
    """Until cancelled: make a new base whenever enough has changed.

    Not while a snapshot is loaded: its end brings a base of everything, and each one made on the way would
    sort all that is there so far once more.
    """
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if loaded() and model.due:
            for _ in model.renew():
                await asyncio.sleep(PAUSE_SECONDS)
