"""What is kept of one proposal."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Message, Moment
from shared.contracts.listings import Content, ListingId
from shared.contracts.submissions import Action, State, SubmissionChanged, SubmissionId


class Record(Message):
    """A proposal as it now stands.

    `content`, what is proposed, and `reason`, the resident's own words, are kept until it is decided and not
    a moment longer; afterwards only the state remains. `claims` says that the proposal brings a link that its
    listing does not have yet: when it is accepted the link is held until the directory shows it.
    """

    submission_id: SubmissionId
    action: Action
    state: State
    revision: Annotated[int, Field(ge=1)] = 1
    listing_id: ListingId | None = None
    content: Content | None = None
    reason: str = ""
    reasons: tuple[str, ...] = ()
    claims: bool = False
    work: int = 16
    """Bits of the proof of work with which it came, 0 without one."""
    received_at: Moment
    changed_at: Moment

    def changed(self) -> SubmissionChanged:
        """The event that tells where it stands."""
        return SubmissionChanged(
            submission_id=self.submission_id,
            action=self.action,
            state=self.state,
            reasons=self.reasons,
            listing_id=self.listing_id,
            proven=self.work > 0,
            revision=self.revision,
            changed_at=self.changed_at,
        )


_S = State
ENDS = frozenset({_S.ACCEPTED, _S.REFUSED, _S.DUPLICATE, _S.WITHDRAWN})
"""Decided: nothing follows but that it is forgotten."""
TRANSITIONS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        _S.RECEIVED: frozenset({_S.IN_REVIEW, _S.REFUSED, _S.DUPLICATE, _S.WITHDRAWN}),
        _S.IN_REVIEW: ENDS,
        **dict.fromkeys(ENDS, frozenset({_S.FORGOTTEN})),
        _S.FORGOTTEN: frozenset(),
    }
)
"""Every step that a proposal can take."""


def step(record: Record, state: State, now: Moment, **changes: object) -> Record | None:
    """The record one step further; None when that step is not allowed. At an end the words are dropped."""
    if state not in TRANSITIONS[record.state]:
        return None
    dropped = {} if state is State.IN_REVIEW else {"content": None, "reason": "", "claims": False}
    return record.model_copy(
        update={"state": state, "revision": record.revision + 1, "changed_at": now} | dropped | changes
    )
