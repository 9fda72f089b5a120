"""What Telegram says of a listed chat, taken into its listing."""

from datetime import timedelta

from services.directory.domain.book import Book
from services.directory.domain.naming import is_from_link
from services.directory.domain.records import Change, Record, revised, shown_members
from shared.contracts.directory import ChatObserved
from shared.text import clean_name

DEAD_AFTER = 3
"""Observations in a row that must find a link dead before the public is told: one look-up can fail."""
FRESH_FOR = timedelta(hours=6)
"""A check that found nothing new is shown only when the last one shown is older than this, so that looking
often does not make every reader load the directory anew."""


def observed(book: Book, event: ChatObserved) -> Change | None:
    """The change that follows, or None: not listed, older than what is known, or nothing new."""
    owner = book.owner(event.link)
    record = book.record(owner) if owner else None
    if record is None or (record.listing.checked_at and event.observed_at <= record.listing.checked_at):
        return None
    after = _alive(record, event) if event.alive else _dead(record, event)
    return Change(record, after, event.observed_at) if after != record else None


def _alive(record: Record, event: ChatObserved) -> Record:
    updates: dict[str, object] = {"dead_since": None}
    if event.members is not None:
        updates["members"], updates["members_below"] = shown_members(event.members)
    if event.title and is_from_link(record.listing.name, record.listing.link):
        updates["name"] = clean_name(event.title) or record.listing.name
    return _checked(record, event, updates).model_copy(update={"misses": 0, "missed_at": None})


def _dead(record: Record, event: ChatObserved) -> Record:
    misses, since = min(record.misses + 1, DEAD_AFTER), record.missed_at or event.observed_at
    updates: dict[str, object] = {}
    if misses >= DEAD_AFTER:
        updates["dead_since"] = record.listing.dead_since or since
    return _checked(record, event, updates).model_copy(update={"misses": misses, "missed_at": since})


def _checked(record: Record, event: ChatObserved, updates: dict[str, object]) -> Record:
    last = record.listing.checked_at
    news = any(getattr(record.listing, name) != value for name, value in updates.items())
    if news or last is None or event.observed_at - last >= FRESH_FOR:
        updates = {**updates, "checked_at": event.observed_at}
    return revised(record, event.observed_at, **updates)
