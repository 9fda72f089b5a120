"""Python imports this at its start where `ops.faketime` has put its folder first.

Python sleeps by `clock_nanosleep` until a moment of the monotonic clock; the libfaketime of Debian 12 answers
that with an error when it is to leave this clock alone (wolfcw/libfaketime, issue 426).
"""

import select
import time


def sleep(seconds: float, /) -> None:
    """As `time.sleep`."""
    select.select((), (), (), seconds)


time.sleep = sleep  # type: ignore[assignment]
