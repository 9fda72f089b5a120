"""What happens to a message that could not be handled: again later, or the dead letters, with a brake."""

import random
import traceback
from collections import deque
from dataclasses import dataclass, field

from pydantic import ValidationError

from shared.bus.errors import GiveUp, TryLater

TRIES = 5
"""Tries before a message goes to the dead letters."""
BACKOFF = (0.2, 1.0, 3.0, 8.0)
"""Seconds before the second, third ... try."""
SUSPECT_DELIVERIES = 3
"""Deliveries after which a try is counted before it is made: the message may be what kills its consumer."""
BRAKE_LEAST = 20
BRAKE_SHARE = 0.5
BRAKE_WINDOW = 50
BRAKE_PAUSE = 15.0
"""The brake: at least so many messages, of which more than this share failed for good, within the last so
many; then nothing is dead-lettered and each waits so many seconds before its next try."""


def backoff(tries: int, jitter: random.Random) -> float:
    """Seconds to wait after the nth failed try, with a quarter of jitter."""
    return BACKOFF[min(tries, len(BACKOFF)) - 1] * jitter.uniform(0.75, 1.25)


@dataclass
class Brake:
    """When most messages fail the fault is ours, not theirs: stop and shout."""

    outcomes: deque[bool] = field(default_factory=lambda: deque(maxlen=BRAKE_WINDOW))

    def note(self, *, good: bool, times: int = 1) -> None:
        self.outcomes.extend([good] * min(times, BRAKE_WINDOW))

    @property
    def on(self) -> bool:
        failed = self.outcomes.count(False)
        return failed >= BRAKE_LEAST and failed > BRAKE_SHARE * len(self.outcomes)


def reason_of(error: BaseException) -> str:
    """Why, without anything of the message itself: it may carry personal data."""
    if isinstance(error, TryLater | GiveUp):
        return f"{type(error).__name__}: {error}"
    if isinstance(error, ValidationError):
        places = {
            f"{'.'.join(map(str, item['loc']))} {item['type']}" for item in error.errors(include_input=False)
        }
        return f"ValidationError: {'; '.join(sorted(places))[:500]}"
    return type(error).__name__


def place_of(error: BaseException) -> str:
    """Where in the code it was raised: file, line and function."""
    return frames_of(error).rpartition("\n")[2]


def frames_of(error: BaseException) -> str:
    """The traceback as places in the code only: values and texts are left out."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-30:])
