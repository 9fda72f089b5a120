"""Messages about which chat the link of a listing leads to.

A user name can be given up and taken by a stranger. What a chat is known by is its identity, a keyed hash of
its Telegram id and type; when another one is found under a listed link, the reviewers are asked.
"""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import Message, Moment
from shared.contracts.listings import ChatIdentity, ChatType, Content, Link, ListingId, Name
from shared.contracts.submissions import ReviewerId


class Sighting(Message):
    """A chat that was found under a link. `identity` is None when it has banned our bot."""

    identity: ChatIdentity | None = None
    chat_type: ChatType | None = None
    title: Name | None = None
    members: Annotated[int, Field(ge=0)] | None = None
    seen_at: Moment


class LinkQuestion(Message):
    """Whether another chat under a listing's link is the listed one. `number` counts a listing's questions.

    `returned`: it is the listed chat itself, which has lost its user name and got it back too often.
    """

    number: Annotated[int, Field(ge=1)]
    seen: Sighting
    returned: bool = False


LinkState = Literal["open", "asked", "hidden", "gone"]


class LinkChanged(Message):
    """Which chat a listing's link is trusted to lead to, and whether reviewers are to be asked about it.

    `open`: to `identity`, None as long as no look-up has told it. `asked`: the link is hidden and `question`
    waits for the reviewers. `hidden`: they have decided that it stays hidden. `gone`: the listing is removed,
    or has another link, of which the next message tells.
    """

    listing_id: ListingId
    link: Link
    state: LinkState
    identity: ChatIdentity | None = None
    question: LinkQuestion | None = None
    listed: Content | None = None
    """What the listing says, for the reviewers who are asked."""
    listed_type: ChatType | None = None
    """The type of the chat that was listed."""
    hidden_since: Moment | None = None
    changed_at: Moment


LinkDecision = Literal["same", "hide", "remove"]


class LinkReviewed(Message):
    """A reviewer has answered a `LinkQuestion`.

    `same`: what was found is the listed chat from now on. `hide`: the link stays hidden. `remove`: the
    listing is removed.
    """

    listing_id: ListingId
    question: Annotated[int, Field(ge=1)]
    decision: LinkDecision
    reviewer: ReviewerId
    reviewed_at: Moment
