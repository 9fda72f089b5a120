"""New chats before the reviewers: one card for all that the same people brought, kept up to date.

However many groups a stranger adds the bot to, they are on one card, and at most `CARDS_HOURLY` new cards
come in an hour; the others wait. What a press on one does stands in `admitting`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from services.moderation.bot import arrival_card
from services.moderation.bot.arrival_card import SHOWN_MOST, Shown
from services.moderation.bot.arrival_store import Card
from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.links import base36
from services.moderation.bot.ports import Deps
from services.moderation.bot.reply import Reply, Rows
from services.moderation.bot.rights import LOOK_UP_SECONDS
from services.moderation.bot.signing import Buttons
from services.moderation.bot.store import REVIEW_SECONDS
from services.moderation.domain.admission import BEFORE, Admission, State
from services.moderation.domain.lookalike import leaders
from services.moderation.domain.update import Chat
from services.moderation.store.admissions import Recorded
from services.moderation.store.visited import FEW, Listed
from services.moderation.telegram.errors import TelegramError
from services.moderation.telegram.store import NOT_SENT
from shared.bus.commit import NOTHING, Command, Commit
from shared.contracts.telegram import TelegramAction

PURPOSE = "k"
BUTTON_DAYS = 180.0
CARD_WITHIN = timedelta(days=2)
CARDS_HOURLY = 10
MORE = "more"
EDIT_EVERY = timedelta(minutes=1)
"""Between two changes of one card."""
SETTLES = timedelta(minutes=10)
"""How long what was decided on a card is believed to be on its way."""
CODE = 6
"""Characters that stand for a chat, as `dze chats` takes them."""
BEFORE_CARD = "before"
"""The card about all chats that were there before admissions were recorded."""
ONE_BY_ONE = "arrival:others"
"""Decided when the reviewers want a card for each of those of which no listing is known."""


@dataclass(frozen=True)
class Round:
    """One look at all chats. `here`: ids of the chats that the bot is in, by keyed hash; `groups`: what is
    known of those groups that wait for a decision, by id.
    """

    deps: Deps
    chat_id: int
    speech: Speech
    recorded: Recorded
    here: Mapping[str, int]
    groups: Mapping[int, Chat] = field(default_factory=dict)
    listed: Listed = field(default_factory=Listed)
    led: dict[str, frozenset[str]] = field(default_factory=dict)
    """Tokens of the admins of chats that were looked up in this round."""

    def admission(self, chat_id: int) -> Admission:
        return self.recorded.admissions.chats.get(self.deps.keys.person(chat_id), Admission())


def is_undecided(admission: Admission) -> bool:
    return admission.state == "guest" and not admission.by


async def post(look: Round) -> Commit:
    """New cards, and open ones brought up to date; each on the condition that nobody else has."""
    store, now = look.deps.store.arrivals, look.deps.now()
    groups, lately = await _grouped(look), await store.lately(now)
    room = CARDS_HOURLY - len([one for one in lately if one != MORE])
    commit, waits = NOTHING, False
    for card_id in [*groups, *(one for one in await store.open_cards() if one not in groups)]:
        before, unchanged = await store.card(card_id)
        chats = groups.get(card_id, ())
        if before is None or before.closed:
            chats = _unsettled(look, before, chats)
            waits = waits or bool(chats and room <= 0)
            if chats and room > 0:
                room -= 1
                commit += await _begun(look, card_id, before, chats) + Commit.of(expect=[unchanged])
        elif card_id != BEFORE_CARD:
            commit += await _kept_up(look, before, chats) + Commit.of(expect=[unchanged])
    if waits and MORE not in lately:
        commit += _more(look)
    return commit if commit.writes or commit.events else NOTHING


async def _grouped(look: Round) -> dict[str, tuple[int, ...]]:
    """Chats that wait, by the card that they belong to: by whoever brought them."""
    one_by_one = await look.deps.store.decided(ONE_BY_ONE) is not None
    found: dict[str, list[tuple[int, int]]] = {}
    for chat_id in look.groups:
        admission = look.admission(chat_id)
        if admission.came != BEFORE or one_by_one:
            by = admission.brought_by or look.deps.keys.person(chat_id)
            card_id = look.deps.keys.token("arrival card", by, 5)
            found.setdefault(card_id, []).append((admission.came, chat_id))
    return {card_id: tuple(chat_id for _, chat_id in sorted(chats)) for card_id, chats in found.items()}


def _unsettled(look: Round, before: Card | None, chats: tuple[int, ...]) -> tuple[int, ...]:
    """Without what was decided a moment ago and is on its way."""
    if before is None or look.deps.now() - before.at >= SETTLES:
        return chats
    return tuple(one for one in chats if one not in before.chats)


async def _begun(look: Round, card_id: str, before: Card | None, chats: tuple[int, ...]) -> Commit:
    store, now = look.deps.store.arrivals, look.deps.now()
    attempt = 1 if before is None else before.attempt + 1
    card, learnt = await _looked_up(look, Card(id=card_id, chats=chats, attempt=attempt, at=now))
    writes = [*learnt, *store.keep(card), *store.posted(f"{card_id}:{attempt}", now)]
    return Commit.of(writes=writes, events=[_send(look, card)])


async def _kept_up(look: Round, before: Card, chats: tuple[int, ...]) -> Commit:
    """An open card: posted anew where Telegram did not take it, changed where other chats are on it now."""
    store, now = look.deps.store.arrivals, look.deps.now()
    if await look.deps.actor_store.sent(message_of(before)) == NOT_SENT:
        again = before.model_copy(update={"attempt": before.attempt + 1, "at": now})
        return Commit.of(writes=store.keep(again), events=[_send(look, again)])
    if set(chats) == set(before.chats) or now - before.at < EDIT_EVERY:
        return NOTHING
    still = tuple(one for one in before.chats if one in chats)
    news = {"revision": before.revision + 1, "at": now}
    if not chats:
        card = before.model_copy(update=news | {"closed": True})
        text = joined("\n\n", [_text(look, card), _without_a_press(look, card)])
        return Commit.of(writes=store.keep(card), events=[edited(look, card, text, ())])
    ordered = (*still, *(one for one in chats if one not in still))
    card, learnt = await _looked_up(look, before.model_copy(update=news | {"chats": ordered}))
    edit = edited(look, card, _text(look, card), rows(look.deps, card, look.speech))
    return Commit.of(writes=[*learnt, *store.keep(card)], events=[edit])


def _without_a_press(look: Round, card: Card) -> Html:
    """What became of the chats of a card without a press on it; they may have gone."""
    decided = [one for chat_id in card.chats if (one := look.admission(chat_id)).by]
    if not decided:
        return look.speech("arrival.gone")
    return arrival_card.outcome(decided[0].state, decided[0].by, look.speech)


async def _looked_up(look: Round, card: Card) -> tuple[Card, list[Command]]:
    """With how many people the chats have that are shown, and who leads them."""
    people, writes = dict(card.people), list[Command]()
    for chat_id in card.chats[:SHOWN_MOST]:
        if str(chat_id) in people:
            continue
        try:
            count = await _ask(look.deps, "getChatMemberCount", chat_id)
            admins = await _ask(look.deps, "getChatAdministrators", chat_id)
        except TelegramError:
            continue
        count = count if isinstance(count, int) else 0
        people[str(chat_id)] = count if count >= FEW else 0
        writes += look.deps.chats.visited.counted(chat_id, count)
        store, key = look.deps.chats.admissions, look.deps.keys.person(chat_id)
        look.led[key] = store.tokens(leaders(admins))
        writes += await store.learnt(key, look.led[key], int(look.deps.now().timestamp()))
    shown = {str(chat_id) for chat_id in card.chats[:SHOWN_MOST]}
    return card.model_copy(update={"people": {k: v for k, v in people.items() if k in shown}}), writes


async def _ask(deps: Deps, method: str, chat_id: int) -> object:
    return await deps.telegram.call(method, {"chat_id": chat_id}, seconds=LOOK_UP_SECONDS)


def _text(look: Round, card: Card) -> Html:
    shown = [_shown(look, card, chat_id) for chat_id in card.chats[:SHOWN_MOST]]
    return arrival_card.text(shown, len(card.chats) - len(shown), _others(look, card), look.speech)


def _shown(look: Round, card: Card, chat_id: int) -> Shown:
    about, code = look.groups.get(chat_id), look.deps.keys.person(chat_id)[:CODE]
    title, listed = about.title if about else "", chat_id in look.listed.chats
    return Shown(title, code, card.people.get(str(chat_id)), listed)


def _others(look: Round, card: Card) -> Mapping[State, int]:
    """Other chats that the same people have brought or lead, by what was decided of them."""
    keys = {look.deps.keys.person(chat_id) for chat_id in card.chats}
    chats, admins = look.recorded.admissions.chats, look.recorded.admissions.admins
    people = {chats[key].brought_by for key in keys if key in chats} - {""}
    people |= {token for key in keys for token in (*admins.get(key, ()), *look.led.get(key, ()))}
    return Counter(
        one.state
        for key, one in chats.items()
        if key not in keys and (one.brought_by in people or not people.isdisjoint(admins.get(key, ())))
    )


def buttons(deps: Deps) -> Buttons:
    """Signed for the chat's first id: they outlive its becoming a supergroup."""
    assert deps.settings.review_chat is not None
    return Buttons.of(deps.keys, deps.settings.review_chat, PURPOSE, deps.now(), BUTTON_DAYS)


def rows(deps: Deps, card: Card, speech: Speech) -> Rows:
    button = buttons(deps)
    state, shown = state_of(card), min(len(card.chats), SHOWN_MOST)
    several = "" if len(card.chats) == 1 else "_all"
    labels = (("k", "known", shown), ("g", "guest", shown), ("b", "block", len(card.chats)))
    return [
        [
            button(speech.plain(f"arrival.{name}{several}", count=count), verb, card.id, state)
            for verb, name, count in labels
        ]
    ]


def state_of(card: Card) -> str:
    """Stands in the buttons, so that a press is known to be on what the card now shows."""
    return f"{base36(card.attempt)}.{base36(card.revision)}"


def message_of(card: Card) -> str:
    """The id of the action that has sent the newest message of a card."""
    return f"arrival:{card.id}:{card.attempt}:card"


def _send(look: Round, card: Card) -> TelegramAction:
    text, buttons = _text(look, card), rows(look.deps, card, look.speech)
    return sent(look, card, text, buttons)


def sent(look: Round, card: Card, text: Html, buttons: Rows) -> TelegramAction:
    """A new message of a card; its id is remembered for as long as it may be pressed."""
    send = Reply(f"arrival:{card.id}:{card.attempt}", look.deps.now()).send(
        look.chat_id, text, rows=buttons, name="card", within=CARD_WITHIN
    )
    return send.model_copy(update={"remember_hours": REVIEW_SECONDS // 3600, "stays": True})


def edited(look: Round, card: Card, text: Html, buttons: Rows) -> TelegramAction:
    reply = Reply(f"arrival:{card.id}:{card.attempt}:{card.revision}", look.deps.now())
    return reply.edit(look.chat_id, {"message_of": message_of(card)}, text, buttons)


def _more(look: Round) -> Commit:
    """That others wait too; once an hour."""
    now = look.deps.now()
    reply = Reply(f"arrivals:{int(now.timestamp()) // 3600}", now)
    text = look.speech("arrival.wait", most=CARDS_HOURLY)
    return Commit.of(
        writes=look.deps.store.arrivals.posted(MORE, now), events=[reply.send(look.chat_id, text)]
    )
