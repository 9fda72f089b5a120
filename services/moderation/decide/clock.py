"""What is done by the clock, on one replica."""

from services.moderation.decide import closing, sweep
from services.moderation.decide.desk import Desk
from services.moderation.decide.sweep import Sent
from shared.bus import Bus, Commit


def keep_the_clock(bus: Bus, desk: Desk, sent: Sent) -> None:
    """Due messages, old messages, nights and lock-downs."""

    @bus.every(sweep.EVERY, name="due")
    async def due() -> Commit | None:
        return await sweep.sweep(desk, sent, desk.now())

    @bus.every(sweep.AGING_EVERY, name="older")
    async def older() -> Commit | None:
        return await sweep.grow_old(desk, desk.now())

    @bus.every(closing.EVERY, name="nights")
    async def nights() -> Commit | None:
        return await closing.by_the_clock(desk, desk.now())
