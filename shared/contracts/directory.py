"""Messages about listings and areas."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import Message, Moment
from shared.contracts.listings import (
    Area,
    AreaId,
    ChatIdentity,
    ChatType,
    Content,
    Link,
    Listing,
    ListingId,
    Name,
)


class DirectoryChanged(Message):
    """A listing as it now stands; `listing` is None when it was removed."""

    listing_id: ListingId
    change: Literal["added", "changed", "removed"]
    revision: Annotated[int, Field(ge=1)]
    listing: Listing | None = None
    changed_at: Moment


class AreaChanged(Message):
    """An area as it now stands; None when it was removed."""

    area_id: AreaId
    area: Area | None = None
    changed_at: Moment


class ImportListing(Message):
    """Put this listing into the directory; nothing happens when it is there already, unchanged."""

    listing_id: ListingId
    content: Content
    members: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    members_below: int | None = None
    """Known only to lie below this; then `members` is None."""
    checked_at: Moment | None = None
    dead_since: Moment | None = None
    imported_at: Moment


class ImportArea(Message):
    """Put this area into the directory."""

    area: Area
    imported_at: Moment


class ChatObserved(Message):
    """What Telegram says of the chat that now stands under a listed link.

    `members` is None where Telegram did not tell. Without `identity` it is not known which chat that is: the
    message is of an older release, or the chat has banned our bot (`bot_banned`).
    """

    link: Link
    alive: bool
    title: Name | None = None
    members: Annotated[int, Field(ge=0)] | None = None
    identity: ChatIdentity | None = None
    former_identity: ChatIdentity | None = None
    """Of the basic group that this supergroup was."""
    chat_type: ChatType | None = None
    bot_banned: bool = False
    observed_at: Moment
