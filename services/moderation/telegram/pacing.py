"""How often Telegram may be called. Sources: Telegram's bot FAQ for messages; the rest is undocumented.

"About 30 messages a second" overall, "avoid more than one a second" in one chat, "no more than 20 a minute"
in one group. Bans and deletes have no published limit, so they go gently and 429 teaches the rest.
"""

from dataclasses import dataclass

from shared.contracts.telegram import Method

MARGIN_MS = 30
"""Calls may draw closer to each other on their way to Telegram."""


@dataclass(frozen=True)
class Window:
    """At most `most` calls within `milliseconds`. `name` may hold `{chat}`."""

    name: str
    most: int
    milliseconds: int


OVERALL = Window("all", 30, 1_000 + MARGIN_MS)
CHAT_SEND = Window("send:{chat}", 1, 1_000 + MARGIN_MS)
GROUP_SEND = Window("group:{chat}", 20, 60_000 + MARGIN_MS)
CHAT_EDIT = Window("edit:{chat}", 3, 3_000)
CHAT_ACT = Window("act:{chat}", 10, 1_000)

_EDITS = {Method.EDIT_TEXT, Method.EDIT_MARKUP}


def windows(method: Method, chat_id: int) -> tuple[Window, ...]:
    """Every window in which a call is counted."""
    if method is Method.ANSWER_CALLBACK:
        return (OVERALL,)
    if method in _EDITS:
        return (OVERALL, CHAT_EDIT)
    if method is Method.SEND_MESSAGE:
        return (OVERALL, CHAT_SEND, GROUP_SEND) if chat_id < 0 else (OVERALL, CHAT_SEND)
    return (OVERALL, CHAT_ACT)
