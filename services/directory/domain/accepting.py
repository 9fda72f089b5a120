"""What an accepted proposal does to the directory."""

from services.directory.domain.book import Book
from services.directory.domain.records import Change, Record, revised
from shared.contracts.base import Moment
from shared.contracts.listings import Content
from shared.contracts.submissions import SubmissionAccepted


class LinkTaken(Exception):  # noqa: N818
    """The change would give a listing the link of another one."""


def accepted(book: Book, event: SubmissionAccepted) -> Change | None:
    """The change that follows, or None. Raises LinkTaken, and ValueError for a proposal without content.

    An `add` of a link that was listed meanwhile changes that listing: a reviewer has approved these words for
    this link, and two listings never share one. A `change` or `remove` of what is gone has nothing to act on.
    """
    if event.action == "remove":
        return _removed(book, event)
    if event.content is None:
        raise ValueError(f"{event.action} without content")
    owner = book.owner(event.content.link)
    if event.action == "add":
        listing_id = owner or event.listing_id
        record = book.record(listing_id)
        if record is None:
            return Change(None, book.new(listing_id, event.content, event.accepted_at), event.accepted_at)
        return _rewritten(book, record, event.content, event.accepted_at)
    record = book.record(event.listing_id)
    if record is None:
        return None
    if owner not in {None, event.listing_id}:
        raise LinkTaken
    return _rewritten(book, record, event.content, event.accepted_at)


def _removed(book: Book, event: SubmissionAccepted) -> Change | None:
    record = book.record(event.listing_id)
    return Change(record, None, event.accepted_at) if record else None


def _rewritten(book: Book, record: Record, content: Content, at: Moment) -> Change | None:
    """New words; a new link is not yet known to be dead."""
    updates = book.fields(content)
    if content.link != record.listing.link:
        record_after = revised(record, at, **updates, dead_since=None)
        return Change(record, record_after.model_copy(update={"misses": 0, "missed_at": None}), at)
    after = revised(record, at, **updates)
    return Change(record, after, at) if after != record else None
