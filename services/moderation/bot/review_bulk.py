"""Many proposals without work are refused with one press: a flood must not cost a reviewer a press each."""

from services.moderation.bot import review_queue, reviewers
from services.moderation.bot.i18n import Html, Speech, html, joined
from services.moderation.bot.ports import Deps
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.reply import Reply
from services.moderation.bot.reviewers import review_chat
from services.moderation.bot.signing import Buttons
from services.moderation.bot.store import Decided
from shared.bus.commit import NOTHING, Commit
from shared.contracts.submissions import SubmissionReviewed

PURPOSE = "rb"
BUTTON_DAYS = 7.0
LEAST = 10
"""Fewer are left to wait for their cards."""
MOST = 40
"""On one card, each with a line of the text."""
NAME_LENGTH = 40


async def offer(bot: Deps) -> Commit | None:
    """Post the card when many wait; a further one when it was pressed, or an hour has gone."""
    chat_id = await review_chat(bot)
    if chat_id is None or await bot.store.bulk_is_shown():
        return None
    count, ids = await review_queue.left_waiting(bot, MOST)
    if count < LEAST:
        return None
    assert bot.settings.review_chat is not None
    code = bot.keys.token("bulk", f"{ids}{bot.now().timestamp()}", 8)
    speech = Speech((await bot.chats.settings(chat_id)).language)
    button = Buttons.of(bot.keys, bot.settings.review_chat, PURPOSE, bot.now(), BUTTON_DAYS)
    rows = [[button(speech.plain("review.refuse_these", count=len(ids)), code)]]
    lines = [await _line(bot, one) for one in ids]
    text = joined("\n", [speech("review.many_wait", count=count), *lines])
    send = Reply(f"bulk:{code}", bot.now()).send(chat_id, text, rows=rows)
    return Commit.of(writes=bot.store.keep_bulk(code, ids), events=[send])


async def _line(bot: Deps, submission_id: str) -> Html:
    review = await bot.store.review(submission_id)
    content = review.request.content or review.request.before if review else None
    if content is None:
        return Html("· —")
    name = content.name if len(content.name) <= NAME_LENGTH else content.name[: NAME_LENGTH - 1] + "…"
    return Html(f"· {html(name)} <code>{html(content.link.value[:NAME_LENGTH])}</code>")


async def pressed(press: PressTurn) -> Commit:
    """Refuse those that stand on the card and are still undecided."""
    turn, bot = press.turn, press.turn.deps
    code = press.press.args[0] if press.press.args else ""
    refused = await reviewers.refusal(press)
    ids = await bot.store.bulk(code)
    if refused is not None or ids is None:
        return Commit.of(events=[press.answer(refused or "press.expired", alert=True)])
    assert turn.person is not None
    reviewer = bot.keys.person(turn.person.id)
    commit = NOTHING
    count = 0
    for one in ids:
        review = await bot.store.review(one)
        if review is None or review.attempt or await bot.store.decided(one) is not None:
            continue  # it has got a card, or its end, meanwhile
        count += 1
        others = [other.submission_id for other in review.beside]
        decided = Decided(decision="refuse", by=reviewer[:4])
        reviewed = SubmissionReviewed(
            submission_id=one, decision="refuse", others=tuple(others), reviewer=reviewer,
            reviewed_at=turn.reply.now,
        )  # fmt: skip
        writes = [write for each in (one, *others) for write in bot.store.close_review(each, decided)]
        expect = [bot.store.undecided(one), bot.store.at_version(review)]
        commit += Commit.of(writes=writes, events=[reviewed], expect=expect)
    said = turn.public("review.many_refused", count=count, by=reviewer[:4])
    done = Commit.of(
        writes=bot.store.bulk_is_done(code), events=[press.edit(said), press.answer("review.thanks")]
    )
    return commit + done
