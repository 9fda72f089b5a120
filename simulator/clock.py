"""Time in the simulator: the machine's, shifted as far as a test wants."""

import time
from dataclasses import dataclass


@dataclass(slots=True)
class Clock:
    """Called, it gives Unix time in seconds. Shifting forward makes messages old and bans end."""

    shift: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.shift
