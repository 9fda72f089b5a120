"""A token bucket: so many at once, so many a second in the long run."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Bucket:
    """`burst` at once, `per_second` in the long run. Nothing but two numbers is kept."""

    per_second: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    _tokens: float = field(init=False)
    _filled: float = field(init=False)

    def __post_init__(self) -> None:
        self._tokens = self.burst
        self._filled = self.clock()

    def take(self) -> float:
        """Take one token and answer 0, or answer the seconds until there will be one."""
        now = self.clock()
        self._tokens = min(self.burst, self._tokens + (now - self._filled) * self.per_second)
        self._filled = now
        if self._tokens < 1:
            return (1 - self._tokens) / self.per_second
        self._tokens -= 1
        return 0.0
