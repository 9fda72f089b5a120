"""What the bot says by itself in a chat: what dry run held back, whom it warned and why."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from services.moderation.bot.alerts import mention
from services.moderation.bot.i18n import CATALOGUES, Html, Speech, joined
from services.moderation.bot.moments import follow_up
from services.moderation.domain.schedule import there
from services.moderation.domain.state import Sanction
from services.moderation.domain.warnings import Step
from shared.contracts.telegram import PLACE_UNTIL, FollowUp, Method, TelegramAction

MENDED = timedelta(hours=24)
"""As long as a sanction may wait for its call."""


def speech_in(language: str) -> Speech:
    return Speech(language if language in CATALOGUES else "be")


def would_do(language: str, codes: Sequence[str]) -> str:
    """Plain text in the chat's language. A code is a setting (`media.photo`) or `remove`."""
    speech = speech_in(language)
    lines = [f"• {_line(speech, code)}" for code in codes]
    return "\n".join([speech.plain("dryrun.would"), *lines, speech.plain("dryrun.how")])


def _line(speech: Speech, code: str) -> str:
    if speech.knows("would", code):
        return speech.plain(f"would.{code}")
    if code.startswith("lock."):
        return speech.plain("dryrun.lock", what=speech.plain_word("setting", code))
    return speech.plain("dryrun.delete", what=speech.plain_word("setting", code))


def warned(language: str, said: Sanction, zone: str, *, basic: bool) -> Html:
    """In the chat's language, for the person and everybody who reads along."""
    assert said.person is not None
    speech = speech_in(language)
    who = mention(said.person.id, said.person.name, speech)
    first = sentence(speech, who, said, zone, basic=basic)
    return joined("\n", [first, speech("warn.because", reason=speech.word("not_here", said.code))])


def mended(language: str, zone: str, said: Sanction, word: TelegramAction) -> FollowUp:
    """The word goes where nothing was done, and gets the true end where that is another than was said."""
    assert said.person is not None
    speech = speech_in(language)
    who, about = mention(said.person.id, said.person.name, speech), {"message_of": word.action_id}
    first = speech(f"warn.{said.what}", who=who, until=PLACE_UNTIL)
    text = joined("\n", [first, speech("warn.because", reason=speech.word("not_here", said.code))])
    edit = _after(word, Method.EDIT_TEXT, {**about, "text": text, "parse_mode": "HTML"})
    gone = _after(word, Method.DELETE_MESSAGES, about)
    return follow_up(speech, zone, done=edit, otherwise=gone, said_until=said.until or 0)


def _after(word: TelegramAction, method: Method, params: dict[str, Any]) -> dict[str, Any]:
    """An action about the message of another one; it is awaited for a while if it is not there yet."""
    name = f"{method.value}:{word.action_id}"[:80]
    changed = {"action_id": name, "method": method, "params": params, "expires_at": word.decided_at + MENDED}
    return word.model_copy(update=changed).model_dump(mode="json")


def sentence(speech: Speech, who: Html, said: Sanction | Step, zone: str, *, basic: bool) -> Html:
    """Which warning it is, or what has followed and until when; in a basic group nobody is muted."""
    if said.what == "warn":
        return speech("warn.one", who=who, count=said.count, most=said.most)
    if basic and said.what == "mute":
        return speech("warn.basic", who=who)
    until = speech.plain("deed.until_back") if basic else _until(speech, said.until, zone)
    return speech(f"warn.{said.what}", who=who, until=until)


def _until(speech: Speech, until: int | None, zone: str) -> str:
    if until is None:
        return speech.plain("deed.for_ever")
    return speech.plain("warn.until", at=there(until, zone).strftime("%d.%m %H:%M"))
