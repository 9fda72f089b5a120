"""A listing as the directory keeps it, and what may become of it."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Moment
from shared.contracts.directory import DirectoryChanged
from shared.contracts.links import LinkQuestion, LinkState
from shared.contracts.listings import ChatIdentity, ChatType, Content, Listing
from shared.flags import DEFAULT, is_flag
from shared.geo import coarsen

HIDDEN_BELOW = 20
"""Exact counts below this are neither shown nor stored: a small chat's growth would tell who joined when."""


class ChatRecord(BaseModel):
    """Which chat the link of a listing leads to. While there is a `question` the link is hidden."""

    model_config = ConfigDict(frozen=True)

    identity: ChatIdentity | None = None
    """None until a look-up has found it."""
    chat_type: ChatType | None = None
    may_ban: bool = False
    """The reviewers know that this chat has banned our bot, so that nothing more can be told of it."""
    question: LinkQuestion | None = None
    """What the reviewers are asked, or have been."""
    decided: bool = False
    """They have decided that the link stays hidden."""
    asked: int = 0
    """Number of the last question."""
    returns: int = 0
    """How often the listed chat got its user name back without a reviewer's word."""

    @property
    def state(self) -> LinkState:
        if self.question is None:
            return "open"
        return "hidden" if self.decided else "asked"


class Record(BaseModel):
    """One listing and what is known of it that the public need not see."""

    model_config = ConfigDict(frozen=True)

    listing: Listing
    misses: int = 0
    """Observations in a row that found the link dead."""
    missed_at: Moment | None = None
    """When the first of them was made."""
    looked_at: Moment | None = None
    """When the last observation was made."""
    chat: ChatRecord = ChatRecord()


@dataclass(frozen=True)
class Change:
    """What becomes of one listing; `after` is None when it is removed."""

    before: Record | None
    after: Record | None
    at: Moment

    @property
    def listing(self) -> Listing:
        record = self.after or self.before
        if record is None:
            raise ValueError("a change needs something before or after it")
        return record.listing

    @property
    def visible(self) -> bool:
        """Whether the public sees a difference."""
        return self.before is None or self.after is None or self.before.listing != self.after.listing

    @property
    def rewritten(self) -> bool:
        """Whether what people said of the listing differs, so that the old words belong into its history."""
        return (
            self.before is not None
            and self.after is not None
            and said_of(self.before.listing) != said_of(self.after.listing)
        )

    @property
    def revision(self) -> int:
        """The revision that stands after this change; a removal counts as one."""
        return self.after.listing.revision if self.after else self.listing.revision + 1

    def event(self) -> DirectoryChanged:
        return DirectoryChanged(
            listing_id=self.listing.id,
            change="added" if self.before is None else "removed" if self.after is None else "changed",
            revision=self.revision,
            listing=self.after.listing if self.after else None,
            changed_at=self.at,
        )


def said_of(listing: Listing) -> Content:
    """What people said of the listing, without what was observed or derived."""
    return Content(**{name: getattr(listing, name) for name in Content.model_fields})


def settled(content: Content) -> Content:
    """The content as it may be stored: a known flag, a place no more exact than its precision."""
    place = coarsen(content.place.lat, content.place.lon, content.place.precision)
    return content.model_copy(
        update={"flag": content.flag if is_flag(content.flag) else DEFAULT, "place": place}
    )


def shown_members(count: int | None) -> tuple[int | None, int | None]:
    """`members` and `members_below` as the public may see them."""
    if count is None:
        return None, None
    return (None, HIDDEN_BELOW) if count < HIDDEN_BELOW else (count, None)


def revised(record: Record, at: Moment, **updates: object) -> Record:
    """The record with these fields of its listing changed, one revision on; itself when nothing differs."""
    listing = record.listing.model_copy(update=updates)
    if listing == record.listing:
        return record
    listing = listing.model_copy(update={"revision": record.listing.revision + 1, "updated_at": at})
    return record.model_copy(update={"listing": listing})
