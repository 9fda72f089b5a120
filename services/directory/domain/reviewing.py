"""What reviewers have decided about the chat under a listing's link."""

from services.directory.domain.book import Book
from services.directory.domain.identity import answered
from services.directory.domain.records import Change, Record, revised, shown_members
from shared.contracts.links import LinkReviewed


def reviewed(book: Book, event: LinkReviewed) -> Change | None:
    """The change that follows, or None: the question is answered, or another one by now."""
    record = book.record(event.listing_id)
    question = record.chat.question if record else None
    if record is None or question is None or question.number != event.question or record.chat.decided:
        return None
    match event.decision:
        case "same":
            return Change(record, _reopened(record, event), event.reviewed_at)
        case "hide":
            chat = record.chat.model_copy(update={"decided": True})
            return Change(record, record.model_copy(update={"chat": chat}), event.reviewed_at)
        case "remove":
            return Change(record, None, event.reviewed_at)


def _reopened(record: Record, event: LinkReviewed) -> Record:
    question = record.chat.question
    updates: dict[str, object] = {"link_hidden_since": None, "dead_since": None}
    if question is not None and question.seen.members is not None:
        updates["members"], updates["members_below"] = shown_members(question.seen.members)
    shown = revised(answered(record), event.reviewed_at, **updates)
    return shown.model_copy(update={"misses": 0, "missed_at": None})
