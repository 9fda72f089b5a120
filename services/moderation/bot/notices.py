"""What the bot says by itself in a chat: what dry run held back, whom it warned and why."""

from collections.abc import Sequence

from services.moderation.bot.alerts import mention
from services.moderation.bot.i18n import CATALOGUES, Html, Speech, joined
from services.moderation.domain.schedule import there
from services.moderation.domain.state import Sanction
from services.moderation.domain.warnings import Step


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
