"""How often Telegram may be called. Sources: Telegram's bot FAQ for messages; the rest is undocumented.

"About 30 messages a second" overall, "avoid more than one a second" in one chat, "no more than 20 a minute"
in one group. Bans and deletes have no published limit, so they go gently and let 429 teach the rest.
"""

from dataclasses import dataclass

from shared.contracts.telegram import Method


@dataclass(frozen=True)
class Bucket:
    """A token bucket: one token each `interval_ms`, at most `burst` saved. `name` may hold `{chat}`."""

    name: str
    interval_ms: float
    burst: int


OVERALL = Bucket("all", 1000 / 30, 30)
CHAT_SEND = Bucket("send:{chat}", 1000, 1)
GROUP_SEND = Bucket("group:{chat}", 60_000 / 20, 20)
CHAT_EDIT = Bucket("edit:{chat}", 1000, 3)
CHAT_ACT = Bucket("act:{chat}", 200, 10)

_SENDS = {Method.SEND_MESSAGE}
_EDITS = {Method.EDIT_TEXT, Method.EDIT_MARKUP}


def buckets(method: Method, chat_id: int) -> tuple[Bucket, ...]:
    """Every bucket that a call must take one token from."""
    if method is Method.ANSWER_CALLBACK:
        return (OVERALL,)
    if method in _EDITS:
        return (OVERALL, CHAT_EDIT)
    if method in _SENDS:
        return (OVERALL, CHAT_SEND, GROUP_SEND) if chat_id < 0 else (OVERALL, CHAT_SEND)
    return (OVERALL, CHAT_ACT)
