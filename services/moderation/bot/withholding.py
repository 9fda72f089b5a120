"""What an admin is told of a sanction that is not carried out because of what stands already."""

from datetime import datetime

from services.moderation.bot.i18n import Html, Speech
from services.moderation.bot.moments import follow_up, until_words
from services.moderation.domain.precedence import CODES, Withhold
from shared.contracts.telegram import PLACE_UNTIL, PLACE_WHY, FollowUp, TelegramAction

WHY = Html(PLACE_WHY)
"""A text that is filled in when it is known why."""


def told(speech: Speech, found: Withhold, name: str, zone: str, now: datetime) -> Html:
    """In a sentence; `name` as shown."""
    until = "" if found.until is None else until_words(speech, found.until, zone, now)
    return speech(f"stands.{found.code}", name=name, until=until)


def in_short(speech: Speech, found: Withhold, zone: str, now: datetime) -> str:
    """For an answer to a press: plain text of a line."""
    why = speech.plain_word("refusal", found.code)
    if found.until is not None:
        why = f"{why} ({until_words(speech, found.until, zone, now)})"
    return speech.plain("press.withheld", why=why)


def otherwise(speech: Speech, name: str, zone: str, message: TelegramAction) -> FollowUp:
    """What is said where it turns out otherwise than was said; the message's text is `WHY`."""
    words = {code: speech(f"stands.{code}", name=name, until=PLACE_UNTIL) for code in CODES}
    words[""] = speech("stands.other", name=name)
    return follow_up(speech, zone, otherwise=message.model_dump(mode="json"), words=words)
