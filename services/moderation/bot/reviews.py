"""Proposals before the reviewers: a card for each, a decision taken once, and the card shows what it was."""

from datetime import timedelta
from typing import Annotated

import structlog
from faststream import Context

from services.moderation.bot import link_finding, reviewers
from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.ports import Deps
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.reply import Reply, Rows
from services.moderation.bot.review_card import SIMILAR_MOST, card
from services.moderation.bot.reviewers import review_chat
from services.moderation.bot.signing import Buttons
from services.moderation.bot.store import REVIEW_SECONDS, Decided, LinkFound, OpenReview
from services.moderation.telegram.store import NOT_SENT
from shared.bus.commit import NOTHING, Commit
from shared.contracts.submissions import Decision, ReviewClosed, ReviewRequested, Similar, SubmissionReviewed
from shared.contracts.telegram import TelegramAction

log = structlog.get_logger()

PURPOSE = "r"
BUTTON_DAYS = 180.0
"""A proposal may wait for long; whoever presses is checked anyway."""
CARD_WITHIN = timedelta(days=2)
"""After this a card that could not be sent is posted anew."""
POSTED_AT_ONCE = 20
DECISIONS: dict[str, Decision] = {"a": "approve", "f": "refuse", "d": "duplicate"}
OUTCOMES = {"approve": "accepted", "refuse": "refused", "duplicate": "duplicate"}
"""A decision, and the state of a submission with which it stands."""


async def on_requested(event: ReviewRequested, bot: Annotated[Deps, Context()]) -> Commit:
    """Keep the request and post its card; a request that changes edits the card that is there."""
    if await bot.store.decided(event.submission_id) is not None:
        return NOTHING
    before = await bot.store.review(event.submission_id)
    chat_id = await review_chat(bot)
    if chat_id is None:
        log.warning("review_chat_not_set", waiting=event.submission_id)
        return Commit.of(
            writes=bot.store.keep_review(event, 0), expect=[bot.store.undecided(event.submission_id)]
        )
    speech, attempt = await speech_in(bot, chat_id), before.attempt if before else 0
    found = await link_finding.found(bot, event)
    if attempt:
        text, rows = shown(bot, event, speech, found)
        message = {"message_of": _card_id(event.submission_id, attempt)}
        reply = Reply(f"review:{event.submission_id}:{int(event.requested_at.timestamp())}", bot.now())
        sends = [reply.edit(chat_id, message, text, rows)]
    else:
        attempt, sends = 1, [_post(bot, OpenReview(event, 1, found), chat_id, speech)]
    return Commit.of(
        writes=[*bot.store.keep_review(event, attempt, found), *link_finding.look_soon(bot, event, found)],
        events=sends,
        expect=[bot.store.undecided(event.submission_id)],
    )


async def on_closed(event: ReviewClosed, bot: Annotated[Deps, Context()]) -> Commit:
    """No decision is needed any more: the card says so and its buttons go.

    After a decision it comes when the decision could not stand, an approved listing being on the map already.
    """
    state, decided = event.state.value, await bot.store.decided(event.submission_id)
    if decided is not None and OUTCOMES.get(decided.decision, decided.decision) == state:
        return NOTHING
    review = await bot.store.review(event.submission_id)
    by = decided.by if decided else ""
    writes = bot.store.close_review(event.submission_id, Decided(decision=state, by=by))
    expect = [bot.store.as_decided(event.submission_id, decided)]
    chat_id = await review_chat(bot)
    if review is None or not review.attempt or chat_id is None:
        return Commit.of(writes=writes, expect=expect)
    speech = await speech_in(bot, chat_id)
    message = {"message_of": _card_id(event.submission_id, review.attempt)}
    said = card(bot.settings, review.request, speech, review.found)
    text = joined("\n\n", [said, *_closing(speech, state, decided)])
    edit = Reply(f"closed:{event.submission_id}", bot.now()).edit(chat_id, message, text)
    return Commit.of(writes=writes, events=[edit], expect=expect)


def _closing(speech: Speech, state: str, decided: Decided | None) -> list[Html]:
    """What was decided, and what became of it."""
    what = speech.word("review", f"was_{state}")
    if decided is None:
        return [speech("review.closed", what=what)]
    was = speech.word("review", f"was_{decided.decision}")
    return [speech("review.outcome", what=was, by=decided.by or "—"), speech("review.after", what=what)]


async def post_waiting(bot: Deps) -> Commit | None:
    """Post the cards that are missing: of before the chat was set, or that Telegram did not take.

    To be called now and then on one replica.
    """
    chat_id = await review_chat(bot)
    if chat_id is None or (await bot.actor_store.chat(chat_id)).parked:
        return None
    speech = await speech_in(bot, chat_id)
    commit, posted = NOTHING, 0
    for submission_id in await bot.store.open_reviews(500):
        review = await bot.store.review(submission_id)
        if review is None:
            commit += Commit.of(writes=bot.store.forget_review(submission_id))
            continue
        if review.attempt and await bot.actor_store.sent(_card_id(submission_id, review.attempt)) != NOT_SENT:
            continue
        found = await link_finding.found(bot, review.request)
        again = OpenReview(review.request, review.attempt + 1, found)
        commit += Commit.of(
            writes=bot.store.keep_review(review.request, again.attempt, found),
            events=[_post(bot, again, chat_id, speech)],
            expect=[bot.store.at_attempt(submission_id, review.attempt)],
        )
        posted += 1
        if posted == POSTED_AT_ONCE:
            break
    return commit if commit != NOTHING else None


async def pressed(press: PressTurn) -> Commit:
    """Take the decision, if the presser is in the review chat and nobody has taken it before."""
    turn, bot = press.turn, press.turn.deps
    args = press.press.args
    what, submission_id = (args[0][:1], args[0][1:27]) if args else ("", "")
    refused = "press.forged" if what not in DECISIONS else await reviewers.refusal(press)
    if refused is not None:
        return Commit.of(events=[press.answer(refused, alert=True)])
    if (before := await bot.store.decided(submission_id)) is not None:
        was = turn.speech.plain_word("review", f"was_{before.decision}")
        return Commit.of(events=[press.answer("press.decided", alert=True, what=was, by=before.by or "—")])
    review = await bot.store.review(submission_id)
    if review is None:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    of = next((s for s in review.request.similar if s.listing_id == args[0][27:]), None)
    return _decide(press, review, DECISIONS[what], of)


def _decide(press: PressTurn, review: OpenReview, decision: Decision, of: Similar | None) -> Commit:
    turn, bot, request = press.turn, press.turn.deps, review.request
    assert turn.person is not None
    seen = review.found.seen if review.found and decision == "approve" else None
    reviewer = bot.keys.person(turn.person.id)
    by, speech = reviewer[:4], turn.public
    outcome = speech("review.outcome", what=speech.word("review", f"was_{decision}"), by=by)
    if of is not None:
        outcome = joined("\n", [outcome, speech("review.of", name=of.name)])
    reviewed = SubmissionReviewed(
        submission_id=request.submission_id,
        decision=decision,
        duplicate_of=of.listing_id if of else None,
        identity=seen.identity if seen else None,
        reviewer=reviewer,
        reviewed_at=turn.reply.now,
    )
    edit = press.edit(joined("\n\n", [card(bot.settings, request, speech, review.found), outcome]))
    return Commit.of(
        writes=bot.store.close_review(request.submission_id, Decided(decision=decision, by=by)),
        events=[reviewed, edit, press.answer("review.thanks")],
        expect=[bot.store.undecided(request.submission_id)],
    )


def shown(bot: Deps, request: ReviewRequested, speech: Speech, found: LinkFound | None) -> tuple[Html, Rows]:
    """The card and its buttons, signed for the chat's first id: they outlive its becoming a supergroup."""
    assert bot.settings.review_chat is not None
    button = Buttons.of(bot.keys, bot.settings.review_chat, PURPOSE, bot.now(), BUTTON_DAYS)
    subject = request.submission_id
    rows = [
        [
            button(speech.plain("review.approve"), f"a{subject}"),
            button(speech.plain("review.refuse"), f"f{subject}"),
        ]
    ]
    if request.action == "add":
        rows += [
            [button(speech.plain("review.duplicate_of", number=number), f"d{subject}{one.listing_id}")]
            for number, one in enumerate(request.similar[:SIMILAR_MOST], start=1)
        ]
        rows.append([button(speech.plain("review.duplicate"), f"d{subject}")])
    return card(bot.settings, request, speech, found), rows


def _post(bot: Deps, review: OpenReview, chat_id: int, speech: Speech) -> TelegramAction:
    text, rows = shown(bot, review.request, speech, review.found)
    send = Reply(f"review:{review.request.submission_id}", bot.now()).send(
        chat_id, text, rows=rows, name=str(review.attempt), within=CARD_WITHIN
    )
    return send.model_copy(update={"remember_hours": REVIEW_SECONDS // 3600, "stays": True})


def _card_id(submission_id: str, attempt: int) -> str:
    return f"review:{submission_id}:{attempt}"


async def speech_in(bot: Deps, chat_id: int) -> Speech:
    """The review chat's language."""
    return Speech((await bot.chats.settings(chat_id)).language)
