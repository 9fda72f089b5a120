"""One bot's queue of updates: what `getUpdates` and webhooks hand out."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

KEPT = 24 * 3600
"""Seconds for which Telegram keeps an update that nobody fetched."""
FIRST_ID = 100_000_000

ALL_KINDS = frozenset(
    """message edited_message channel_post edited_channel_post business_connection business_message
    edited_business_message deleted_business_messages guest_message message_reaction message_reaction_count
    inline_query chosen_inline_result callback_query shipping_query pre_checkout_query purchased_paid_media
    poll poll_answer my_chat_member chat_member chat_join_request chat_boost removed_chat_boost
    managed_bot subscription stopped_message_generation""".split()  # noqa: SIM905 - a word list
)
NAMED_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that come only when `allowed_updates` names them."""
DEFAULT_KINDS = ALL_KINDS - NAMED_ONLY


@dataclass(frozen=True, slots=True)
class Queued:
    """An update that waits. `lane` orders it: updates of one lane are delivered one after the other."""

    update_id: int
    kind: str
    lane: int
    expires: float
    body: dict[str, Any]


@dataclass(slots=True)
class Inbox:
    """`allowed` is what `allowed_updates` named last; it acts on updates that arise later only."""

    allowed: frozenset[str] = DEFAULT_KINDS
    waiting: dict[int, Queued] = field(default_factory=dict)
    """By update id, oldest first."""
    lanes: dict[int, deque[int]] = field(default_factory=dict)
    """Ids of what waits, by chat."""
    next_id: int = FIRST_ID
    dropped: int = 0
    """Updates that nobody fetched within a day."""
    named: bool = False
    """Whether `allowed` differs from the default."""
    listeners: list[Callable[[], None]] = field(default_factory=list)

    def allow(self, kinds: Iterable[str]) -> None:
        """Remember `allowed_updates`; an empty list means the default, unknown names are ignored."""
        self.allowed = (frozenset(kinds) & ALL_KINDS) or DEFAULT_KINDS
        self.named = self.allowed != DEFAULT_KINDS

    def put(self, kind: str, lane: int, content: dict[str, Any], now: float) -> None:
        """Queue an update if its kind is allowed. A kind unknown to Telegram's list always passes."""
        if kind in ALL_KINDS and kind not in self.allowed:
            return
        body = {"update_id": self.next_id, kind: content}
        self.waiting[self.next_id] = Queued(self.next_id, kind, lane, now + KEPT, body)
        self.lanes.setdefault(lane, deque()).append(self.next_id)
        self.next_id += 1
        for listener in self.listeners:
            listener()

    def expire(self, now: float) -> None:
        while self.waiting and self._first().expires <= now:
            self.remove(self._first().update_id)
            self.dropped += 1

    def _first(self) -> Queued:
        return next(iter(self.waiting.values()))

    def first_of(self, lane: int) -> Queued | None:
        """The next update of one chat."""
        numbers = self.lanes.get(lane)
        return self.waiting[numbers[0]] if numbers else None

    def take(self, offset: int, limit: int, now: float) -> list[dict[str, Any]]:
        """Forget all below `offset` and show the next ones; a negative offset keeps only the last ones."""
        self.expire(now)
        if offset < 0 and self.waiting:
            offset = list(self.waiting)[max(len(self.waiting) + offset, 0)]
        while self.waiting and self._first().update_id < offset:
            self.remove(self._first().update_id)
        return [queued.body for queued in islice(self.waiting.values(), limit)]

    def remove(self, update_id: int) -> None:
        """A poller confirmed this one, or a webhook took it."""
        queued = self.waiting.pop(update_id, None)
        if queued is None:
            return
        numbers = self.lanes[queued.lane]
        numbers.remove(update_id)
        if not numbers:
            del self.lanes[queued.lane]

    def clear(self) -> None:
        self.waiting.clear()
        self.lanes.clear()
