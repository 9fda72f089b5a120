"""Closing a chat and giving back what it allowed: by an admin's word, and what the clock needs for it too.

What a chat allowed before is written down in the commit that asks for its closing, and leaves only when the
chat was seen to be open again. So whoever dies in between, the next one knows what to give back.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

from services.moderation.domain import closing
from services.moderation.domain.closing import FOR_EVER, NEVER, Closed
from services.moderation.domain.permissions import Permissions
from services.moderation.store.closings import Closings
from services.moderation.telegram.asking import ask
from services.moderation.telegram.errors import Forbidden, TelegramError
from services.moderation.telegram.ports import Asker
from shared.bus.commit import NOTHING, Commit
from shared.contracts.telegram import Method, Stands, TelegramAction

LOOK_UP_SECONDS = 5.0
OPENING_WITHIN = timedelta(days=1)
CLOSING_WITHIN = timedelta(minutes=30)


class Closable(Protocol):
    """Of the store of chats, what closing needs."""

    @property
    def closings(self) -> Closings: ...

    def key(self, chat_id: int) -> str: ...


class CannotClose(Exception):  # noqa: N818 - reads better where it is caught
    """Telegram does not tell what the chat allows now, so it could not be given back. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def lock_down(
    chats: Closable, telegram: Asker, chat_id: int, now: datetime, *, until: int | None, by: str
) -> Commit:
    """Close the chat until then (unix seconds), or until it is lifted. Raises CannotClose."""
    closed, _, expect = await chats.closings.read(chat_id)
    order = FOR_EVER if until is None else until
    if closed is not None and closed.shut:
        kept = chats.closings.save(chat_id, closed._replace(order=order))
        return Commit.of(writes=kept, expect=[expect])
    closed = await shut(telegram, chat_id, closed, "silent")
    return Commit.of(
        writes=chats.closings.save(chat_id, closed._replace(order=order)),
        events=[give(chats, chat_id, closed.ours, now, "order", seen=closed.before, by=by)],
        expect=[expect],
    )


async def unlock(chats: Closable, telegram: Asker, chat_id: int, now: datetime, *, by: str) -> Commit:
    """Open the chat, also for the rest of a night. NOTHING when it is open. Raises CannotClose."""
    closed, _, expect = await chats.closings.read(chat_id)
    if closed is None or not closed.shut:
        return NOTHING
    at = int(now.timestamp())
    awake = chats.closings.awake(chat_id, closed.night, at) if closed.night != NEVER else []
    opened = await reopen(chats, telegram, chat_id, closed, now, by=by)
    return Commit.of(writes=[*awake, *opened.writes], events=opened.events, expect=[expect])


async def shut(telegram: Asker, chat_id: int, closed: Closed | None, mode: str) -> Closed:
    """What to keep of a chat that is to be closed. One that is just being opened counts as open already."""
    current = await permitted(telegram, chat_id)
    before = closing.reopened(closed, current) if closed is not None else current
    return Closed(before, closing.closing(before, mode))


async def reopen(
    chats: Closable, telegram: Asker, chat_id: int, closed: Closed, now: datetime, *, by: str = ""
) -> Commit:
    current = await permitted(telegram, chat_id)
    again = closing.reopened(closed, current)
    kept = closed._replace(night=NEVER, order=NEVER, opening=int(now.timestamp()))
    return Commit.of(
        writes=chats.closings.save(chat_id, kept),
        events=[give(chats, chat_id, again, now, "open", seen=closed.ours, by=by)],
    )


async def permitted(telegram: Asker, chat_id: int) -> dict[str, bool]:
    """Raises CannotClose and Moved."""
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            chat = await ask(telegram, "getChat", chat_id, seconds=LOOK_UP_SECONDS)
    except Forbidden as error:
        raise CannotClose(error.code) from None
    except (TelegramError, TimeoutError) as error:
        raise CannotClose(type(error).__name__) from None
    found = closing.permissions_of(chat)
    if found is None:
        raise CannotClose("permissions.hidden")
    return found


def give(
    chats: Closable,
    chat_id: int,
    permissions: Permissions,
    now: datetime,
    why: str,
    *,
    seen: Permissions,
    by: str = "",
) -> TelegramAction:
    """Each permission stands for itself, so that what is read back is what was set.

    `seen`: what the chat allows before it; only what is to be another is changed, so that what an admin
    changes by hand until the call stays.
    """
    within = OPENING_WITHIN if why == "open" else CLOSING_WITHIN
    return TelegramAction(
        action_id=f"{why}:{chats.key(chat_id)}:{int(now.timestamp() * 1000)}",
        chat_id=chat_id,
        method=Method.SET_PERMISSIONS,
        params={"permissions": dict(permissions), "use_independent_chat_permissions": True},
        expected=Stands(status="", permissions=dict(seen)),
        reasons=("lockdown",) if by or why == "order" else ("night.hours",),
        by=by,
        decided_at=now,
        expires_at=now + within,
    )
