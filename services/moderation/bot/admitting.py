"""A press on a card about new chats: whoever is in the review chat decides, once."""

from collections.abc import Iterable

from services.moderation.bot import arrival_card, before_card, reviewers
from services.moderation.bot.arrival_card import SHOWN_MOST
from services.moderation.bot.arrival_store import Card
from services.moderation.bot.arrivals import BEFORE_CARD, is_undecided, state_of
from services.moderation.bot.i18n import Html, joined
from services.moderation.bot.ports import Deps
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.store import Decided
from services.moderation.domain.admission import Admission, State
from services.moderation.telegram.audit import short
from shared.bus.commit import Commit
from shared.contracts.telegram import SetAdmission

VERBS: dict[str, State] = {"k": "known", "g": "guest", "b": "blocked"}
OF_BEFORE = {before_card.ALL: "known", before_card.OTHERS: "others"}
"""What is decided by each button of that card."""


async def pressed(press: PressTurn) -> Commit:
    """Take the decision, if the presser is in the review chat and nobody has taken it before."""
    deps = press.turn.deps
    verb, card_id, state = (*press.press.args, "", "", "")[:3]
    if (why := await reviewers.refusal(press)) is not None:
        return Commit.of(events=[press.answer(why, alert=True)])
    card, unchanged = await deps.store.arrivals.card(card_id)
    if card is None:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    answer = _of_before if card_id == BEFORE_CARD else _of_new
    return await answer(press, card, verb, state) + Commit.of(expect=[unchanged])


async def _of_new(press: PressTurn, card: Card, verb: str, state: str) -> Commit:
    turn, deps = press.turn, press.turn.deps
    attempt, _, revision = state.partition(".")
    subject = f"arrival:{card.id}:{attempt}"
    if (before := await deps.store.decided(subject)) is not None:
        return _told(press, before)
    if verb not in VERBS or card.closed or int(attempt, 36) != card.attempt:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    if int(revision, 36) != card.revision:
        return Commit.of(events=[press.answer("arrival.changed", alert=True)])
    chats = card.chats if verb == "b" else card.chats[:SHOWN_MOST]
    closed = card.model_copy(update={"chats": chats, "closed": True, "at": turn.reply.now})
    decided = Decided(decision=VERBS[verb], by=_code(press))
    outcome = arrival_card.outcome(decided.decision, decided.by, turn.public)
    return Commit.of(
        writes=[*deps.store.decide(subject, decided), *deps.store.arrivals.keep(closed)],
        events=[
            *_set(press, chats, VERBS[verb]),
            press.edit(_with(press, outcome)),
            press.answer("review.thanks"),
        ],
        expect=[deps.store.undecided(subject)],
    )


def _with(press: PressTurn, ending: Html) -> Html:
    """The text of the card as it stands, with what was decided."""
    message = press.turn.update.body.get("message")
    before = message.get("text") if isinstance(message, dict) else None
    return joined("\n\n", [before if isinstance(before, str) else "", ending])


async def _of_before(press: PressTurn, card: Card, verb: str, state: str) -> Commit:
    """Of the chats of before: all that are listed become known, or the others come one by one."""
    deps, speech = press.turn.deps, press.turn.public
    if verb not in OF_BEFORE:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    taken = dict(await before_card.decided(deps))
    if (before := taken[verb]) is not None:
        return _told(press, before)
    if state != state_of(card):
        return Commit.of(events=[press.answer("arrival.changed", alert=True)])
    taken[verb] = now_decided = Decided(decision=OF_BEFORE[verb], by=_code(press))
    acts = _set(press, await _undecided(deps, card), "known") if verb == before_card.ALL else []
    shown = before_card.text(card, speech, taken), before_card.rows(deps, card, speech, taken)
    subject = before_card.SUBJECTS[verb]
    return Commit.of(
        writes=deps.store.decide(subject, now_decided),
        events=[*acts, press.edit(*shown), press.answer("review.thanks")],
        expect=[deps.store.undecided(subject)],
    )


async def _undecided(deps: Deps, card: Card) -> list[int]:
    """Those on a card of which still nobody has decided."""
    chats = (await deps.chats.admissions.all()).admissions.chats
    return [one for one in card.chats if is_undecided(chats.get(deps.keys.person(one), Admission()))]


def _set(press: PressTurn, chats: Iterable[int], state: State) -> list[SetAdmission]:
    by, at = f"reviewer {_code(press)}", press.turn.reply.now
    return [SetAdmission(chat_id=one, state=state, by=by, decided_at=at) for one in chats]


def _code(press: PressTurn) -> str:
    assert press.turn.person is not None
    return short(press.turn.deps.keys, press.turn.person.id)


def _told(press: PressTurn, before: Decided) -> Commit:
    what = press.turn.speech.plain_word("admission", before.decision)
    return Commit.of(events=[press.answer("press.decided", alert=True, what=what, by=before.by)])
