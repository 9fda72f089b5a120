"""One short function for each message that moderation reads."""

from typing import Annotated

from faststream import Context

from services.moderation.bot import reviews
from services.moderation.decide.admission import admit
from services.moderation.decide.batch import Batch, read
from services.moderation.decide.desk import Desk
from services.moderation.decide.judged import judge_all
from services.moderation.observe import FIRST_LOOK, is_looked_up
from services.moderation.standing.batch import Registry, observe_all
from services.moderation.store import Store
from services.moderation.telegram import actor
from shared.bus import Commit, Handlers, Part
from shared.contracts.directory import DirectoryChanged
from shared.contracts.links import LinkChanged
from shared.contracts.registry import (
    CHATS_ADMISSION,
    DIRECTORY_CHANGED,
    LINKS_CHANGED,
    PEOPLE_JUDGED,
    PEOPLE_OBSERVED,
    REVIEWS_CLOSED,
    REVIEWS_REQUESTED,
    TELEGRAM_ACTIONS,
    TELEGRAM_UPDATES,
)
from shared.contracts.telegram import PersonJudged, PersonObserved, SetAdmission, TelegramUpdate


async def on_updates(events: list[TelegramUpdate], desk: Annotated[Desk, Context()]) -> Commit | Part:
    """What Telegram's updates mean in their chats."""
    batch = Batch(desk, int(desk.now().timestamp()), read(events))
    commit = await batch.decide()
    first = next((at for at, event in enumerate(events) if event is batch.cut), 0)
    return Part(first, commit) if first else commit


async def on_judged(events: list[PersonJudged], desk: Annotated[Desk, Context()]) -> Commit:
    """People ask for attention in chats."""
    return await judge_all(desk, events)


async def on_observed(events: list[PersonObserved], registry: Annotated[Registry, Context()]) -> Commit:
    """What people visibly did adds up over all chats."""
    return await observe_all(registry, events)


async def on_directory_changed(event: DirectoryChanged, store: Annotated[Store, Context()]) -> Commit:
    """Remember where the directory places a chat, by its link."""
    before = await store.places.link_of(event.listing_id)
    if event.listing is None:
        return Commit.of(writes=store.places.remove(event.listing_id, before))
    due = int(event.changed_at.timestamp()) + FIRST_LOOK if is_looked_up(event.listing) else None
    return Commit.of(writes=store.places.put(event.listing, before, due))


async def on_admission(event: SetAdmission, desk: Annotated[Desk, Context()]) -> Commit:
    """A chat is heard from now on, is a guest, or is left."""
    return await admit(desk, event)


async def on_link_changed(event: LinkChanged, store: Annotated[Store, Context()]) -> Commit:
    """Remember which chat is listed under a link, and what the reviewers are to be asked about it."""
    return Commit.of(writes=[*store.places.know(event), *await store.questions.note(event)])


ALWAYS: Handlers = {DIRECTORY_CHANGED: on_directory_changed, LINKS_CHANGED: on_link_changed}
"""Read with or without a bot."""

DECIDE: Handlers = {
    TELEGRAM_UPDATES: on_updates,
    PEOPLE_OBSERVED: on_observed,
    PEOPLE_JUDGED: on_judged,
    CHATS_ADMISSION: on_admission,
    REVIEWS_REQUESTED: reviews.on_requested,
    REVIEWS_CLOSED: reviews.on_closed,
}

ACT: Handlers = {TELEGRAM_ACTIONS: actor.on_action}

HANDLERS: Handlers = {**ALWAYS, **DECIDE, **ACT}
