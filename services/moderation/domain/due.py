"""Messages whose time comes later: pictures with a grace, traces that await an alert, the bot's own words."""

from typing import NamedTuple

from services.moderation.domain.settings import SETTINGS, ChatSettings

OWN = "own.minutes"
DELETABLE = 48 * 3600
ALERT_PATIENCE = 6 * 3600
"""Seconds for which a trace waits for its alert; then it stays where everybody sees it."""
ALERT_AGAIN = 5


class Due(NamedTuple):
    """One message that is to go; `code` is the setting by which it goes, `sent_at` unix seconds.

    `after`: actions of which at least one must have been sent before.
    """

    chat: str
    """The chat's keyed hash."""
    code: str
    message_id: int
    sent_at: int
    after: tuple[str, ...] = ()


class Wait(NamedTuple):
    """Not yet; unix seconds."""

    until: int


def verdict(due: Due, settings: ChatSettings, now: int, *, alerted: bool) -> bool | Wait:
    """Whether the message goes now: the settings may have changed since it was put aside."""
    if settings.dryrun or now - due.sent_at >= DELETABLE:
        return False
    if due.code == OWN:
        minutes = settings.number(OWN)
        at = due.sent_at + 60 * minutes
        return bool(minutes) and (at <= now or Wait(at))
    if due.after and not alerted:
        waited = now - due.sent_at
        return Wait(now + ALERT_AGAIN) if waited < ALERT_PATIENCE else False
    return due.code in SETTINGS and settings.get(due.code) not in ("keep", "off")
