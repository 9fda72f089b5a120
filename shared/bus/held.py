"""Messages that wait for their next try, and those of the same key behind them."""

from collections import deque
from collections.abc import Iterable

from shared.bus.subscription import Entry

HELD_MOST = 1_000
"""Messages kept waiting in one partition before it reads no further."""


class Held:
    """Keeps the order of each key: while its first message waits, all later ones wait behind it."""

    def __init__(self) -> None:
        self._queues: dict[bytes, deque[Entry]] = {}
        self._due: dict[bytes, float] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def full(self) -> bool:
        return self._count >= HELD_MOST

    def clear(self) -> None:
        self._queues.clear()
        self._due.clear()
        self._count = 0

    def wait(self, entries: Iterable[Entry], due: float) -> None:
        """Put these, all of one key, before what waits of their key; the first is tried at `due`."""
        first, *rest = entries
        queue = self._queues.setdefault(first.key, deque())
        queue.extendleft(reversed((first, *rest)))
        self._count += 1 + len(rest)
        self._due[first.key] = due

    def admit(self, entries: Iterable[Entry]) -> list[Entry]:
        """Queue those whose key waits; answer the others."""
        free = []
        for entry in entries:
            if (queue := self._queues.get(entry.key)) is not None:
                queue.append(entry)
                self._count += 1
            else:
                free.append(entry)
        return free

    def take_due(self, now: float) -> list[Entry]:
        """All messages of the keys whose time has come, each key's in order; they no longer wait."""
        keys = [key for key, due in self._due.items() if due <= now]
        taken = [entry for key in keys for entry in self._queues.pop(key)]
        for key in keys:
            del self._due[key]
        self._count -= len(taken)
        return taken

    def next_due(self) -> float | None:
        return min(self._due.values(), default=None)
