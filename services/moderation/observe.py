"""Looks up listed chats now and then: their title, their number of members, whether the link is dead.

Only public user names can be looked up from outside. A link is called dead after three look-ups, hours apart,
have found nothing, because one may err.
"""

from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError

from services.moderation.decide.desk import Caller
from services.moderation.store import Store
from services.moderation.store.places import Check
from services.moderation.telegram.errors import Gone, Refused, TelegramError
from shared.bus import Commit
from shared.contracts.base import Message
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
DEAD_AFTER = 3
"""Look-ups in a row that found no such chat before it is called dead."""


def is_looked_up(listing: Listing) -> bool:
    """Bots and people cannot be looked up by their name, nor chats by an invite link."""
    return listing.link.kind == "username" and listing.kind is not Kind.BOT


async def look(store: Store, telegram: Caller, moment: datetime) -> Commit | None:
    """One round: what was learnt of the chats whose turn it is. None when no turn has come."""
    now = int(moment.timestamp())
    due = await store.places.due(now, AT_ONCE)
    found = [await _look_up(telegram, link, check, moment) for link, check in due]
    if not found:
        return None
    writes = [
        write
        for (link, _), (check, _) in zip(due, found, strict=True)
        for write in store.places.checked(link, check)
    ]
    return Commit.of(writes=writes, events=[event for _, event in found if event is not None])


async def _look_up(
    telegram: Caller, link: str, check: Check, moment: datetime
) -> tuple[Check, Message | None]:
    now, name = int(moment.timestamp()), link.removeprefix("u:")
    try:
        chat = await telegram.call("getChat", {"chat_id": f"@{name}"})
        members = await telegram.call("getChatMemberCount", {"chat_id": f"@{name}"})
    except (Refused, Gone):
        return _missing(name, check, moment)
    except TelegramError as error:
        log.info("look_up_failed", reason=str(error))
        return Check(now + LATER, check.failed), None
    return Check(now + AGAIN), _alive(name, chat, members, moment)


def _missing(name: str, check: Check, moment: datetime) -> tuple[Check, Message | None]:
    failed = check.failed + 1
    later = Check(int(moment.timestamp()) + AGAIN, failed)
    if failed < DEAD_AFTER:
        return later, None
    return later, ChatObserved(link=Link(kind="username", value=name), alive=False, observed_at=moment)


def _alive(name: str, chat: Any, members: Any, moment: datetime) -> Message | None:
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
