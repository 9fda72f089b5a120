"""Night and lock-down: chats are closed and opened, by the clock or by an admin's word.

What a chat allowed before is written down in the commit that asks for its closing, and leaves only when the
chat was seen to be open again. So whoever dies in between, the next one knows what to give back.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from services.moderation.decide.acts import notice
from services.moderation.decide.desk import Desk
from services.moderation.domain import closing
from services.moderation.domain.closing import FOR_EVER, NEVER, Closed
from services.moderation.domain.migration import Moved
from services.moderation.domain.settings import ChatSettings
from services.moderation.store.closings import Closings
from services.moderation.store.names import NIGHTLY
from services.moderation.telegram.asking import ask
from services.moderation.telegram.errors import Forbidden, TelegramError
from services.moderation.telegram.ports import Asker
from shared.bus.commit import NOTHING, Commit
from shared.contracts.telegram import Method, TelegramAction

log = structlog.get_logger()
EVERY = 10.0
"""Seconds between two looks at the clock."""
AT_ONCE = 8
"""Look-ups side by side: far below what Telegram allows."""
LOOK_UP_SECONDS = 5.0
OPENING_WITHIN = timedelta(days=1)
CLOSING_WITHIN = timedelta(minutes=30)
SEEN_AFTER = 60
"""Seconds after which it is looked up whether an opening worked; twice as long each time, up to an hour."""
RARER, TRIES = 6, 30
"""Doublings, and how often an opening that has not worked is asked for again: for about a day."""


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


# By an admin's word.


async def lock_down(
    chats: Closable, telegram: Asker, chat_id: int, now: datetime, *, until: int | None, by: str
) -> Commit:
    """Close the chat until then (unix seconds), or until it is lifted. Raises CannotClose."""
    closed, _, expect = await chats.closings.read(chat_id)
    order = FOR_EVER if until is None else until
    if closed is not None and closed.shut:
        kept = chats.closings.save(chat_id, closed._replace(order=order))
        return Commit.of(writes=kept, expect=[expect])
    closed = await _shut(telegram, chat_id, closed, "silent")
    return Commit.of(
        writes=chats.closings.save(chat_id, closed._replace(order=order)),
        events=[_ask(chats, chat_id, closed.ours, now, "order", by=by)],
        expect=[expect],
    )


async def unlock(chats: Closable, telegram: Asker, chat_id: int, now: datetime, *, by: str) -> Commit:
    """Open the chat, also for the rest of a night. NOTHING when it is open. Raises CannotClose."""
    closed, _, expect = await chats.closings.read(chat_id)
    if closed is None or not closed.shut:
        return NOTHING
    awake = chats.closings.awake(chat_id, closed.night) if closed.night != NEVER else []
    opened = await _open(chats, telegram, chat_id, closed, now, by=by)
    return Commit.of(writes=[*awake, *opened.writes], events=opened.events, expect=[expect])


# By the clock.


async def by_the_clock(desk: Desk, now: datetime) -> Commit | None:
    """One round over all chats that have a night or are closed. None when nothing is to be done."""
    chats = desk.store.chats
    keys = await chats.closings.nightly()
    if not keys:
        return None
    ids = await chats.ids(keys)
    settings = await chats.settings_of(list(ids.values()))
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(chat_id: int) -> Commit:
        async with gate:
            return await _Turn(desk, chat_id, settings[chat_id], now).take()

    parts = await asyncio.gather(*(one(chat_id) for chat_id in ids.values()))
    lost = chats.closings.rest(NIGHTLY, [key for key in keys if key not in ids])
    found = sum(parts, Commit.of(writes=lost))
    return None if found == NOTHING else found


@dataclass(frozen=True)
class _Turn:
    """One chat in one round."""

    desk: Desk
    chat_id: int
    settings: ChatSettings
    now: datetime

    @property
    def at(self) -> int:
        return int(self.now.timestamp())

    async def take(self) -> Commit:
        """What is due; a chat that cannot be looked up waits for the next round."""
        closed, skip, expect = await self.desk.store.chats.closings.read(self.chat_id)
        wanted = closing.due(closed, self.settings, self.at, skip)
        try:
            found = await self._due(closed, wanted)
        except CannotClose as error:
            log.info("chat_not_looked_up", reason=error.code)
            return NOTHING
        except Moved as moved:
            return await self.desk.move(moved.old, moved.new, self.at)
        return found if found == NOTHING else found + Commit.of(expect=[expect])

    async def _due(self, closed: Closed | None, wanted: Closed | None) -> Commit:
        if wanted is None:
            return self._rest()
        if not wanted.shut:
            return await (self._check(wanted) if closed is wanted else self._open(wanted))
        if closed is not None and closed.shut:
            return NOTHING if wanted is closed else self._save(wanted)
        return await self._close(closed, wanted.night)

    def _save(self, closed: Closed | None) -> Commit:
        return Commit.of(writes=self.desk.store.chats.closings.save(self.chat_id, closed))

    def _rest(self) -> Commit:
        """Open, and no night is on: without any night the clock is of no concern here."""
        if self.settings.get("night.hours") != "off":
            return NOTHING
        chats = self.desk.store.chats
        return Commit.of(writes=chats.closings.rest(NIGHTLY, [chats.key(self.chat_id)]))

    async def _close(self, closed: Closed | None, night: int) -> Commit:
        if self.settings.dryrun:
            return await self._would()
        found = await _shut(self.desk.telegram, self.chat_id, closed, self.settings.get("night.mode"))
        asked = _ask(self.desk.store.chats, self.chat_id, found.ours, self.now, "night")
        return self._save(found._replace(night=night)) + Commit.of(events=[asked, *self._say(night)])

    async def _open(self, closed: Closed) -> Commit:
        opened = await _open(self.desk.store.chats, self.desk.telegram, self.chat_id, closed, self.now)
        return opened + Commit.of(events=self._say(None))

    async def _would(self) -> Commit:
        """Dry run: a line in the log and a word, once a day."""
        state = await self.desk.store.chats.state(self.chat_id)
        told = notice(self.desk, state, ("night.hours",), self.at)
        if not told:
            return NOTHING
        line = self.desk.bot.note(
            self.chat_id, Method.SET_PERMISSIONS, reasons=("night.hours",), count=1, target=None
        )
        return Commit.of(writes=[*line, *self.desk.store.chats.save(state, self.at)], events=told)

    async def _check(self, closed: Closed) -> Commit:
        """Whether an opening has worked; if not it is asked for again, for a day."""
        if self.at - closed.opening < SEEN_AFTER << min(closed.tries, RARER):
            return NOTHING
        current = await _permissions(self.desk.telegram, self.chat_id)
        again = closing.reopened(closed, current)
        if again == current or closed.tries >= TRIES:
            return self._save(None)
        asked = _ask(self.desk.store.chats, self.chat_id, again, self.now, "open")
        tried = closed._replace(opening=self.at, tries=closed.tries + 1)
        return self._save(tried) + Commit.of(events=[asked])

    def _say(self, until: int | None) -> Sequence[TelegramAction]:
        if self.settings.get("night.say") == "off":
            return []
        text = self.desk.bot.night(
            self.settings.language, closed=until is not None, until=until, zone=self.settings.timezone
        )
        return [
            TelegramAction(
                action_id=f"night:{self.desk.store.chats.key(self.chat_id)}:{self.at}",
                chat_id=self.chat_id,
                method=Method.SEND_MESSAGE,
                params={"text": text, "disable_notification": True},
                reasons=("night.hours",),
                decided_at=self.now,
                expires_at=self.now + CLOSING_WITHIN,
            )
        ]


# What both need.


async def _shut(telegram: Asker, chat_id: int, closed: Closed | None, mode: str) -> Closed:
    """What to keep of a chat that is to be closed. One that is just being opened counts as open already."""
    current = await _permissions(telegram, chat_id)
    before = closing.reopened(closed, current) if closed is not None else current
    return Closed(before, closing.closing(before, mode))


async def _open(
    chats: Closable, telegram: Asker, chat_id: int, closed: Closed, now: datetime, *, by: str = ""
) -> Commit:
    current = await _permissions(telegram, chat_id)
    again = closing.reopened(closed, current)
    kept = closed._replace(night=NEVER, order=NEVER, opening=int(now.timestamp()))
    return Commit.of(
        writes=chats.closings.save(chat_id, kept),
        events=[_ask(chats, chat_id, again, now, "open", by=by)],
    )


async def _permissions(telegram: Asker, chat_id: int) -> dict[str, bool]:
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


def _ask(
    chats: Closable, chat_id: int, permissions: Any, now: datetime, why: str, *, by: str = ""
) -> TelegramAction:
    """Each permission stands for itself, so that what is read back is what was set."""
    within = OPENING_WITHIN if why == "open" else CLOSING_WITHIN
    return TelegramAction(
        action_id=f"{why}:{chats.key(chat_id)}:{int(now.timestamp() * 1000)}",
        chat_id=chat_id,
        method=Method.SET_PERMISSIONS,
        params={"permissions": dict(permissions), "use_independent_chat_permissions": True},
        reasons=("lockdown",) if by or why == "order" else ("night.hours",),
        by=by,
        decided_at=now,
        expires_at=now + within,
    )
