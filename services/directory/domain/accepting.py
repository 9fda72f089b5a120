"""What an accepted proposal does to the directory."""

from services.directory.domain.book import Book
from services.directory.domain.identity import with_chat
from services.directory.domain.records import Change, Record, revised
from shared.contracts.submissions import SubmissionAccepted


class LinkTaken(Exception):  # noqa: N818
    """The change would give a listing the link of another one."""


def accepted(book: Book, event: SubmissionAccepted) -> Change | None:
    """The change that follows, or None. Raises LinkTaken, and ValueError for a proposal without content.

    An `add` of a link that was listed meanwhile changes that listing: a reviewer has approved these words for
    this link, and two listings never share one. Where the link was hidden or dead there, the chat that the
    reviewers were shown is the listed one from now on. A `change` or `remove` of what is gone has nothing to
    act on; a `change` that keeps the link says nothing of the chat under it.
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
            new = book.new(listing_id, event.content, event.accepted_at)
            return Change(None, with_chat(new, event.identity), event.accepted_at)
        if event.identity or not record.listing.link_is_open:
            return _relinked(book, record, event)
        return _rewritten(book, record, event)
    record = book.record(event.listing_id)
    if record is None:
        return None
    if owner not in {None, event.listing_id}:
        raise LinkTaken
    moved = event.content.link != record.listing.link
    return _relinked(book, record, event) if moved else _rewritten(book, record, event)


def _removed(book: Book, event: SubmissionAccepted) -> Change | None:
    record = book.record(event.listing_id)
    return Change(record, None, event.accepted_at) if record else None


def _relinked(book: Book, record: Record, event: SubmissionAccepted) -> Change:
    """New words for a link that is new here, or not shown: which chat it leads to is the reviewers' word."""
    updates = _words(book, event) | {"dead_since": None, "link_hidden_since": None}
    after = revised(with_chat(record, event.identity), event.accepted_at, **updates)
    return Change(record, after.model_copy(update={"misses": 0, "missed_at": None}), event.accepted_at)


def _rewritten(book: Book, record: Record, event: SubmissionAccepted) -> Change | None:
    """New words for the same link; nothing is said of the chat under it."""
    after = revised(record, event.accepted_at, **_words(book, event))
    return Change(record, after, event.accepted_at) if after != record else None


def _words(book: Book, event: SubmissionAccepted) -> dict[str, object]:
    if event.content is None:
        raise ValueError(f"{event.action} without content")
    return book.fields(event.content)
