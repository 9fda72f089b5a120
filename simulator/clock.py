"""Time in the simulator: the machine's, shifted as far as a test wants."""

import time
from dataclasses import dataclass

YEAR_2024 = 1_704_067_200


def tenths() -> int:
    """Tenths of a second since 2024: numbers that begin here go on growing when the simulator starts again,
    as a bot that remembers the last one expects. They fit into 31 bits until 2030.
    """
    return max(int(10 * (time.time() - YEAR_2024)), 0)


@dataclass(slots=True)
class Clock:
    """Called, it gives Unix time in seconds. Shifting forward makes messages old and bans end."""

    shift: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.shift
