"""The one place that reads the machine's clock; ruff (TID251) refuses it everywhere else.

A process takes the clock where it is put together, `Bus(..., now=...)` or a command, and hands it on: stores
and handlers get the clock or the moment as an argument, and a test gives them another. Redis's clock is
compared only with what Redis itself has written, see `docs/decisions/one-clock.md`.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns this moment in UTC."""


def now() -> datetime:
    """Return this moment in UTC, in whole milliseconds."""
    moment = datetime.now(UTC)  # noqa: TID251 - the one place
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def unix() -> float:
    """Return this moment in unix seconds, as finely as the machine tells."""
    return time.time()  # noqa: TID251 - the one place
