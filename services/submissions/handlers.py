"""One short function for each message: look it up, let the domain decide, hand over what follows."""

from datetime import datetime
from typing import Annotated

from faststream import Context

from services.submissions.domain.life import (
    Service,
    Step,
    also_decided,
    ask_again,
    expire,
    receive,
    review,
    withdraw,
)
from services.submissions.store import Store
from shared.bus import NOTHING, Commit, Expect, Handlers, TryLater
from shared.clock import Clock
from shared.contracts.directory import DirectoryChanged
from shared.contracts.registry import (
    DIRECTORY_CHANGED,
    SUBMISSIONS_RECEIVED,
    SUBMISSIONS_REVIEWED,
    SUBMISSIONS_WITHDRAWN,
)
from shared.contracts.submissions import (
    State,
    SubmissionReceived,
    SubmissionReviewed,
    SubmissionWithdrawn,
)
from shared.keys import Keys

LISTING_ID_BYTES = 8
AGAIN = 0.5
"""Seconds until it is looked again whether a listing's changes have all arrived."""

InStore = Annotated[Store, Context("store")]
InService = Annotated[Service, Context("service")]
InKeys = Annotated[Keys, Context("keys")]
InClock = Annotated[Clock, Context("now")]


async def on_received(event: SubmissionReceived, store: InStore, service: InService, now: InClock) -> Commit:
    """A resident has proposed something. The same proposal again changes nothing."""
    if await store.record(event.submission_id):
        return NOTHING
    listing_id = event.listing_id if event.action != "add" else None
    if await store.is_lent(event.content):
        raise TryLater("a listing with this link was accepted and is not shown yet", after=AGAIN)
    # Asked before it is read: what arrives in between must not look as if it had never been.
    sure = listing_id is None or await store.index.caught_up(listing_id)
    reading = await store.read_new(event.submission_id, event.content, listing_id, now())
    if not sure and reading.known.listing is None:
        raise TryLater("the directory's changes have not all arrived", after=AGAIN)
    return _commit(store, receive(event, reading.known, service), *reading.expect)


async def on_reviewed(
    event: SubmissionReviewed, store: InStore, keys: InKeys, service: InService, now: InClock
) -> Commit:
    """A reviewer has decided; too late for a proposal that is no longer in review."""
    record = await store.record(event.submission_id)
    chosen, commit = None, NOTHING
    if record is not None:
        if record.state is State.IN_REVIEW and await store.is_lent(record.content):
            raise TryLater("a listing with this link was accepted and is not shown yet", after=AGAIN)
        reading = await store.read_open(record, now())
        new_id = keys.token("listing", record.submission_id, LISTING_ID_BYTES)
        chosen = review(record, event, reading.known, new_id)
        commit = _commit(store, chosen, *reading.expect)
    for submission_id in dict.fromkeys(event.others):
        if (other := await store.record(submission_id)) is not None and other.state is State.IN_REVIEW:
            reading = await store.read_again(other, now())
            step = also_decided(other, event, chosen, reading.known)
            commit += _commit(store, step or ask_again(other, reading.known, service), *reading.expect)
    return commit


async def on_withdrawn(event: SubmissionWithdrawn, store: InStore, now: InClock) -> Commit:
    """The resident takes it back, perhaps before it was looked at: the two come on different streams."""
    record = await store.record(event.submission_id)
    if record is None:
        wait = store.remember_withdrawal(event.submission_id)
        return Commit.of(wait, expect=[store.unknown(event.submission_id)])
    return _commit(store, withdraw(record, now()), store.unchanged(record))


async def on_directory_changed(events: list[DirectoryChanged], store: InStore) -> Commit:
    """Keep the own index of the directory."""
    writes, expect = await store.index.apply(events)
    return Commit.of(writes, expect=expect)


async def end_overdue(store: Store, moment: datetime) -> Commit | None:
    """Forget what was decided long ago, end what nobody reviewed. For `bus.every`."""
    commits = [
        _commit(store, expire(record, moment), store.unchanged(record)) for record in await store.due(moment)
    ]
    return sum(commits, NOTHING) if commits else None


def _commit(store: Store, step: Step | None, *expect: Expect) -> Commit:
    return NOTHING if step is None else Commit.of(store.keep(step), step.events, expect)


HANDLERS: Handlers = {
    SUBMISSIONS_RECEIVED: on_received,
    SUBMISSIONS_REVIEWED: on_reviewed,
    SUBMISSIONS_WITHDRAWN: on_withdrawn,
    DIRECTORY_CHANGED: on_directory_changed,
}
