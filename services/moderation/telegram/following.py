"""What is said once it is known how an action ended."""

from datetime import datetime
from typing import Any

from services.moderation.domain.schedule import there
from services.moderation.telegram.work import End
from shared.contracts.telegram import PLACE_AT, PLACE_UNTIL, PLACE_WHY, FollowUp, TelegramAction

FAR = 300 * 86_400
"""Seconds from which on an end is shown with its year."""


def said(action: TelegramAction, end: End, now: datetime) -> list[TelegramAction]:
    """The message that follows, with the end as it is; none where the bot is not in the chat."""
    follow = action.follow
    if follow is None or end.outcome == "parked":
        return []
    if end.outcome == "done" and follow.said_until is not None and follow.said_until == end.until:
        return []
    message = follow.done if end.outcome == "done" else follow.otherwise
    return [] if message is None else [_filled(message, follow, end, now)]


def _filled(message: dict[str, Any], follow: FollowUp, end: End, now: datetime) -> TelegramAction:
    made = TelegramAction.model_validate(message)
    if "text" not in made.params:
        return made.model_copy(update={"decided_at": now})
    why = follow.words.get(end.detail) or follow.words.get("", "")
    text = str(made.params["text"]).replace(PLACE_WHY, why)
    text = text.replace(PLACE_UNTIL, until_words(follow, end.until, now))
    return made.model_copy(update={"params": {**made.params, "text": text}, "decided_at": now})


def until_words(follow: FollowUp, until: int | None, now: datetime) -> str:
    """An end as the follow-up writes it."""
    if not until:
        return follow.ever
    return follow.until.replace(PLACE_AT, moment(until, follow.zone, now))


def moment(at: int, zone: str, now: datetime) -> str:
    """Day and hour in a zone, with the year where it lies far ahead; `at` in unix seconds."""
    form = "%d.%m.%Y %H:%M" if at - now.timestamp() > FAR else "%d.%m %H:%M"
    return there(at, zone).strftime(form)
