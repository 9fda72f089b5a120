"""Keeps the read model's base new while it serves."""

import asyncio

from services.gateway.domain.readmodel import ReadModel

LOOK_SECONDS = 0.25
PAUSE_SECONDS = 0.002
"""Between two steps of a millisecond or two, so that requests come first."""


async def keep_up(model: ReadModel) -> None:
    """Until cancelled: make a new base whenever enough has changed."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if model.due:
            for _ in model.renew():
                await asyncio.sleep(PAUSE_SECONDS)
