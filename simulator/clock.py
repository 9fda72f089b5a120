"""Time in the simulator: the machine's, shifted as far as a test wants."""

from dataclasses import dataclass

from shared.clock import unix

YEAR_2024 = 1_704_067_200


def half_seconds() -> int:
    """Half seconds since 2024: numbers that begin here go on growing when the simulator starts again, as a
    bot that remembers the last one expects. They fit into the 31 bits of Telegram's message ids until 2058.
    """
    return max(int(2 * (unix() - YEAR_2024)), 0)


@dataclass(slots=True)
class Clock:
    """Called, it gives Unix time in seconds. Shifting forward makes messages old and bans end."""

    shift: float = 0.0

    def __call__(self) -> float:
        return unix() + self.shift
