"""Nights, and the end of every lock-down: chats are closed and opened by the clock."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from services.moderation.decide.acts import notice
from services.moderation.decide.desk import Desk
from services.moderation.decide.lockdown import (
    CLOSING_WITHIN,
    CannotClose,
    give,
    permitted,
    reopen,
    shut,
)
from services.moderation.domain import closing
from services.moderation.domain.closing import Closed
from services.moderation.domain.migration import Moved
from services.moderation.domain.settings import ChatSettings
from services.moderation.store.names import NIGHTLY
from shared.bus.commit import NOTHING, Commit
from shared.contracts.telegram import Method, TelegramAction

log = structlog.get_logger()
EVERY = 10.0
"""Seconds between two looks at the clock."""
AT_ONCE = 8
"""Look-ups side by side: far below what Telegram allows."""
SEEN_AFTER = 60
"""Seconds after which it is looked up whether an opening worked; twice as long each time, up to an hour."""
RARER, TRIES = 6, 30
"""Doublings, and how often an opening that has not worked is asked for again: for about a day."""


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
        found = await shut(self.desk.telegram, self.chat_id, closed, self.settings.get("night.mode"))
        chats = self.desk.store.chats
        asked = give(chats, self.chat_id, found.ours, self.now, "night", seen=found.before)
        return self._save(found._replace(night=night)) + Commit.of(events=[asked, *self._say(night)])

    async def _open(self, closed: Closed) -> Commit:
        opened = await reopen(self.desk.store.chats, self.desk.telegram, self.chat_id, closed, self.now)
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
        current = await permitted(self.desk.telegram, self.chat_id)
        again = closing.reopened(closed, current)
        if again == current or closed.tries >= TRIES:
            return self._save(None)
        asked = give(self.desk.store.chats, self.chat_id, again, self.now, "open", seen=closed.ours)
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
