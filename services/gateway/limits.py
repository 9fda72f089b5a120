"""Limits that need not know who somebody is: buckets for everybody together, counted in this process."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Bucket:
    """A token bucket: `burst` at once, `per_second` in the long run. Nothing but two numbers is kept."""

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
        self._fill()
        if self._tokens < 1:
            return (1 - self._tokens) / self.per_second
        self._tokens -= 1
        return 0.0

    @property
    def left(self) -> float:
        """The share of the burst that is left, 0 to 1."""
        self._fill()
        return self._tokens / self.burst

    def _fill(self) -> None:
        now = self.clock()
        self._tokens = min(self.burst, self._tokens + (now - self._filled) * self.per_second)
        self._filled = now
