"""What Telegram says of a listed chat, taken into its listing."""

from datetime import timedelta

from services.directory.domain.book import Book
from services.directory.domain.identity import Found, compare, doubted, may_be_a_bot, recognised
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
    """The change that follows, or None: not listed, or older than what is known.

    Every look is noted, so that of two that overtake each other the newer one counts.
    """
    owner = book.owner(event.link)
    record = book.record(owner) if owner else None
    if record is None or (record.looked_at and event.observed_at <= record.looked_at):
        return None
    after = _found(record, event) if event.alive else _dead(record, event)
    after = after.model_copy(update={"looked_at": event.observed_at})
    return Change(record, after, event.observed_at)


def _found(record: Record, event: ChatObserved) -> Record:
    match compare(record, event):
        case Found.SAME | Found.FIRST:
            return _alive(recognised(record, event), event)
        case Found.OTHER:
            return _shown_by_trust(doubted(record, event), event, {})
        case Found.UNKNOWN:
            # What stands under a link that is not shown may be another chat.
            return _alive(record, event) if record.listing.link_is_open and not event.bot_banned else record


def _alive(record: Record, event: ChatObserved) -> Record:
    updates: dict[str, object] = {"dead_since": None}
    if event.members is not None:
        updates["members"], updates["members_below"] = shown_members(event.members)
    if event.title and is_from_link(record.listing.name, record.listing.link):
        updates["name"] = clean_name(event.title) or record.listing.name
    return _shown_by_trust(record, event, updates).model_copy(update={"misses": 0, "missed_at": None})


def _dead(record: Record, event: ChatObserved) -> Record:
    if may_be_a_bot(record):
        return record
    misses, since = min(record.misses + 1, DEAD_AFTER), record.missed_at or event.observed_at
    updates: dict[str, object] = {}
    if misses >= DEAD_AFTER:
        updates["dead_since"] = record.listing.dead_since or since
    return _checked(record, event, updates).model_copy(update={"misses": misses, "missed_at": since})


def _shown_by_trust(record: Record, event: ChatObserved, updates: dict[str, object]) -> Record:
    """The listing says whether its link is hidden, and since when."""
    hidden = record.chat.question is not None
    since = (record.listing.link_hidden_since or event.observed_at) if hidden else None
    return _checked(record, event, {**updates, "link_hidden_since": since})


def _checked(record: Record, event: ChatObserved, updates: dict[str, object]) -> Record:
    last = record.listing.checked_at
    news = any(getattr(record.listing, name) != value for name, value in updates.items())
    if news or last is None or last > event.observed_at or event.observed_at - last >= FRESH_FOR:
        updates = {**updates, "checked_at": event.observed_at}
    return revised(record, event.observed_at, **updates)
