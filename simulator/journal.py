"""Every call that bots made, for tests and for the page."""

from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One call. `done` says whether it was carried out, whatever the client was told."""

    number: int
    at: float
    bot_id: int
    method: str
    chat_id: int
    params: dict[str, Any]
    status: int
    description: str
    done: bool

    def json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Journal:
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))
    made: int = 0

    def add(self, **fields: Any) -> None:
        self.made += 1
        self.entries.append(Entry(number=self.made, **fields))

    def find(self, method: str = "", chat_id: int | None = None, since: int = 0) -> Iterator[Entry]:
        """Calls after number `since`, of this method (any case) and chat."""
        for entry in self.entries:
            if entry.number <= since or (method and entry.method.lower() != method.lower()):
                continue
            if chat_id is None or entry.chat_id == chat_id:
                yield entry
