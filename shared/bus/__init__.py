"""The layer on which everything rests: one atomic, fenced commit for what a handler decides."""

from shared.bus.bus import Bus, Readiness
from shared.bus.commit import NOTHING, Argument, Command, Commit, Expect, Outcome, Part
from shared.bus.errors import GiveUp, TryLater, Unavailable
from shared.bus.leases import Lease
from shared.bus.subscription import Handlers

__all__ = [
    "NOTHING", "Argument", "Bus", "Command", "Commit", "Expect", "GiveUp", "Handlers", "Lease", "Outcome",
    "Part", "Readiness", "TryLater", "Unavailable",
]  # fmt: skip
