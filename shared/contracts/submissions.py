"""Messages about proposals."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Message, Moment
from shared.contracts.listings import ChatIdentity, Content, ListingId, Name

SubmissionId = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{26}$")]
"""A keyed hash of the receipt: who sees the id cannot act with it as the resident can."""
ReviewerId = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{13}$")]
"""A keyed hash of the reviewer's Telegram id."""

Action = Literal["add", "change", "remove"]


class State(StrEnum):
    """Where a submission stands."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    FORGOTTEN = "forgotten"


class SubmissionReceived(Message):
    """A resident has proposed something; the gateway has checked its form only."""

    submission_id: SubmissionId
    action: Action
    content: Content | None = None
    """None only for `remove`."""
    listing_id: ListingId | None = None
    """The listing to change or remove."""
    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    work: Annotated[int, Field(ge=0, le=256)] = 16
    """Bits of the proof of work; 0 for the form without scripts, which costs its sender only time."""
    received_at: Moment


class SubmissionWithdrawn(Message):
    """The holder of the receipt has taken it back."""

    submission_id: SubmissionId
    withdrawn_at: Moment


class SubmissionChanged(Message):
    """Where a submission now stands; `reasons` are codes such as `link.duplicate`."""

    submission_id: SubmissionId
    action: Action
    state: State
    reasons: tuple[str, ...] = ()
    listing_id: ListingId | None = None
    proven: bool = True
    """Whether work was done for it."""
    revision: Annotated[int, Field(ge=1)]
    changed_at: Moment


class Similar(Message):
    """A listing that the proposal may repeat."""

    listing_id: ListingId
    name: Name
    metres: int | None = None
    reasons: tuple[str, ...] = ()


GATHERED_MOST = 40
"""Other proposals that one decision can end."""


class ReviewRequested(Message):
    """A reviewer is to decide."""

    submission_id: SubmissionId
    action: Action
    content: Content | None = None
    listing_id: ListingId | None = None
    before: Content | None = None
    """What stands in the directory now, for `change` and `remove`, and for `add` with `link_of`."""
    reason: str = ""
    similar: tuple[Similar, ...] = ()
    link_of: ListingId | None = None
    """The listing that has the link of an `add` and does not show it: it gets these words, and shows the link
    again, when this is accepted."""
    work: Annotated[int, Field(ge=0, le=256)] = 16
    """Bits of the proof of work, 0 without one: the cards of those with more come first."""
    reopened: bool = False
    """Asked again although its card was decided: the decision came to nothing."""
    requested_at: Moment


Decision = Literal["approve", "refuse", "duplicate"]


class SubmissionReviewed(Message):
    """A reviewer has decided."""

    submission_id: SubmissionId
    decision: Decision
    others: Annotated[tuple[SubmissionId, ...], Field(max_length=GATHERED_MOST)] = ()
    """The other proposals for the same link that stood on the card. After an approval they repeat what was
    chosen; otherwise they end as it does."""
    duplicate_of: ListingId | None = None
    identity: ChatIdentity | None = None
    """The chat that the reviewers were shown under the proposed link; None where it was not looked up."""
    reviewer: ReviewerId
    reviewed_at: Moment


class SubmissionAccepted(Message):
    """The directory is to carry it out."""

    submission_id: SubmissionId
    listing_id: ListingId
    action: Action
    content: Content | None = None
    identity: ChatIdentity | None = None
    """The chat that the reviewers were shown under the link."""
    accepted_at: Moment


class ReviewClosed(Message):
    """A requested review needs no decision any more: withdrawn, or decided elsewhere."""

    submission_id: SubmissionId
    state: State
    closed_at: Moment
