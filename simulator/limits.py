"""Telegram's limits on sending, as sliding windows: off unless switched on.

30 messages a second in all, one a second to a chat, 20 a minute to a group (core.telegram.org/bots/faq).
"""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

SENDING = frozenset(
    """sendmessage sendphoto sendvideo sendanimation sendaudio senddocument sendvoice sendvideonote
    sendsticker sendlivephoto sendlocation sendvenue sendcontact senddice sendpoll sendmediagroup
    forwardmessage forwardmessages copymessage copymessages""".split()  # noqa: SIM905 - a word list
)


@dataclass(frozen=True, slots=True)
class Window:
    """At most `most` calls within `seconds`."""

    most: int
    seconds: float


@dataclass(slots=True)
class Limits:
    """`None` switches a limit off. `methods` limits other methods, by lower-case name, for each chat."""

    overall: Window | None = None
    chat: Window | None = None
    group: Window | None = None
    methods: dict[str, Window] = field(default_factory=dict)
    seen: defaultdict[tuple[str, int, int], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    @classmethod
    def of_telegram(cls) -> "Limits":
        return cls(overall=Window(30, 1), chat=Window(1, 1), group=Window(20, 60))

    def wait(self, bot_id: int, method: str, chat_id: int, now: float) -> int:
        """Seconds to wait (429), or 0: then the call is counted."""
        windows: list[tuple[tuple[str, int, int], Window]] = []
        if method in SENDING:
            if self.overall:
                windows.append((("overall", bot_id, 0), self.overall))
            if self.chat:
                windows.append((("chat", bot_id, chat_id), self.chat))
            if self.group and chat_id < 0:
                windows.append((("group", bot_id, chat_id), self.group))
        if window := self.methods.get(method):
            windows.append(((method, bot_id, chat_id), window))
        longest = max((self._until_free(key, window, now) for key, window in windows), default=0.0)
        if longest > 0:
            return math.ceil(longest)
        for key, _ in windows:
            self.seen[key].append(now)
        return 0

    def _until_free(self, key: tuple[str, int, int], window: Window, now: float) -> float:
        times = self.seen[key]
        while times and times[0] <= now - window.seconds:
            times.popleft()
        return times[0] + window.seconds - now if len(times) >= window.most else 0.0
