"""How often Telegram may be called, and when a chat's deletes go out together.

Sources: Telegram's bot FAQ for messages: "about 30 messages a second" overall, "avoid more than one a second"
in one chat, "no more than 20 a minute" in one group. Other methods have no published limit: they are kept
from running wild, and 429 teaches the rest.
"""

from dataclasses import dataclass, field

from shared.contracts.telegram import Method

MARGIN_MS = 30
"""Calls may draw closer to each other on their way to Telegram."""


@dataclass(frozen=True)
class Window:
    """At most `most` calls within `milliseconds`. `name` may hold `{chat}`."""

    name: str
    most: int
    milliseconds: int


OVERALL = Window("all", 600, 1_000)
SENDS = Window("say", 30, 1_000 + MARGIN_MS)
CHAT_SEND = Window("send:{chat}", 1, 1_000 + MARGIN_MS)
GROUP_SEND = Window("group:{chat}", 20, 60_000 + MARGIN_MS)
CHAT_EDIT = Window("edit:{chat}", 3, 3_000)
METHOD_MOST = 400
"""Calls of one method in a second, over all chats."""
CHAT_METHOD_MOST = 10
"""Calls of one method in a second in one chat."""

_EDITS = {Method.EDIT_TEXT, Method.EDIT_MARKUP}


def windows(method: Method, chat_id: int) -> tuple[Window, ...]:
    """Every window in which a call is counted: overall, for the method, for the chat."""
    if method is Method.SEND_MESSAGE:
        return (OVERALL, SENDS, CHAT_SEND, GROUP_SEND) if chat_id < 0 else (OVERALL, SENDS, CHAT_SEND)
    if method in _EDITS:
        return (OVERALL, SENDS, CHAT_EDIT)
    of_method = Window(f"method:{method.value}", METHOD_MOST, 1_000)
    if method is Method.ANSWER_CALLBACK:
        return (OVERALL, of_method)
    return (OVERALL, of_method, Window(f"{method.value}:{{chat}}", CHAT_METHOD_MOST, 1_000))


GATHER_MOST = 0.3
"""Seconds that a delete waits at most for others of its chat."""
GATHER_LEAST = 0.02
QUIET = 1.0
"""Seconds without a delete after which a chat's next one goes at once again."""
CHATS_MOST = 10_000


@dataclass
class Gathering:
    """A lone delete goes at once. While deletes go on, each call waits twice as long after the one before it
    as that did, up to `longest` seconds, so that more and more go together.

    Kept in the process only: a chat's deletes are one lane, and a lane is with one actor at a time.
    """

    longest: float = GATHER_MOST
    _last: dict[int, tuple[float, int]] = field(default_factory=dict)

    def wait(self, chat_id: int, now: float) -> float:
        """Seconds until the chat's next delete should go; 0: go."""
        last, streak = self._last.get(chat_id, (float("-inf"), 0))
        pause = min(self.longest, GATHER_LEAST * float(2**streak))
        return max(0.0, last + pause - now)

    def went(self, chat_id: int, now: float) -> None:
        last, streak = self._last.pop(chat_id, (float("-inf"), 0))
        if len(self._last) >= CHATS_MOST:
            self._last.clear()
        self._last[chat_id] = (now, min(streak + 1, 10) if now - last < QUIET else 0)
