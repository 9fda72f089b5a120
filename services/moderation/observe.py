"""Looks up listed chats now and then: their title, their number of members, whether the link is dead.

Only public user names can be looked up from outside. What a look-up found is told as it is; how many must
find nothing before a link counts as dead is the directory's decision.
"""

from collections import Counter
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError

from services.moderation.store import Store
from services.moderation.telegram.errors import Forbidden, TelegramError
from services.moderation.telegram.ports import Asker
from shared.bus import Commit
from shared.contracts.directory import ChatObserved
from shared.contracts.listings import NAME_LENGTH, Kind, Link, Listing
from shared.text import clean_name

log = structlog.get_logger()
EVERY = 60.0
"""Seconds between two rounds."""
AT_ONCE = 10
"""Look-ups in a round, each of two calls: far below what Telegram allows, and a city in some hours."""
FIRST_LOOK = 60
"""Seconds after a listing changed."""
HOUR = 3600
AGAIN = 12 * HOUR
"""Seconds until a chat is looked up again."""
LATER = HOUR
"""Seconds until a look-up that failed for other reasons is made again."""
MISSING = frozenset({"chat.unknown", "chat.deleted"})
"""Answers that say that there is no such chat. A chat from which the bot was removed is there."""


def is_looked_up(listing: Listing) -> bool:
    """Bots and people cannot be looked up by their name, nor chats by an invite link."""
    return listing.link.kind == "username" and listing.kind is not Kind.BOT


async def look(store: Store, telegram: Asker, moment: datetime) -> Commit | None:
    """One round: what was learnt of the chats whose turn it is. None when no turn has come."""
    now = int(moment.timestamp())
    commit = Commit.of()
    failed: Counter[str] = Counter()
    for link in await store.places.due(now, AT_ONCE):
        try:
            seen, wait = await _look_up(telegram, link, moment), AGAIN
        except TelegramError as error:
            seen, wait = None, LATER
            failed[str(error)] += 1
        commit += Commit.of(
            writes=store.places.look_again(link, now + wait), events=[seen] if seen is not None else []
        )
    if failed:
        log.info("look_ups_failed", reasons=dict(failed))
    return commit if commit.writes else None


async def _look_up(telegram: Asker, link: str, moment: datetime) -> ChatObserved | None:
    """What Telegram says of the chat, None when it cannot be read. Raises TelegramError: nothing is known."""
    name = link.removeprefix("u:")
    try:
        chat = await telegram.call("getChat", {"chat_id": f"@{name}"})
        members = await telegram.call("getChatMemberCount", {"chat_id": f"@{name}"})
    except Forbidden as error:
        if error.code not in MISSING:
            raise
        return ChatObserved(link=Link(kind="username", value=name), alive=False, observed_at=moment)
    return _alive(name, chat, members, moment)


def _alive(name: str, chat: Any, members: Any, moment: datetime) -> ChatObserved | None:
    title = clean_name(str(chat.get("title") or "")) if isinstance(chat, dict) else ""
    try:
        return ChatObserved(
            link=Link(kind="username", value=name),
            alive=True,
            title=title[:NAME_LENGTH] or None,
            members=members if isinstance(members, int) else None,
            observed_at=moment,
        )
    except ValidationError:
        return None
