"""What the bot does by itself now and then, on one replica."""

import structlog

from services.moderation.bot import allowed, link_reviews, menu, news, review_bulk, reviews, visits
from services.moderation.bot.ports import Deps
from services.moderation.store import resealing
from services.moderation.telegram.errors import TelegramError
from shared.bus import Bus, Commit

log = structlog.get_logger()

MISSING_CARDS_SECONDS = 15
CARDS_SECONDS = 2
MENU_SECONDS = 6 * 3600


def keep_talking(bus: Bus, deps: Deps) -> None:
    """Cards that are missing are posted, Telegram's list of commands is kept right, free text is sealed."""

    @bus.every(CARDS_SECONDS, name="reviews")
    async def post() -> Commit | None:
        return await reviews.post_waiting(deps)

    @bus.every(CARDS_SECONDS, name="bulk")
    async def offer() -> Commit | None:
        return await review_bulk.offer(deps)

    bus.every(visits.EVERY, name="visits")(visits.Visits(deps))

    @bus.every(news.SPREAD_EVERY, name="withdrawn")
    async def withdrawn() -> Commit | None:
        return await news.spread(deps)

    @bus.every(visits.REFRESH_EVERY, name="admins")
    async def admins() -> Commit | None:
        return await visits.refresh(deps)

    @bus.every(resealing.EVERY, name="seal")
    async def seal() -> None:
        await resealing.reseal(bus)

    @bus.every(MISSING_CARDS_SECONDS, name="questions")
    async def ask() -> Commit | None:
        return await link_reviews.post_waiting(deps)

    @bus.every(allowed.EVERY, name="allowed")
    async def names() -> Commit | None:
        return await allowed.look(deps, deps.now())

    @bus.every(MENU_SECONDS, name="menu")
    async def commands() -> None:
        try:
            await menu.publish(deps.telegram)
        except TelegramError as error:
            log.warning("menu_not_published", reason=type(error).__name__)
