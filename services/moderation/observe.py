"""Looks up listed chats now and then: which chat it is, its title and number of members, whether it is there.

Only public user names can be looked up from outside. What a look-up found is told as it is. How many must
find nothing before a link counts as dead, and what follows where it is another chat, the directory decides.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import structlog
from pydantic import ValidationError

from services.moderation.identity import TYPES, identity
from services.moderation.store import Store
from services.moderation.telegram.errors import Forbidden, TelegramError
from services.moderation.telegram.ports import Asker
from shared.bus import Commit
from shared.contracts.directory import ChatObserved
from shared.contracts.listings import NAME_LENGTH, ChatType, Link, Listing
from shared.text import clean_name

log = structlog.get_logger()
EVERY = 12.0
"""Seconds between two rounds."""
AT_ONCE = 2
"""Look-ups in a round, each of two calls: ten a minute, far below what Telegram allows, and a city in some
hours."""
FIRST_LOOK = 60
"""Seconds after a listing changed."""
HOUR = 3600
AGAIN = 12 * HOUR
"""Seconds until a chat is looked up again."""
LATER = HOUR
"""Seconds until a look-up that failed for other reasons is made again, or one that found nothing under a link
that is shown: whoever takes the name meanwhile is sent the residents."""
MISSING = frozenset({"chat.unknown", "chat.deleted"})
"""Answers that say that there is no such chat. A chat from which the bot was removed is there."""
BANNED = "chat.kicked"
MEMBERS_MOST = 10_000_000
"""More than any neighbourhood has, and what a file may say of one."""


class Seen(NamedTuple):
    """A chat that Telegram found under a user name. `names` are all user names that it has."""

    id: int
    type: ChatType
    title: str
    names: frozenset[str]
    members: int | None = None


def is_looked_up(listing: Listing) -> bool:
    """Chats cannot be looked up by an invite link."""
    return listing.link.kind == "username"


async def look(store: Store, telegram: Asker, moment: datetime) -> Commit | None:
    """One round: what was learnt of the chats whose turn it is. None when no turn has come."""
    now = int(moment.timestamp())
    if writes := await store.places.first_round(now + FIRST_LOOK):
        return Commit.of(writes=writes)
    commit = Commit.of()
    failed: Counter[str] = Counter()
    for link in await store.places.due(now, AT_ONCE):
        seen: ChatObserved | None = None
        try:
            seen = await _look_up(store, telegram, link, moment)
            soon = seen is not None and not seen.alive and await store.places.is_open(link)
        except TelegramError as error:
            soon = True
            failed[str(error)] += 1
        wait = LATER if soon else AGAIN
        commit += Commit.of(
            writes=store.places.look_again(link, now + wait), events=[seen] if seen is not None else []
        )
    if failed:
        log.info("look_ups_failed", reasons=dict(failed))
    return commit if commit.writes else None


async def _look_up(store: Store, telegram: Asker, link: str, moment: datetime) -> ChatObserved | None:
    """What Telegram says of the chat, None when it cannot be read. Raises TelegramError: nothing is known."""
    name = Link(kind="username", value=link.removeprefix("u:"))
    try:
        seen = await find(telegram, name.value)
    except Forbidden as error:
        if error.code == BANNED:
            return ChatObserved(link=name, alive=True, bot_banned=True, observed_at=moment)
        if error.code not in MISSING:
            raise
        return ChatObserved(link=name, alive=False, observed_at=moment)
    return None if seen is None else await _observed(store, name, seen, moment)


async def find(telegram: Asker, name: str, *, seconds: float = 15) -> Seen | None:
    """The chat that now has this user name, None for an answer that cannot be read.

    Raises TelegramError. A Bot API server remembers for a day who had a name (`USERNAME_CACHE_EXPIRE_TIME` in
    tdlib/td); a chat that is found and has other names by now counts as not found.
    """
    seen = _seen(await telegram.call("getChat", {"chat_id": f"@{name}"}, seconds=seconds))
    if seen is None:
        return None
    if seen.names and name not in seen.names:
        raise Forbidden("chat.unknown")
    if seen.type == "bot":
        return seen
    try:
        members = await telegram.call("getChatMemberCount", {"chat_id": f"@{name}"}, seconds=seconds)
    except TelegramError as error:
        log.info("members_not_told", reason=str(error))
        return seen
    known = type(members) is int and 0 <= members <= MEMBERS_MOST
    return seen._replace(members=members if known else None)


def _seen(chat: Any) -> Seen | None:
    if not isinstance(chat, Mapping) or type(chat.get("id")) is not int or not chat.get("type"):
        return None
    title = clean_name(str(chat.get("title") or chat.get("first_name") or ""))
    names = chat.get("active_usernames")
    known = [*(names if isinstance(names, list) else ()), chat.get("username")]
    return Seen(
        chat["id"],
        TYPES.get(str(chat["type"]), "other"),
        title[:NAME_LENGTH],
        frozenset(str(one).lower() for one in known if one),
    )


async def _observed(store: Store, name: Link, chat: Seen, moment: datetime) -> ChatObserved | None:
    former = await store.chats.former(chat.id) if chat.type == "group" else None
    try:
        return ChatObserved(
            link=name,
            alive=True,
            title=chat.title or None,
            members=chat.members,
            identity=identity(store.keys, chat.id, chat.type),
            former_identity=identity(store.keys, former, "group") if former else None,
            chat_type=chat.type,
            observed_at=moment,
        )
    except ValidationError:
        return None
