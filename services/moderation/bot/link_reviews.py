"""Another chat was found under a listed link: one card asks the reviewers, and a decision is taken once.

The card follows what the directory says: it changes when yet another chat is found, and closes when the
listed one is back. Each button names the question that it was shown with.
"""

from services.moderation.bot import reviewers
from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.link_card import card
from services.moderation.bot.links import base36
from services.moderation.bot.ports import Deps
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.reply import Reply, Rows
from services.moderation.bot.reviewers import review_chat
from services.moderation.bot.reviews import BUTTON_DAYS, CARD_WITHIN, POSTED_AT_ONCE, speech_in
from services.moderation.bot.signing import Buttons
from services.moderation.bot.store import REVIEW_SECONDS, Decided
from services.moderation.store.questions import Question
from services.moderation.telegram.store import NOT_SENT
from shared.bus.commit import NOTHING, Commit
from shared.contracts.links import LinkDecision, LinkReviewed
from shared.contracts.telegram import TelegramAction

PURPOSE = "q"
LOOKED_AT = 500
DECISIONS: dict[str, LinkDecision] = {"s": "same", "h": "hide", "r": "remove"}


async def post_waiting(bot: Deps) -> Commit | None:
    """Post the cards that are missing, change those that say what does not hold any more.

    To be called now and then on one replica. Where there is no review chat, all waits until there is.
    """
    chat_id = await review_chat(bot)
    if chat_id is None or (await bot.actor_store.chat(chat_id)).parked:
        return None
    speech = await speech_in(bot, chat_id)
    commit, posted = NOTHING, 0
    for listing_id in await bot.store.questions.waiting(LOOKED_AT):
        question = await bot.store.questions.get(listing_id)
        if question is None:
            commit += Commit.of(writes=bot.store.questions.forget(listing_id))
            continue
        due = await _settled(bot, question, chat_id, speech)
        posted += bool(due.events)
        commit += due
        if posted == POSTED_AT_ONCE:
            break
    return commit if commit != NOTHING else None


async def _settled(bot: Deps, question: Question, chat_id: int, speech: Speech) -> Commit:
    """What brings the card in step with what is known of the link."""
    questions, event = bot.store.questions, question.event
    expect = [questions.unchanged(question), questions.at_attempt(question)]
    if event.state != "asked":
        edits = [_edit(bot, question, chat_id, _closing(question, speech))]
        return Commit.of(
            writes=questions.close(event.listing_id),
            events=edits if question.attempt and not question.closed else [],
            expect=expect,
        )
    text, rows = _shown(bot, question, speech)
    says = bot.keys.token("card", f"{text}{event.question and event.question.number}", 8)
    missing = question.closed or not question.attempt
    if missing or await bot.actor_store.sent(_card_id(question)) == NOT_SENT:
        attempt = question.attempt + 1
        sends = [_sent(Reply(f"link:{event.listing_id}", bot.now()), chat_id, attempt, (text, rows))]
    elif says != question.shown:
        attempt, sends = question.attempt, [_edit(bot, question, chat_id, text, rows)]
    else:
        return NOTHING
    return Commit.of(writes=questions.show(event.listing_id, attempt, says), events=sends, expect=expect)


async def pressed(press: PressTurn) -> Commit:
    """Take the decision, if the presser is in the review chat and the question is still the one shown."""
    turn, bot = press.turn, press.turn.deps
    arg = press.press.args[0] if press.press.args else ""
    what, listing_id, number = arg[:1], arg[1:14], arg[14:]
    refused = "press.forged" if what not in DECISIONS else await reviewers.refusal(press)
    if refused is not None:
        return Commit.of(events=[press.answer(refused, alert=True)])
    if (before := await bot.store.decided(_subject(listing_id, number))) is not None:
        was = turn.speech.plain_word("question", f"was_{before.decision}")
        return Commit.of(events=[press.answer("press.decided", alert=True, what=was, by=before.by or "—")])
    question = await bot.store.questions.get(listing_id)
    if question is None or question.event.state != "asked" or number != _number(question):
        return Commit.of(events=[press.answer("question.changed", alert=True)])
    return _decide(press, question, DECISIONS[what])


def _decide(press: PressTurn, question: Question, decision: LinkDecision) -> Commit:
    turn, bot, event = press.turn, press.turn.deps, question.event
    assert turn.person is not None
    assert event.question is not None
    reviewer, speech = bot.keys.person(turn.person.id), turn.public
    by = reviewer[:4]
    outcome = speech("review.outcome", what=speech.word("question", f"was_{decision}"), by=by)
    reviewed = LinkReviewed(
        listing_id=event.listing_id,
        question=event.question.number,
        decision=decision,
        reviewer=reviewer,
        reviewed_at=turn.reply.now,
    )
    subject = _subject(event.listing_id, _number(question))
    edit = press.edit(joined("\n\n", [card(bot.settings, event, speech), outcome]))
    return Commit.of(
        writes=[
            *bot.store.decide(subject, Decided(decision=decision, by=by)),
            *bot.store.questions.close(event.listing_id),
        ],
        events=[reviewed, edit, press.answer("review.thanks")],
        expect=[bot.store.undecided(subject), bot.store.questions.unchanged(question)],
    )


def _shown(bot: Deps, question: Question, speech: Speech) -> tuple[Html, Rows]:
    """The card and its buttons, signed for the chat's first id: they outlive its becoming a supergroup."""
    assert bot.settings.review_chat is not None
    button = Buttons.of(bot.keys, bot.settings.review_chat, PURPOSE, bot.now(), BUTTON_DAYS)
    subject = f"{question.event.listing_id}{_number(question)}"
    same, hide, remove = (
        button(speech.plain(f"question.{decision}"), f"{letter}{subject}")
        for letter, decision in DECISIONS.items()
    )
    text = joined("\n\n", [card(bot.settings, question.event, speech), speech("question.how")])
    return text, [[same], [hide, remove]]


def _closing(question: Question, speech: Speech) -> Html:
    """The card of a question that nobody has to answer any more. What was listed is not known by then."""
    event = question.event
    if event.state == "hidden":
        how = speech("review.closed", what=speech.word("question", "was_hide"))
    else:
        how = speech(f"question.closed_{event.state}")
    return joined("\n\n", [speech("question.title"), Html(f"<code>{event.link.url}</code>"), how])


def _edit(bot: Deps, question: Question, chat_id: int, text: Html, rows: Rows = ()) -> TelegramAction:
    event = question.event
    cause = f"link:{event.listing_id}:{bot.keys.token('card', question.sealed.hex(), 6)}"
    return Reply(cause, bot.now()).edit(chat_id, {"message_of": _card_id(question)}, text, rows)


def _sent(reply: Reply, chat_id: int, attempt: int, card: tuple[Html, Rows]) -> TelegramAction:
    send = reply.send(chat_id, card[0], rows=card[1], name=str(attempt), within=CARD_WITHIN)
    return send.model_copy(update={"remember_hours": REVIEW_SECONDS // 3600, "stays": True})


def _card_id(question: Question) -> str:
    return f"link:{question.event.listing_id}:{question.attempt}"


def _subject(listing_id: str, number: str) -> str:
    return f"question.{listing_id}.{number}"


def _number(question: Question) -> str:
    asked = question.event.question
    return "" if asked is None else base36(asked.number)
