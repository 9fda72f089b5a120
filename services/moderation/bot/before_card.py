"""The card about chats that were there before admissions were recorded: all that are listed at once."""

from collections.abc import Iterable

from services.moderation.bot.arrival_store import Card
from services.moderation.bot.arrivals import BEFORE_CARD, BUTTON_DAYS, PURPOSE, Round, message_of, sent
from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.ports import Deps
from services.moderation.bot.reply import Rows
from services.moderation.bot.signing import Buttons
from services.moderation.domain.admission import BEFORE
from services.moderation.telegram.store import NOT_SENT
from shared.bus.commit import NOTHING, Commit

ALL, OTHERS = "a", "o"
NAMES = {ALL: "all", OTHERS: "others"}


async def post(look: Round) -> Commit:
    """Once, where there are such chats; and again where Telegram did not take it."""
    store, now = look.deps.store.arrivals, look.deps.now()
    before, unchanged = await store.card(BEFORE_CARD)
    if before is not None and await look.deps.actor_store.sent(message_of(before)) != NOT_SENT:
        return NOTHING
    there = [one for one in look.groups if look.admission(one).came == BEFORE]
    if not there:
        return NOTHING
    listed = tuple(sorted(one for one in there if one in look.listed))
    attempt = 1 if before is None else before.attempt + 1
    card = Card(id=BEFORE_CARD, chats=listed, attempt=attempt, at=now, others=len(there) - len(listed))
    send = sent(look, card, text(card, look.speech), rows(look.deps, card, look.speech))
    return Commit.of(writes=store.keep(card), events=[send], expect=[unchanged])


def text(card: Card, speech: Speech, *endings: Html) -> Html:
    counts = speech("before.counts", count=len(card.chats) + card.others, listed=len(card.chats))
    return joined("\n\n", [speech("before.title"), counts, speech("before.how"), *endings])


def rows(deps: Deps, card: Card, speech: Speech, verbs: Iterable[str] = (ALL, OTHERS)) -> Rows:
    """What can still be decided: about those that are listed, and whether the others come one by one."""
    assert deps.settings.review_chat is not None
    button = Buttons.of(deps.keys, deps.settings.review_chat, PURPOSE, deps.now(), BUTTON_DAYS)
    counts = {ALL: len(card.chats), OTHERS: card.others}
    return [
        [button(speech.plain(f"before.{NAMES[verb]}", count=counts[verb]), verb, card.id, "1.1")]
        for verb in verbs
        if counts[verb]
    ]
