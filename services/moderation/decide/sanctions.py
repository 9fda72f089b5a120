"""What follows for who broke a lock, as actions: a word in the chat, a mute, a ban."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from services.moderation.decide.desk import Desk
from services.moderation.domain.membership import banning, muting
from services.moderation.domain.state import ChatState, Sanction
from shared.contracts.telegram import Method, TelegramAction

EXPIRES = timedelta(hours=24)
SAID_WITHIN = timedelta(minutes=10)
"""A warning that comes later would puzzle more than teach."""
Call = tuple[Method, dict[str, Any]]


def sanctions(desk: Desk, state: ChatState, now: int) -> Iterator[TelegramAction]:
    """Each sanction's action, and what the person is told; a basic group can mute nobody."""
    for number, found in enumerate(state.changes.sanctions):
        cause = f"{found.what}:{state.key}:{found.message_id}:{now}:{number}"
        call = None if found.what == "mute" and state.is_basic else _call(found)
        word = _word(desk, state, found, f"say:{cause}", now) if _is_told(found) else None
        if call is not None:
            action = _action(state, found, call, cause, now)
            follow = None if word is None else desk.bot.mended(state.settings, found, word)
            yield action.model_copy(update={"follow": follow})
        if word is not None:
            yield word


def _is_told(found: Sanction) -> bool:
    return found.person is not None and found.what in ("warn", "mute", "ban")


def _call(found: Sanction) -> Call | None:
    if found.what == "ban_channel":
        return Method.BAN_SENDER_CHAT, {"sender_chat_id": found.channel}
    if found.person is None:
        return None
    match found.what:
        case "mute":
            return Method.RESTRICT_MEMBER, muting(found.person.id, found.until)
        case "ban" | "remove":
            return Method.BAN_MEMBER, banning(found.person.id, found.until)
    return None


def _action(state: ChatState, found: Sanction, call: Call, cause: str, now: int) -> TelegramAction:
    (method, params), moment = call, datetime.fromtimestamp(now, UTC)
    return TelegramAction(
        action_id=cause[:80],
        chat_id=state.id,
        method=method,
        params=params,
        reasons=(found.code, *found.more),
        decided_at=moment,
        expires_at=moment + EXPIRES,
    )


def _word(desk: Desk, state: ChatState, found: Sanction, cause: str, now: int) -> TelegramAction:
    text = desk.bot.warned(state.settings, found, basic=state.is_basic)
    moment = datetime.fromtimestamp(now, UTC)
    topic = {} if found.topic is None else {"message_thread_id": found.topic}
    return TelegramAction(
        action_id=cause[:80],
        chat_id=state.id,
        method=Method.SEND_MESSAGE,
        params={"text": text, "parse_mode": "HTML", "disable_notification": True, **topic},
        reasons=(found.code,),
        decided_at=moment,
        expires_at=moment + SAID_WITHIN,
    )
