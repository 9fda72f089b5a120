"""Proposals for one link on one card: a false one must not keep the honest one from being seen."""

from services.moderation.bot.ports import Deps
from services.moderation.bot.store import OpenReview
from shared.contracts.listings import Link
from shared.contracts.submissions import ReviewRequested

BESIDE_MOST = 4
"""On one card; further ones begin the next card for the link. Each has a few lines of Telegram's 4,096
characters, and a button."""
MARK = 8
"""Characters of a submission's id that tell proposals of one card apart in a button."""


def link_of(request: ReviewRequested) -> Link | None:
    """The link that a proposal is about: the one it brings, or that of the listing in question."""
    content = request.content or request.before
    return content.link if content else None


async def gathering(bot: Deps, request: ReviewRequested) -> OpenReview | None:
    """The open review on whose card the request is to stand; None when it begins one of its own."""
    link = link_of(request)
    first = await bot.store.first_of_link(link) if link else None
    if first is None or first == request.submission_id or await bot.store.decided(first) is not None:
        return None
    review = await bot.store.review(first)
    return review if review and len(review.beside) < BESIDE_MOST else None


async def holding(bot: Deps, submission_id: str) -> OpenReview | None:
    """The open review on whose card the proposal stands besides."""
    first = await bot.store.first_of(submission_id)
    review = await bot.store.review(first) if first else None
    there = review is not None and any(one.submission_id == submission_id for one in review.beside)
    return review if there else None


def marked(review: OpenReview, mark: str) -> ReviewRequested | None:
    """The proposal besides that a button means."""
    return next((one for one in review.beside if mark and one.submission_id.startswith(mark)), None)
