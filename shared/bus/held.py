"""Messages that wait for their next try, and those of the same key behind them."""

from collections import deque
from collections.abc import Iterable

from shared.bus.subscription import Entry

HELD_MOST = 1_000
"""Messages kept waiting in memory in one partition before some go aside or it reads no further."""


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
        if not self._queues:
            return list(entries)
        free = []
        for entry in entries:
            if (queue := self._queues.get(entry.key)) is not None:
                queue.append(entry)
                self._count += 1
            else:
                free.append(entry)
        return free

    def occupy(self, key: bytes, entries: Iterable[Entry]) -> None:
        """Queue these, all of one key, for who takes them; later ones wait behind until it is removed."""
        queue = self._queues.setdefault(key, deque())
        before = len(queue)
        queue.extend(entries)
        self._count += len(queue) - before

    def take(self, key: bytes, most: int) -> list[Entry]:
        """The first messages of an occupied key; it stays occupied."""
        self._due.pop(key, None)
        queue = self._queues.get(key, deque())
        taken = [queue.popleft() for _ in range(min(most, len(queue)))]
        self._count -= len(taken)
        return taken

    def put_back(self, entries: list[Entry], due: float) -> None:
        """Put taken messages of one key before what waits of it; those that wait already stay once."""
        key, ids = entries[0].key, {entry.id for entry in entries}
        later = [entry for entry in self.remove(key) if entry.id not in ids]
        self.wait([*entries, *later], due)

    def remove(self, key: bytes) -> list[Entry]:
        """All messages of a key; it waits no longer."""
        self._due.pop(key, None)
        taken = list(self._queues.pop(key, ()))
        self._count -= len(taken)
        return taken

    def due(self, key: bytes) -> float | None:
        """When the key's first message is tried again; None when it does not wait for a time."""
        return self._due.get(key)

    def waiting_beyond(self, moment: float) -> list[bytes]:
        """Keys whose next try is later than that, the longest queue first."""
        keys = [key for key, due in self._due.items() if due > moment]
        return sorted(keys, key=lambda key: len(self._queues[key]), reverse=True)

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
