"""What is told of the chats under links, beside the listings that everybody reads."""

from services.directory.domain.records import Change, Record, said_of
from shared.contracts.base import Moment
from shared.contracts.links import LinkChanged


def link_events(change: Change) -> list[LinkChanged]:
    """What becomes of the chat under a listing's link, for moderation; of a link that is given up first."""
    before, after = _told(change.before, change.at), _told(change.after, change.at)
    if before == after:
        return []
    told = []
    moved = before is None or after is None or before.link != after.link
    if moved and before is not None and _is_known(before):
        told.append(
            LinkChanged(listing_id=before.listing_id, link=before.link, state="gone", changed_at=change.at)
        )
    if after is not None and (_is_known(after) or not moved):
        told.append(after)
    return told


def _told(record: Record | None, at: Moment) -> LinkChanged | None:
    if record is None:
        return None
    listing, chat = record.listing, record.chat
    asked = chat.question is not None
    return LinkChanged(
        listing_id=listing.id,
        link=listing.link,
        state=chat.state,
        identity=chat.identity,
        question=chat.question,
        listed=said_of(listing) if asked else None,
        listed_type=chat.chat_type if asked else None,
        hidden_since=listing.link_hidden_since,
        changed_at=at,
    )


def _is_known(told: LinkChanged) -> bool:
    """Whether anything is known of the chat, so that somebody may have kept it."""
    return told.identity is not None or told.question is not None
