"""The life of a proposal: each function takes what has happened and what is known, and says what follows.

None means that nothing follows: the step is not allowed any more, as when a decision arrives for a proposal
that was withdrawn in the meantime. That is ordinary and no error.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from services.submissions.domain.record import ENDS, Record, step
from services.submissions.domain.similar import Neighbour, similar_listings
from shared.contracts.base import Message, Moment
from shared.contracts.listings import ChatIdentity, Content, Link, ListingId, Place
from shared.contracts.submissions import (
    ReviewClosed,
    ReviewRequested,
    State,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionReviewed,
)
from shared.geo import Box, coarsen, grid_step, in_box

KEPT = timedelta(days=30)
"""How long the state of a decided proposal can still be looked up with its receipt."""
REVIEW_TIME = timedelta(days=90)
"""How long a proposal waits for a reviewer: what nobody looked at by then is not kept any longer."""


class Claim(Enum):
    """What becomes of the hold on the proposal's link. An open proposal has none: a false one would keep all
    others from being seen. They meet on the reviewers' card instead.
    """

    NONE = auto()
    RELEASE = auto()
    """What an earlier release held."""
    LEND = auto()
    """Held for the accepted listing until the directory shows it, so that no second one is accepted."""


@dataclass(frozen=True)
class Known:
    """What is known when something happens to a proposal."""

    now: Moment
    listing: Content | None = None
    """The listing to change or remove, as the directory has it."""
    owner: ListingId | None = None
    """The listing that has the proposed link already."""
    withheld: Content | None = None
    """What that listing says, when it does not show the link: another chat may have its name by now."""
    neighbours: tuple[Neighbour, ...] = ()
    withdrawn: bool = False
    """The resident took it back before it was even looked at."""


@dataclass(frozen=True)
class Service:
    """What the operator has set."""

    area: Box
    city: tuple[str, ...] = ()
    """Names of the city, which tell nothing inside it."""


@dataclass(frozen=True)
class Step:
    """What follows: the record to keep, the events to tell, and what becomes of the hold on `link`."""

    record: Record
    events: tuple[Message, ...]
    claim: Claim = Claim.NONE
    link: Link | None = None


def receive(event: SubmissionReceived, known: Known, service: Service) -> Step:
    """A new proposal is checked, and goes to review unless it can be answered at once."""
    received = _first_record(event, known.now)
    if known.withdrawn:
        return _answered(received, State.WITHDRAWN, known.now, ())
    refusal = _refusal(received, known, service)
    if refusal:
        return _answered(received, State.REFUSED, known.now, (refusal,))
    if _is_taken(received, known):
        listing_id = known.owner or received.listing_id
        return _answered(received, State.DUPLICATE, known.now, ("link.duplicate",), listing_id=listing_id)
    reviewed = step(received, State.IN_REVIEW, known.now, claims=_brings_link(received, known.listing))
    assert reviewed is not None
    return Step(reviewed, (received.changed(), reviewed.changed(), _request(reviewed, known, service)))


def review(record: Record, event: SubmissionReviewed, known: Known, new_id: ListingId) -> Step | None:
    """A reviewer has decided. `new_id` is the id that an added listing gets.

    An approval is checked against the directory once more: it may have changed since the review was asked.
    """
    if event.decision == "refuse":
        return _end(record, State.REFUSED, known.now, ("review.refused",))
    if event.decision == "duplicate":
        listing_id = event.duplicate_of or record.listing_id
        return _end(record, State.DUPLICATE, known.now, ("review.duplicate",), listing_id=listing_id)
    if _is_taken(record, known):
        return _closed(_end(record, State.DUPLICATE, known.now, ("link.duplicate",), listing_id=known.owner))
    if record.action == "change" and known.listing is None:
        return _closed(_end(record, State.REFUSED, known.now, ("listing.unknown",)))
    listing_id = record.listing_id or known.owner or new_id
    return _accept(record, known.now, listing_id, event.identity)


def also_decided(record: Record, event: SubmissionReviewed, chosen: Step | None, known: Known) -> Step | None:
    """What becomes of another proposal on the card that was decided; `chosen` is what followed for the first.

    None where it is to be asked about again, because the approval came to nothing: the chosen one had been
    withdrawn, or the directory had changed meanwhile.
    """
    if event.decision != "approve":
        return review(record, event, known, "")
    if chosen is None or chosen.record.state is not State.ACCEPTED:
        return None
    listing_id = chosen.record.listing_id
    return _end(record, State.DUPLICATE, known.now, ("review.other_chosen",), listing_id=listing_id)


def ask_again(record: Record, known: Known, service: Service) -> Step:
    """Ask the reviewers about an open proposal whose card is gone."""
    request = _request(record, known, service)
    return Step(record, (request.model_copy(update={"reopened": True}),))


def withdraw(record: Record, now: Moment) -> Step | None:
    """The resident takes it back, which is possible until it is decided."""
    return _closed(_end(record, State.WITHDRAWN, now, ()))


def deadline(record: Record) -> Moment:
    """When `expire` has something to do with it."""
    if record.state in ENDS:
        return record.changed_at + KEPT
    return record.changed_at + REVIEW_TIME


def expire(record: Record, now: Moment) -> Step | None:
    """Forget what was decided 30 days ago; end what nobody reviewed in 90 days."""
    if now < deadline(record):
        return None
    if record.state in ENDS:
        forgotten = step(record, State.FORGOTTEN, now, listing_id=None, reasons=())
        return Step(forgotten, (forgotten.changed(),)) if forgotten else None
    return _closed(_end(record, State.REFUSED, now, ("review.expired",)))


def _first_record(event: SubmissionReceived, now: Moment) -> Record:
    content = event.content if event.action != "remove" else None
    if content is not None:
        place = content.place
        content = content.model_copy(update={"place": coarsen(place.lat, place.lon, place.precision)})
    return Record(
        submission_id=event.submission_id,
        action=event.action,
        state=State.RECEIVED,
        listing_id=event.listing_id if event.action != "add" else None,
        content=content,
        reason=event.reason,
        work=event.work,
        received_at=event.received_at,
        changed_at=now,
    )


def _refusal(record: Record, known: Known, service: Service) -> str | None:
    """The code of what makes the proposal impossible."""
    if record.action != "add" and known.listing is None:
        return "listing.unknown"
    if record.action == "remove":
        return None
    if record.content is None:
        return "content.missing"
    if not _in_area(record.content.place, service.area):
        return "place.outside"
    return "content.same" if record.content == known.listing else None


def _in_area(place: Place, area: Box) -> bool:
    """Coarsening may have moved the place over the edge by half a cell; that is not the resident's fault."""
    return in_box(place.lat, place.lon, area, margin=grid_step(place.precision) / 2)


def _is_taken(record: Record, known: Known) -> bool:
    """Whether another listing has the proposed link.

    One that does not show it may be listed anew: the reviewers decide about the chat that is there now.
    """
    if record.content is None or known.owner is None or known.owner == record.listing_id:
        return False
    return record.action != "add" or known.withheld is None


def _brings_link(record: Record, listing: Content | None) -> bool:
    """Whether the proposal brings a link that the listing does not have yet."""
    return record.content is not None and (listing is None or record.content.link != listing.link)


def _request(record: Record, known: Known, service: Service) -> ReviewRequested:
    anew = known.owner if record.action == "add" and known.withheld else None
    similar = (
        similar_listings(
            record.content, known.neighbours, leave_out=record.listing_id or anew, city=service.city
        )
        if record.content
        else ()
    )
    return ReviewRequested(
        submission_id=record.submission_id,
        action=record.action,
        content=record.content,
        listing_id=record.listing_id,
        before=known.withheld if anew else known.listing,
        reason=record.reason,
        work=record.work,
        similar=similar,
        link_of=anew,
        requested_at=known.now,
    )


def _answered(
    received: Record, state: State, now: Moment, reasons: tuple[str, ...], listing_id: ListingId | None = None
) -> Step:
    """Answered at once, without a review."""
    listing = listing_id or received.listing_id
    ended = step(received, state, now, reasons=reasons, listing_id=listing)
    assert ended is not None
    return Step(ended, (received.changed(), ended.changed()))


def _end(
    record: Record, state: State, now: Moment, reasons: tuple[str, ...], listing_id: ListingId | None = None
) -> Step | None:
    ended = step(record, state, now, reasons=reasons, listing_id=listing_id or record.listing_id)
    if ended is None:
        return None
    return Step(ended, (ended.changed(),), *_freed(record, Claim.RELEASE))


def _accept(record: Record, now: Moment, listing_id: ListingId, identity: ChatIdentity | None) -> Step | None:
    accepted = step(record, State.ACCEPTED, now, listing_id=listing_id)
    if accepted is None:
        return None
    order = SubmissionAccepted(
        submission_id=record.submission_id,
        listing_id=listing_id,
        action=record.action,
        content=record.content,
        identity=identity,
        accepted_at=now,
    )
    return Step(accepted, (accepted.changed(), order), *_freed(record, Claim.LEND))


def _freed(record: Record, how: Claim) -> tuple[Claim, Link | None]:
    return (how, record.content.link) if record.claims and record.content else (Claim.NONE, None)


def _closed(ended: Step | None) -> Step | None:
    """Tell the reviewers that the card needs no decision any more, or that theirs came to something else."""
    if ended is None:
        return None
    record = ended.record
    closed = ReviewClosed(submission_id=record.submission_id, state=record.state, closed_at=record.changed_at)
    return Step(record, (*ended.events, closed), ended.claim, ended.link)
