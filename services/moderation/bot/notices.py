"""What the bot says it would have done, in a chat where it is in dry run."""

from collections.abc import Sequence

from services.moderation.bot.i18n import CATALOGUES, Speech


def would_do(language: str, codes: Sequence[str]) -> str:
    """Plain text in the chat's language. A code is a setting (`media.photo`) or `remove`."""
    speech = Speech(language if language in CATALOGUES else "be")
    lines = [f"• {_line(speech, code)}" for code in codes]
    return "\n".join([speech.plain("dryrun.would"), *lines, speech.plain("dryrun.how")])


def _line(speech: Speech, code: str) -> str:
    if code == "remove":
        return speech.plain("dryrun.remove")
    return speech.plain("dryrun.delete", what=speech.plain_word("setting", code))
