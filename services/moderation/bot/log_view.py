"""`/log`: the newest entries of a chat's log, a line each."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from services.moderation.bot.i18n import Html, Speech, html, joined, reason_word
from services.moderation.telegram.audit import AuditEntry

SHOWN = 20


def text(entries: Sequence[AuditEntry], speech: Speech, time_zone: str) -> Html:
    """Newest first; times in the city's zone, people as short codes."""
    if not entries:
        return speech("log.empty")
    zone = ZoneInfo(time_zone)
    return joined("\n", [speech("log.title"), *(_line(entry, speech, zone) for entry in entries)])


def _line(entry: AuditEntry, speech: Speech, zone: ZoneInfo) -> Html:
    when = entry.at.astimezone(zone).strftime("%d.%m %H:%M")
    parts: list[str] = [_who(entry, speech), _what(entry, speech)]
    if entry.outcome not in {"done", "already"}:
        parts.append(speech.word("outcome", entry.outcome))
    parts += [without_figures(reason_word(speech, code)) for code in entry.reasons]
    if entry.outcome == "refused" and entry.detail:
        parts.append(speech.word("refusal", entry.detail))
    return Html(f"<code>{when}</code> {joined(' · ', parts)}")


def _who(entry: AuditEntry, speech: Speech) -> Html:
    role, _, code = entry.by.partition(" ")
    return speech("log.admin", code=code) if role == "admin" else speech("log.bot")


def _what(entry: AuditEntry, speech: Speech) -> Html:
    if entry.what == "settings":
        name, _, value = entry.detail.partition("=")
        return Html(f"{speech.word('setting', name)}: {speech.word('value', value)}")
    words = speech.word("did", entry.what)
    if entry.count > 1:
        words = Html(f"{words} ×{entry.count}")
    return Html(f"{words} <code>{html(entry.target)}</code>") if entry.target else words


def without_figures(text: Html) -> Html:
    """A reason's words where its figures are not known: they stand after its last colon."""
    return Html(text.partition("[")[0].rpartition(":")[0] if "[" in text else text)
