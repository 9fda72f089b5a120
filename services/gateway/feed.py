"""Live changes for many readers: one queue each, bounded, so that a slow reader costs no memory."""

import asyncio
import os
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from shared.contracts.directory import DirectoryChanged

KEPT = 2_000
"""Changes kept for readers that come back."""
QUEUE = 200
"""Changes waiting for one reader; with more it is told to load everything anew."""
EVENT_ID = re.compile(r"([0-9a-f]{12})-([0-9]{1,15})")


class Full(Exception):  # noqa: N818  # named as what it tells
    """As many streams are open as this process allows."""


@dataclass(frozen=True)
class Change:
    """One change with its number in this process."""

    number: int
    event: DirectoryChanged


@dataclass(eq=False)
class Reader:
    """What one stream still has to send. `missed` is set when that would be too much, or is not known."""

    missed: bool = False
    _waiting: deque[Change] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, change: Change) -> None:
        if self.missed:
            return
        if len(self._waiting) >= QUEUE:
            self.miss()
        else:
            self._waiting.append(change)
            self._news.set()

    def miss(self) -> None:
        self._waiting.clear()
        self.missed = True
        self._news.set()

    def go_on(self) -> None:
        """The reader was told, and loads everything; what comes from now on is sent again."""
        self.missed = False
        self._news.clear()

    def wake(self) -> None:
        self._news.set()

    async def take(self, patience: float) -> list[Change]:
        """What has come; empty after `patience` seconds without news, or when it was too much."""
        try:
            await asyncio.wait_for(self._news.wait(), patience)
        except TimeoutError:
            return []
        self._news.clear()
        changes = list(self._waiting)
        self._waiting.clear()
        return changes


class Feed:
    """All open streams of this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._life = os.urandom(6).hex()
        self._number = 0
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self._readers: set[Reader] = set()
        self._closed = False
        self.live = False
        """Whether changes are news; while the model is built, they are a part of it."""

    def go_live(self) -> None:
        """The model is whole: who has looked at it before may have seen a part, and loads everything."""
        self._begin()
        self.live = True
        for reader in self._readers:
            reader.miss()

    def restart(self) -> None:
        """The model is built anew: there are no news until it is whole."""
        self._begin()
        self.live = False

    def _begin(self) -> None:
        """Nobody can go on from where they were."""
        self._life, self._number = os.urandom(6).hex(), 0
        self._kept.clear()

    def publish(self, event: DirectoryChanged) -> None:
        self._number += 1
        change = Change(self._number, event)
        self._kept.append(change)
        for reader in self._readers:
            reader.put(change)

    def event_id(self, number: int) -> str:
        """For `Last-Event-ID`: it is known whose numbers these are."""
        return f"{self._life}-{number}"

    @property
    def now(self) -> str:
        """The id of the last change."""
        return self.event_id(self._number)

    @property
    def open(self) -> int:
        """Streams that are open now."""
        return len(self._readers)

    @property
    def full(self) -> bool:
        return len(self._readers) >= self._most

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """End all streams: the process stops."""
        self._closed = True
        for reader in self._readers:
            reader.wake()

    @contextmanager
    def reading(self, last_event_id: str | None) -> Iterator[Reader]:
        """A reader that goes on after this event, or from now on. Raises Full."""
        if self.full:
            raise Full
        reader = Reader()
        if last_event_id is not None:
            self._resume(reader, last_event_id)
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)

    def _resume(self, reader: Reader, last_event_id: str) -> None:
        """What came since then; `missed` when it is not all known here any more."""
        found = EVENT_ID.fullmatch(last_event_id)
        last = int(found[2]) if found and found[1] == self._life else -1
        oldest = self._kept[0].number if self._kept else self._number + 1
        if not oldest - 1 <= last <= self._number:
            reader.miss()
            return
        for change in self._kept:
            if change.number > last:
                reader.put(change)
