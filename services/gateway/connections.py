"""How many connections may be open, and which one goes when it gets tight: first who never asked anything.

Nobody's address is looked at. What is kept is which connections are open, as long as they are.
"""

import resource
from typing import Protocol

import structlog

from shared.telemetry.metrics import LIMITED

log = structlog.get_logger()
FILES_OF_OURS = 256
"""Files that are no connections of readers: Redis, logs, what is read from disk."""
LEAST = 16
LOG_EVERY = 1000


class Closable(Protocol):
    """A connection that can be closed while it waits for its reader."""

    def close_waiting(self) -> None: ...


class Connections:
    """Those that wait for a request, the oldest first: `silent` never sent one, `idle` may send another."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._silent: dict[Closable, None] = {}
        self._idle: dict[Closable, None] = {}
        self._closed = 0

    def opened(self, one: Closable, count: int) -> bool:
        """Note a connection, now one of `count`; False when there is no room, so that it is to be refused."""
        self._silent[one] = None
        return count <= self.most or self._make_room(one)

    def asked(self, one: Closable) -> None:
        """It has sent a request."""
        self._silent.pop(one, None)
        self._idle.pop(one, None)

    def answered(self, one: Closable) -> None:
        """It may send another."""
        self._idle[one] = None

    def lost(self, one: Closable) -> None:
        self.asked(one)

    def _make_room(self, newest: Closable) -> bool:
        LIMITED.labels("connections").inc()
        self._closed += 1
        if self._closed % LOG_EVERY == 1:
            log.warning("connections_are_tight", most=self.most, closed=self._closed)
        waiting = (one for those in (self._silent, self._idle) for one in those if one is not newest)
        oldest = next(waiting, None)
        if oldest is None:
            return False
        self.asked(oldest)
        oldest.close_waiting()
        return True


def fitting(wanted: int) -> int:
    """How many connections this process can have of those wanted; raises its own limit of files first.

    The usual limit of 1,024 is a soft one: a process may raise it as far as the hard one.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + FILES_OF_OURS
    if soft != resource.RLIM_INFINITY and soft < needed:
        goal = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, goal), hard))
        except (ValueError, OSError):
            log.warning("files_not_raised", soft=soft, hard=hard)
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if soft == resource.RLIM_INFINITY else max(LEAST, min(wanted, soft - FILES_OF_OURS))
    if most < wanted:
        log.warning("fewer_connections", wanted=wanted, most=most, files=soft)
    return most
