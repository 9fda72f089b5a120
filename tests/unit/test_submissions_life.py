"""The life of a proposal, without Redis."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.submissions.domain.life import (
    KEPT,
    REVIEW_TIME,
    Claim,
    Known,
    Service,
    Step,
    also_decided,
    ask_again,
    expire,
    receive,
    review,
    withdraw,
)
from services.submissions.domain.record import ENDS, TRANSITIONS, Record, step
from services.submissions.domain.similar import Neighbour
from shared.contracts.listings import Content, Kind, Link, Place, Precision
from shared.contracts.submissions import (
    ReviewClosed,
    ReviewRequested,
    State,
    SubmissionAccepted,
    SubmissionChanged,
    SubmissionReceived,
    SubmissionReviewed,
)
from tests.sure import as_a, sure

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SERVICE = Service(area=(26.9, 53.55, 28.3, 54.25), city=("Minsk", "Мінск", "Минск"))
ID = "a" * 26
LISTING, OTHER, NEW = "b" * 13, "c" * 13, "d" * 13


def content(
    name: str = "Двор на Садовай 3",
    link: str = "sadovaja3",
    lat: float = 53.9,
    lon: float = 27.5,
    **more: Any,
) -> Content:
    return Content(
        name=name,
        link=Link(kind="username", value=link),
        kind=Kind.GROUP,
        place=Place(lat=lat, lon=lon, precision=more.pop("precision", Precision.COURTYARD)),
        **more,
    )


def received(action: str = "add", **more: Any) -> SubmissionReceived:
    defaults: dict[str, dict[str, Any]] = {
        "add": {"content": content()},
        "change": {"content": content(), "listing_id": LISTING},
    }
    values = defaults.get(action, {"listing_id": LISTING, "reason": "чат закрыты"}) | more
    return SubmissionReceived(submission_id=ID, action=action, received_at=NOW, **values)


def reviewed(decision: str = "approve", **more: Any) -> SubmissionReviewed:
    return SubmissionReviewed(
        submission_id=ID, decision=decision, reviewer="r" * 13, reviewed_at=NOW + timedelta(hours=1), **more
    )


def in_review(action: str = "add", **more: Any) -> Record:
    known = Known(now=NOW, listing=content("Раней", "ranej_chat") if action != "add" else None)
    return receive(received(action, **more), known, SERVICE).record


def states(step: Step) -> list[State]:
    return [event.state for event in step.events if isinstance(event, SubmissionChanged)]


T = TypeVar("T")


def only(step: Step, kind: type[T]) -> T:
    (event,) = [event for event in step.events if isinstance(event, kind)]
    return event


def test_an_addition_goes_to_review_and_brings_its_link() -> None:
    outcome = receive(received(), Known(now=NOW), SERVICE)
    assert states(outcome) == [State.RECEIVED, State.IN_REVIEW]
    assert [as_a(SubmissionChanged, event).revision for event in outcome.events[:2]] == [1, 2]
    assert (outcome.claim, outcome.link) == (Claim.NONE, None)
    assert outcome.record.claims
    request = only(outcome, ReviewRequested)
    assert request.content == content()
    assert request.before is None


@pytest.mark.parametrize("action", ["change", "remove"])
def test_a_change_and_a_removal_go_to_review_with_what_stands_now(action: str) -> None:
    before = content("Раней", "ranej_chat")
    outcome = receive(received(action), Known(now=NOW, listing=before), SERVICE)
    request = only(outcome, ReviewRequested)
    assert (request.before, request.listing_id, outcome.record.listing_id) == (before, LISTING, LISTING)
    assert request.reason == outcome.record.reason


def test_a_change_that_keeps_the_link_does_not_hold_it() -> None:
    outcome = receive(received("change"), Known(now=NOW, listing=content("Інакш"), owner=LISTING), SERVICE)
    assert outcome.record.state is State.IN_REVIEW
    assert (outcome.claim, outcome.link, outcome.record.claims) == (Claim.NONE, None, False)


@pytest.mark.parametrize(
    ("event", "known", "reason"),
    [
        (received(content=None), Known(now=NOW), "content.missing"),
        (received(content=content(lat=52.1)), Known(now=NOW), "place.outside"),
        (received(content=content(lat=89.99, lon=-179)), Known(now=NOW), "place.outside"),
        (received("change"), Known(now=NOW), "listing.unknown"),
        (received("change", content=None), Known(now=NOW, listing=content()), "content.missing"),
        (received("change"), Known(now=NOW, listing=content()), "content.same"),
        (received("remove"), Known(now=NOW), "listing.unknown"),
    ],
)
def test_the_impossible_is_refused_at_once_with_its_reason(
    event: SubmissionReceived, known: Known, reason: str
) -> None:
    outcome = receive(event, known, SERVICE)
    assert states(outcome) == [State.RECEIVED, State.REFUSED]
    assert outcome.record.reasons == (reason,)
    assert len(outcome.events) == 2


def test_a_link_that_the_directory_has_is_answered_with_its_listing() -> None:
    outcome = receive(received(), Known(now=NOW, owner=OTHER), SERVICE)
    assert states(outcome) == [State.RECEIVED, State.DUPLICATE]
    assert (outcome.record.listing_id, outcome.record.reasons) == (OTHER, ("link.duplicate",))


def test_a_change_to_the_link_of_another_listing_is_a_duplicate_of_that_one() -> None:
    outcome = receive(
        received("change"), Known(now=NOW, listing=content("А", "other_one"), owner=OTHER), SERVICE
    )
    assert (outcome.record.state, outcome.record.listing_id) == (State.DUPLICATE, OTHER)


def other_record(action: str = "add") -> Record:
    return in_review(action).model_copy(update={"submission_id": "e" * 26})


@pytest.mark.parametrize("action", ["add", "change", "remove"])
def test_what_stood_on_the_card_beside_the_chosen_one_ends_and_is_told_why(action: str) -> None:
    known = Known(now=NOW, listing=content("Раней", "ranej_chat"))
    chosen = sure(review(in_review(), reviewed(), known, NEW))
    outcome = sure(also_decided(other_record(action), reviewed(), chosen, known))
    assert (outcome.record.state, outcome.record.reasons) == (State.DUPLICATE, ("review.other_chosen",))
    assert outcome.record.listing_id == NEW
    assert outcome.record.content is None


@pytest.mark.parametrize(("decision", "state"), [("refuse", State.REFUSED), ("duplicate", State.DUPLICATE)])
def test_what_is_decided_for_a_whole_card_holds_for_all_even_if_the_first_was_withdrawn(
    decision: str, state: State
) -> None:
    outcome = sure(also_decided(other_record(), reviewed(decision), None, Known(now=NOW)))
    assert (outcome.record.state, outcome.record.reasons[0][:7]) == (state, "review.")


def test_where_an_approval_comes_to_nothing_the_others_are_asked_about_again() -> None:
    withdrawn = sure(withdraw(in_review(), NOW)).record
    known = Known(now=NOW)
    assert review(withdrawn, reviewed(), known, NEW) is None
    assert also_decided(other_record(), reviewed(), None, known) is None
    taken = sure(review(in_review(), reviewed(), Known(now=NOW, owner=OTHER), NEW))
    assert also_decided(other_record(), reviewed(), taken, known) is None
    request = only(ask_again(other_record(), known, SERVICE), ReviewRequested)
    assert request.reopened
    assert request.submission_id == "e" * 26


def test_what_was_withdrawn_before_it_was_looked_at_never_reaches_a_reviewer() -> None:
    outcome = receive(received(), Known(now=NOW, withdrawn=True), SERVICE)
    assert states(outcome) == [State.RECEIVED, State.WITHDRAWN]
    assert outcome.record.content is None


def test_a_place_at_the_very_edge_survives_its_own_coarsening() -> None:
    event = received(content=content(lat=54.24, lon=28.29, precision=Precision.DISTRICT))
    outcome = receive(event, Known(now=NOW), SERVICE)
    assert outcome.record.state is State.IN_REVIEW


def test_a_place_that_was_sent_too_exactly_is_coarsened_before_it_is_kept() -> None:
    event = received(content=content(lat=53.912345, lon=27.512345, precision=Precision.QUARTER))
    place = sure(receive(event, Known(now=NOW), SERVICE).record.content).place
    assert (place.lat, place.lon) == (53.91, 27.51)


def test_an_addition_cannot_smuggle_in_a_listing_id_nor_a_removal_contents() -> None:
    assert receive(received(listing_id=OTHER), Known(now=NOW), SERVICE).record.listing_id is None
    known = Known(now=NOW, listing=content())
    assert receive(received("remove", content=content("чужое")), known, SERVICE).record.content is None


def test_neighbours_with_the_same_name_are_shown_to_the_reviewer_and_the_listing_itself_is_not() -> None:
    twin = Neighbour(OTHER, content("Садовая, 3", "inaksy_chat"), 40.0)
    itself = Neighbour(LISTING, content("Двор на Садовай 3", "ranej_chat"), 0.0)
    known = Known(now=NOW, listing=itself.content, neighbours=(itself, twin))
    request = only(receive(received("change"), known, SERVICE), ReviewRequested)
    assert [similar.listing_id for similar in request.similar] == [OTHER]


@pytest.mark.parametrize(("action", "listing"), [("add", NEW), ("change", LISTING), ("remove", LISTING)])
def test_an_approval_orders_the_directory_to_carry_it_out(action: str, listing: str) -> None:
    record = in_review(action)
    outcome = sure(review(record, reviewed(), Known(now=NOW, listing=content("Раней", "ranej_chat")), NEW))
    order = only(outcome, SubmissionAccepted)
    assert (order.listing_id, order.action, order.content) == (listing, action, record.content)
    assert states(outcome) == [State.ACCEPTED]
    assert outcome.record.listing_id == listing
    assert outcome.claim is (Claim.NONE if action == "remove" else Claim.LEND)


@pytest.mark.parametrize(
    ("decision", "state", "reason"),
    [
        ("refuse", State.REFUSED, "review.refused"),
        ("duplicate", State.DUPLICATE, "review.duplicate"),
    ],
)
def test_a_refusal_frees_the_link_and_drops_the_words(decision: str, state: State, reason: str) -> None:
    outcome = sure(review(in_review(), reviewed(decision), Known(now=NOW), NEW))
    assert (outcome.record.state, outcome.record.reasons) == (state, (reason,))
    assert (outcome.claim, outcome.link) == (Claim.RELEASE, content().link)
    assert (outcome.record.content, outcome.record.reason) == (None, "")
    assert len(outcome.events) == 1


def test_a_reviewer_can_name_the_listing_that_is_repeated() -> None:
    outcome = sure(review(in_review(), reviewed("duplicate", duplicate_of=OTHER), Known(now=NOW), NEW))
    assert outcome.record.listing_id == OTHER


def test_an_approval_of_a_link_that_was_imported_meanwhile_is_a_duplicate_and_the_card_says_so() -> None:
    outcome = sure(review(in_review(), reviewed(), Known(now=NOW, owner=OTHER), NEW))
    assert (outcome.record.state, outcome.record.listing_id) == (State.DUPLICATE, OTHER)
    assert only(outcome, ReviewClosed).state is State.DUPLICATE
    assert outcome.claim is Claim.RELEASE


def test_an_approved_change_of_a_listing_that_is_gone_is_refused() -> None:
    outcome = sure(review(in_review("change"), reviewed(), Known(now=NOW), NEW))
    assert (outcome.record.state, outcome.record.reasons) == (State.REFUSED, ("listing.unknown",))


def test_a_withdrawal_in_review_closes_the_card() -> None:
    outcome = sure(withdraw(in_review(), NOW))
    assert states(outcome) == [State.WITHDRAWN]
    assert only(outcome, ReviewClosed).state is State.WITHDRAWN
    assert outcome.claim is Claim.RELEASE


def test_nothing_is_forgotten_before_its_time_and_everything_after_it() -> None:
    ended = sure(withdraw(in_review(), NOW)).record
    assert expire(ended, NOW + KEPT - timedelta(seconds=1)) is None
    outcome = sure(expire(ended, NOW + KEPT))
    assert states(outcome) == [State.FORGOTTEN]


def test_what_nobody_reviewed_is_closed_in_the_end() -> None:
    record = in_review()
    assert expire(record, NOW + REVIEW_TIME - timedelta(seconds=1)) is None
    outcome = sure(expire(record, NOW + REVIEW_TIME))
    assert outcome.record.reasons == ("review.expired",)
    assert only(outcome, ReviewClosed).state is State.REFUSED
    assert outcome.claim is Claim.RELEASE


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("target", State)
def test_only_the_steps_of_the_table_are_possible(state: State, target: State) -> None:
    record = in_review().model_copy(update={"state": state})
    after = step(record, target, NOW)
    assert (after is not None) == (target in TRANSITIONS[state])
    if after is not None:
        assert after.revision == record.revision + 1


@pytest.mark.parametrize("state", sorted(ENDS | {State.RECEIVED, State.FORGOTTEN}))
def test_decisions_for_what_is_not_in_review_are_ignored(state: State) -> None:
    record = in_review().model_copy(update={"state": state})
    for decision in ("approve", "refuse", "duplicate"):
        if state is not State.RECEIVED or decision == "approve":
            assert review(record, reviewed(decision), Known(now=NOW), NEW) is None


@given(st.lists(st.sampled_from(["approve", "refuse", "duplicate", "withdraw", "expire"]), max_size=6))
def test_whatever_comes_in_whatever_order_a_proposal_is_decided_at_most_once(happenings: list[str]) -> None:
    record, held, decided, now = in_review(), True, 0, NOW
    for happening in happenings:
        now += timedelta(days=1)
        if happening == "withdraw":
            outcome = withdraw(record, now)
        elif happening == "expire":
            outcome = expire(record, now)
        else:
            outcome = review(record, reviewed(happening), Known(now=now), NEW)
        if outcome is None:
            continue
        decided += 1
        assert outcome.record.revision == record.revision + 1
        assert held
        assert outcome.claim in {Claim.RELEASE, Claim.LEND}
        record, held = outcome.record, False
    assert decided <= 1
    assert (record.content is None) == (record.state in ENDS)


def test_a_link_that_is_not_shown_can_be_proposed_anew_and_the_reviewers_see_what_was_listed() -> None:
    before = content("Двор на Садовай")
    known = Known(now=NOW, owner=OTHER, withheld=before)
    request = only(receive(received(), known, SERVICE), ReviewRequested)
    assert (request.link_of, request.before, request.content) == (OTHER, before, content())
    itself = Neighbour(OTHER, before, 0.0)
    request = only(
        receive(received(), Known(NOW, None, OTHER, before, neighbours=(itself,)), SERVICE), ReviewRequested
    )
    assert request.similar == (), "the listing that is to be renewed is not a repetition of itself"


def test_accepted_anew_it_renews_that_listing_with_the_chat_that_the_reviewers_were_shown() -> None:
    known = Known(now=NOW, owner=OTHER, withheld=content())
    outcome = sure(review(in_review(), reviewed(identity="i" * 26), known, NEW))
    order = only(outcome, SubmissionAccepted)
    assert (order.listing_id, order.identity, order.action) == (OTHER, "i" * 26, "add")
    assert outcome.claim is Claim.LEND


def test_a_link_that_is_shown_again_by_then_is_a_duplicate() -> None:
    outcome = sure(review(in_review(), reviewed(), Known(now=NOW, owner=OTHER), NEW))
    assert states(outcome) == [State.DUPLICATE]
    assert only(outcome, ReviewClosed).state is State.DUPLICATE


def test_a_change_never_takes_the_link_of_another_listing_shown_or_not() -> None:
    known = Known(now=NOW, listing=content("Раней", "ranej_chat"), owner=OTHER, withheld=content())
    assert states(receive(received("change"), known, SERVICE))[-1] is State.DUPLICATE


@pytest.mark.parametrize("action", ["add", "change"])
def test_the_chat_that_the_reviewers_were_shown_goes_on_to_the_directory(action: str) -> None:
    known = Known(now=NOW, listing=content("Раней", "ranej_chat") if action == "change" else None)
    order = only(sure(review(in_review(action), reviewed(identity="i" * 26), known, NEW)), SubmissionAccepted)
    assert order.identity == "i" * 26
