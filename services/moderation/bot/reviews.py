"""Proposals before the reviewers: a card for each, a decision taken once, and the card shows what it was."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import structlog
from faststream import Context

from services.moderation.bot import link_finding, review_group, review_queue, reviewers
from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.links import base36
from services.moderation.bot.ports import Deps
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.reply import Reply, Rows
from services.moderation.bot.review_card import SIMILAR_MOST, card
from services.moderation.bot.reviewers import review_chat
from services.moderation.bot.signing import Buttons
from services.moderation.bot.store import REVIEW_SECONDS, Decided, OpenReview
from services.moderation.telegram.store import NOT_SENT
from shared.bus.commit import NOTHING, Commit
from shared.contracts.submissions import Decision, ReviewClosed, ReviewRequested, SubmissionReviewed
from shared.contracts.telegram import TelegramAction

log = structlog.get_logger()

PURPOSE = "r"
BUTTON_DAYS = 180.0
"""A proposal may wait for long; whoever presses is checked anyway."""
CARD_WITHIN = timedelta(days=2)
"""After this a card that could not be sent is posted anew."""
POSTED_AT_ONCE = 20
DECISIONS: dict[str, Decision] = {"a": "approve", "c": "approve", "f": "refuse", "d": "duplicate"}
OUTCOMES = {"approve": "accepted", "refuse": "refused", "duplicate": "duplicate"}
"""A decision, and the state of a submission with which it stands."""


async def on_requested(event: ReviewRequested, bot: Annotated[Deps, Context()]) -> Commit:
    """Keep the request, whose card follows in its turn; one that changes edits the card that is there."""
    decided = await bot.store.decided(event.submission_id)
    if decided is not None and not event.reopened:
        return NOTHING
    before = await bot.store.review(event.submission_id)
    alone = before is None or event.reopened
    if alone and (gathering := await review_group.gathering(bot, event)) is not None:
        return await _beside(bot, gathering, event)
    fresh = await _first(bot, event)
    expect = bot.store.as_decided(event.submission_id, decided)
    chat_id = await review_chat(bot)
    if chat_id is None:
        log.warning("review_chat_not_set", waiting=event.submission_id)
        return fresh + Commit.of(writes=bot.store.keep_review(event, 0), expect=[expect])
    speech, found = await speech_in(bot, chat_id), await link_finding.found(bot, event)
    attempt = before.attempt if before else 0
    if not attempt:
        soon = link_finding.look_soon(bot, event, found)
        return fresh + Commit.of(writes=[*bot.store.keep_review(event, 0), *soon], expect=[expect])
    if before and not event.reopened:
        again = replace(before, request=event, found=found)
        sends = [_edit(bot, again, chat_id, speech, str(int(event.requested_at.timestamp())))]
    else:
        attempt += 1
        sends = [_post(bot, OpenReview(event, attempt, found), chat_id, speech)]
        fresh += Commit.of(writes=review_queue.counted(bot))
    writes = [*bot.store.keep_review(event, attempt, found), *link_finding.look_soon(bot, event, found)]
    return fresh + Commit.of(writes=writes, events=sends, expect=[expect])


async def _first(bot: Deps, event: ReviewRequested) -> Commit:
    """It has a card of its own, on which those for the same link are gathered from now on."""
    writes = bot.store.reopen(event.submission_id) if event.reopened else []
    link = review_group.link_of(event)
    if link is None:
        return Commit.of(writes=writes)
    first = await bot.store.first_of_link(link)
    expect = [bot.store.still_gathers(link, first)]
    return Commit.of(writes=[*writes, *bot.store.gathers(link, event.submission_id)], expect=expect)


async def _beside(bot: Deps, review: OpenReview, event: ReviewRequested) -> Commit:
    """Another proposal for the same link: it goes onto the card that is there."""
    others = (*review.beside, event)
    commit = await _changed(bot, review, others, f"beside:{event.submission_id}")
    writes = bot.store.reopen(event.submission_id) if event.reopened else []
    return Commit.of(writes=writes) + commit


async def _changed(bot: Deps, review: OpenReview, others: tuple[ReviewRequested, ...], why: str) -> Commit:
    """Other proposals stand besides: the card is written anew, with buttons that mean these."""
    writes = bot.store.keep_beside(review, others)
    chat_id = await review_chat(bot)
    now = replace(review, beside=others, version=review.version + 1)
    sends = []
    if chat_id is not None and review.attempt:
        sends = [_edit(bot, now, chat_id, await speech_in(bot, chat_id), why)]
    expect = [bot.store.at_version(review), bot.store.undecided(review.request.submission_id)]
    return Commit.of(writes=writes, events=sends, expect=expect)


def _edit(bot: Deps, review: OpenReview, chat_id: int, speech: Speech, why: str) -> TelegramAction:
    text, rows = shown(bot, review, speech)
    message = {"message_of": _card_id(review.request.submission_id, review.attempt)}
    return Reply(f"review:{review.request.submission_id}:{why}", bot.now()).edit(chat_id, message, text, rows)


async def on_closed(event: ReviewClosed, bot: Annotated[Deps, Context()]) -> Commit:
    """No decision is needed any more: the card says so and its buttons go.

    After a decision it comes when the decision could not stand, an approved listing being on the map already.
    """
    state, decided = event.state.value, await bot.store.decided(event.submission_id)
    if decided is not None and OUTCOMES.get(decided.decision, decided.decision) == state:
        return NOTHING
    by = decided.by if decided else ""
    writes = bot.store.close_review(event.submission_id, Decided(decision=state, by=by))
    commit = Commit.of(writes=writes, expect=[bot.store.as_decided(event.submission_id, decided)])
    review = await bot.store.review(event.submission_id)
    holding = await review_group.holding(bot, event.submission_id) if review is None else None
    if holding is not None and decided is None:
        left = tuple(one for one in holding.beside if one.submission_id != event.submission_id)
        return commit + await _changed(bot, holding, left, f"left:{event.submission_id}")
    review = review or holding
    chat_id = await review_chat(bot)
    if decided is None and review is not None and review.beside:
        commit += await _succeeded(bot, review, chat_id)
    if review is None or chat_id is None or not review.attempt:
        return commit
    speech = await speech_in(bot, chat_id)
    message = {"message_of": _card_id(review.request.submission_id, review.attempt)}
    said = card(bot.settings, review.request, speech, review.found, review.beside)
    text = joined("\n\n", [said, *_closing(speech, state, decided)])
    edit = Reply(f"closed:{event.submission_id}", bot.now()).edit(chat_id, message, text)
    return commit + Commit.of(events=[edit])


async def _succeeded(bot: Deps, review: OpenReview, chat_id: int | None) -> Commit:
    """The first proposal of a card is gone: the others get a card of their own."""
    first, *others = review.beside
    link, attempt = review_group.link_of(first), 0 if chat_id is None else 1
    fresh = OpenReview(first, attempt, review.found)
    writes = [
        *bot.store.keep_review(first, attempt, review.found),
        *bot.store.keep_beside(fresh, others),
        *(bot.store.gathers(link, first.submission_id) if link else []),
    ]
    shown_now = replace(fresh, beside=tuple(others), version=1)
    sends = [] if chat_id is None else [_post(bot, shown_now, chat_id, await speech_in(bot, chat_id))]
    return Commit.of(writes=writes, events=sends, expect=[bot.store.at_version(review)])


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
    room = min(POSTED_AT_ONCE, await review_queue.room(bot))
    if not room:
        return None
    for submission_id in [*await review_queue.next_held(bot, room), *await bot.store.open_reviews(500)]:
        review = await bot.store.review(submission_id)
        if review is None:
            commit += Commit.of(writes=bot.store.forget_review(submission_id))
            continue
        if review.attempt and await bot.actor_store.sent(_card_id(submission_id, review.attempt)) != NOT_SENT:
            continue
        found = await link_finding.found(bot, review.request)
        again = replace(review, attempt=review.attempt + 1, found=found)
        commit += Commit.of(
            writes=[*bot.store.keep_review(review.request, again.attempt, found), *review_queue.counted(bot)],
            events=[_post(bot, again, chat_id, speech)],
            expect=[bot.store.at_attempt(submission_id, review.attempt), bot.store.at_version(review)],
        )
        posted += 1
        if posted == room:
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
    if (args[1] if len(args) > 1 else "") != _version(review):
        return Commit.of(events=[press.answer("review.changed_card", alert=True)])
    return _decide(press, review, what, args[0][27:])


def _decide(press: PressTurn, review: OpenReview, what: str, of_what: str) -> Commit:
    turn, bot, decision = press.turn, press.turn.deps, DECISIONS[what]
    assert turn.person is not None
    of = next((s for s in review.request.similar if s.listing_id == of_what), None)
    chosen = review_group.marked(review, of_what) if what == "c" else review.request
    if chosen is None:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    others = [one.submission_id for one in review.everyone if one is not chosen]
    seen = review.found.seen if review.found and decision == "approve" else None
    reviewer = bot.keys.person(turn.person.id)
    by, speech = reviewer[:4], turn.public
    outcome = speech("review.outcome", what=speech.word("review", f"was_{decision}"), by=by)
    if of is not None:
        outcome = joined("\n", [outcome, speech("review.of", name=of.name)])
    if others and decision == "approve":
        number = review.everyone.index(chosen) + 1
        outcome = joined("\n", [outcome, speech("review.chosen", number=number)])
    reviewed = SubmissionReviewed(
        submission_id=chosen.submission_id,
        decision=decision,
        others=tuple(others),
        duplicate_of=of.listing_id if of else None,
        identity=seen.identity if seen else None,
        reviewer=reviewer,
        reviewed_at=turn.reply.now,
    )
    said = card(bot.settings, review.request, speech, review.found, review.beside)
    edit = press.edit(joined("\n\n", [said, outcome]))
    rest = "duplicate" if decision == "approve" else decision
    writes = bot.store.close_review(chosen.submission_id, Decided(decision=decision, by=by))
    for other in others:
        writes += bot.store.close_review(other, Decided(decision=rest, by=by))
    first = review.request.submission_id
    return Commit.of(
        writes=writes,
        events=[reviewed, edit, press.answer("review.thanks")],
        expect=[bot.store.undecided(first), bot.store.at_version(review)],
    )


def shown(bot: Deps, review: OpenReview, speech: Speech) -> tuple[Html, Rows]:
    """The card and its buttons, signed for the chat's first id: they outlive its becoming a supergroup."""
    assert bot.settings.review_chat is not None
    button = Buttons.of(bot.keys, bot.settings.review_chat, PURPOSE, bot.now(), BUTTON_DAYS)
    request, version = review.request, _version(review)
    subject = request.submission_id

    def row(text: str, what: str) -> list[dict[str, str]]:
        return [button(text, what, version) if version else button(text, what)]

    rows = [
        row(speech.plain("review.approve"), f"a{subject}") + row(speech.plain("review.refuse"), f"f{subject}")
    ]
    if review.beside:
        marks = [one.submission_id[: review_group.MARK] for one in review.beside]
        rows = [row(speech.plain("review.choose", number=1), f"a{subject}")]
        rows += [
            row(speech.plain("review.choose", number=number), f"c{subject}{mark}")
            for number, mark in enumerate(marks, start=2)
        ]
        rows.append(row(speech.plain("review.refuse_all"), f"f{subject}"))
    if request.action == "add":
        rows += [
            row(speech.plain("review.duplicate_of", number=number), f"d{subject}{one.listing_id}")
            for number, one in enumerate(request.similar[:SIMILAR_MOST], start=1)
        ]
        rows.append(row(speech.plain("review.duplicate"), f"d{subject}"))
    return card(bot.settings, request, speech, review.found, review.beside), rows


def _version(review: OpenReview) -> str:
    """One character in a button, "" as long as nothing stood besides."""
    return base36(review.version % 35 + 1) if review.version else ""


def _post(bot: Deps, review: OpenReview, chat_id: int, speech: Speech) -> TelegramAction:
    text, rows = shown(bot, review, speech)
    send = Reply(f"review:{review.request.submission_id}", bot.now()).send(
        chat_id, text, rows=rows, name=str(review.attempt), within=CARD_WITHIN
    )
    return send.model_copy(update={"remember_hours": REVIEW_SECONDS // 3600, "stays": True})


def _card_id(submission_id: str, attempt: int) -> str:
    return f"review:{submission_id}:{attempt}"


async def speech_in(bot: Deps, chat_id: int) -> Speech:
    """The review chat's language."""
    return Speech((await bot.chats.settings(chat_id)).language)
