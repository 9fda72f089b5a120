"""When something ends, in words."""

from datetime import datetime

from services.moderation.bot.i18n import Speech
from services.moderation.telegram.following import moment
from shared.contracts.telegram import PLACE_AT, FollowUp


def until_words(speech: Speech, until: int, zone: str, now: datetime) -> str:
    """`until` in unix seconds, 0 for never; plain text."""
    if not until:
        return speech.plain("deed.for_ever")
    return speech.plain("warn.until", at=moment(until, zone, now))


def follow_up(speech: Speech, zone: str, **said: object) -> FollowUp:
    """What is to be said later, with ends as this language writes them; `said` are fields of FollowUp."""
    ever, until = speech.plain("deed.for_ever"), speech.plain("warn.until", at=PLACE_AT)
    return FollowUp.model_validate({"ever": ever, "until": until, "zone": zone, **said})
