"""Which chat is under a proposed link: looked up when its card is made, and fixed when it is accepted."""

from services.moderation.bot.ports import Deps
from services.moderation.bot.rights import LOOK_UP_SECONDS
from services.moderation.bot.store import LinkFound
from services.moderation.identity import identity
from services.moderation.observe import BANNED, MISSING, find
from services.moderation.telegram.errors import Forbidden, TelegramError
from shared.bus.commit import Command
from shared.contracts.links import Sighting
from shared.contracts.listings import Link
from shared.contracts.submissions import ReviewRequested


async def found(bot: Deps, request: ReviewRequested) -> LinkFound | None:
    """None for what cannot be looked up, or could not now."""
    link = request.content.link if request.content else None
    if link is None or link.kind != "username":
        return None
    try:
        seen = await _sighting(bot, link)
    except TelegramError:
        return None
    listed = await bot.store.places.identity(link.key)
    other = seen is not None and listed is not None and seen.identity != listed
    return LinkFound(seen=seen, other=other)


def look_soon(bot: Deps, request: ReviewRequested, seen: LinkFound | None) -> list[Command]:
    """A listed link under which another chat was found is looked up at once, so that the directory knows."""
    if seen is None or not seen.other or request.content is None:
        return []
    return bot.store.places.look_again(request.content.link.key, int(bot.now().timestamp()))


async def _sighting(bot: Deps, link: Link) -> Sighting | None:
    """None for nothing under this name. Raises TelegramError."""
    try:
        seen = await find(bot.telegram, link.value, seconds=LOOK_UP_SECONDS)
    except Forbidden as error:
        if error.code == BANNED:
            return Sighting(seen_at=bot.now())
        if error.code not in MISSING:
            raise
        return None
    if seen is None:
        raise TelegramError
    return Sighting(
        identity=identity(bot.keys, seen.id, seen.type),
        chat_type=seen.type,
        title=seen.title or None,
        members=seen.members,
        seen_at=bot.now(),
    )
