"""The card about chats that were there before admissions were recorded: all that are listed at once."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from services.moderation.bot.arrival_card import outcome
from services.moderation.bot.arrival_store import Card
from services.moderation.bot.arrivals import (
    BEFORE_CARD,
    ONE_BY_ONE,
    Round,
    buttons,
    edited,
    message_of,
    sent,
    state_of,
)
from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.ports import Deps
from services.moderation.bot.reply import Rows
from services.moderation.bot.store import Decided
from services.moderation.domain.admission import BEFORE
from services.moderation.telegram.store import NOT_SENT
from shared.bus.commit import NOTHING, Commit

ALL, OTHERS = "a", "o"
NAMES = {ALL: "all", OTHERS: "others"}
SUBJECTS = {ALL: f"arrival:{BEFORE_CARD}", OTHERS: ONE_BY_ONE}
"""Under what each button's decision is kept."""
CHANGED_EVERY = timedelta(minutes=10)
"""Between two changes of the card: after an upgrade it takes hours until all listed chats are looked up."""

Taken = Mapping[str, Decided | None]
"""What was decided, by button."""


async def post(look: Round) -> Commit:
    """Once, where there are such chats; again where Telegram did not take it; changed as more is known."""
    store, now = look.deps.store.arrivals, look.deps.now()
    before, unchanged = await store.card(BEFORE_CARD)
    there = [one for one in look.groups if look.admission(one).came == BEFORE]
    if not there:
        return NOTHING
    card = _made(look, there)
    if before is None:
        sends = _send(look, card)
        return sends + Commit.of(writes=store.keep(card), expect=[unchanged])
    if await look.deps.actor_store.sent(message_of(before)) == NOT_SENT:
        card = card.model_copy(update={"attempt": before.attempt + 1})
        return _send(look, card) + Commit.of(writes=store.keep(card), expect=[unchanged])
    taken = await decided(look.deps)
    same = (card.chats, card.others, card.unsure) == (before.chats, before.others, before.unsure)
    if same or taken[ALL] is not None or now - before.at < CHANGED_EVERY:
        return NOTHING
    card = card.model_copy(update={"attempt": before.attempt, "revision": before.revision + 1})
    edit = edited(look, card, text(card, look.speech, taken), rows(look.deps, card, look.speech, taken))
    return Commit.of(writes=store.keep(card), events=[edit], expect=[unchanged])


def _made(look: Round, there: Collection[int]) -> Card:
    listed = tuple(sorted(one for one in there if one in look.listed.chats))
    unsure = sum(one in look.listed.unsure for one in there)
    others = len(there) - len(listed)
    return Card(id=BEFORE_CARD, chats=listed, at=look.deps.now(), others=others, unsure=unsure)


def _send(look: Round, card: Card) -> Commit:
    nothing: Taken = dict.fromkeys(SUBJECTS)
    shown = text(card, look.speech, nothing), rows(look.deps, card, look.speech, nothing)
    return Commit.of(events=[sent(look, card, *shown)])


async def decided(deps: Deps) -> Taken:
    return {one: await deps.store.decided(subject) for one, subject in SUBJECTS.items()}


def text(card: Card, speech: Speech, taken: Taken) -> Html:
    """`taken`: what was decided, below."""
    count, listed = len(card.chats) + card.others, len(card.chats)
    parts = [speech("before.title"), speech("before.counts", count=count, listed=listed)]
    if card.unsure:
        parts.append(speech("before.unsure", count=card.unsure))
    endings = [outcome(one.decision, one.by, speech) for one in taken.values() if one is not None]
    return joined("\n\n", [*parts, speech("before.how"), *endings])


def rows(deps: Deps, card: Card, speech: Speech, taken: Taken) -> Rows:
    """What can still be decided: about those that are listed, and whether the others come one by one."""
    button = buttons(deps)
    counts = {ALL: len(card.chats), OTHERS: card.others}
    return [
        [button(speech.plain(f"before.{name}", count=counts[verb]), verb, card.id, state_of(card))]
        for verb, name in NAMES.items()
        if counts[verb] and taken[verb] is None
    ]
