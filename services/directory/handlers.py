"""What the directory does with each message."""

from typing import Annotated

from faststream import Context

from services.directory.domain import (
    LinkTaken,
    accepted,
    imported,
    laid,
    observed,
    renewed,
    reviewed,
    united,
)
from services.directory.store import Store
from shared.bus import Commit, GiveUp, Handlers
from shared.contracts.directory import ChatObserved, ImportArea, ImportListing
from shared.contracts.ground import ImportGround
from shared.contracts.links import LinkReviewed
from shared.contracts.registry import (
    AREAS_IMPORT,
    CHATS_OBSERVED,
    GROUND_IMPORT,
    LINKS_REVIEWED,
    LISTINGS_IMPORT,
    STREETS_IMPORT,
    SUBMISSIONS_ACCEPTED,
)
from shared.contracts.streets import ImportStreet
from shared.contracts.submissions import SubmissionAccepted

StoreNow = Annotated[Store, Context("store")]


async def on_accepted(event: SubmissionAccepted, store: StoreNow) -> Commit:
    links = [event.content.link] if event.content else []
    reading = await store.read(links, [event.listing_id])
    try:
        reading.book.note(accepted(reading.book, event))
    except LinkTaken:
        # Kept where the operator sees it: two approved proposals contradict each other.
        raise GiveUp("another listing has the link of this change") from None
    return store.commit(reading)


async def on_imports(events: list[ImportListing], store: StoreNow) -> Commit:
    reading = await store.read((e.content.link for e in events), (e.listing_id for e in events))
    for event in events:
        reading.book.note(imported(reading.book, event))
    return store.commit(reading)


async def on_observed(events: list[ChatObserved], store: StoreNow) -> Commit:
    reading = await store.read(event.link for event in events)
    for event in events:
        reading.book.note(observed(reading.book, event))
    return store.commit(reading)


async def on_link_reviewed(event: LinkReviewed, store: StoreNow) -> Commit:
    reading = await store.read(ids=[event.listing_id])
    reading.book.note(reviewed(reading.book, event))
    return store.commit(reading)


async def on_areas(events: list[ImportArea], store: StoreNow) -> Commit:
    known, version = await store.areas(event.area.id for event in events)
    return store.keep_areas(renewed(known, events), version)


async def on_streets(events: list[ImportStreet], store: StoreNow) -> Commit:
    known, expect = await store.streets({event.street.id for event in events})
    return store.keep_streets(united(known, events), expect)


async def on_ground(events: list[ImportGround], store: StoreNow) -> Commit:
    known, expect = await store.ground({event.ground.id for event in events})
    return store.keep_ground(laid(known, events), expect)


HANDLERS: Handlers = {
    SUBMISSIONS_ACCEPTED: on_accepted,
    LISTINGS_IMPORT: on_imports,
    CHATS_OBSERVED: on_observed,
    LINKS_REVIEWED: on_link_reviewed,
    AREAS_IMPORT: on_areas,
    STREETS_IMPORT: on_streets,
    GROUND_IMPORT: on_ground,
}
