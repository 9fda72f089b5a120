"""What deciding reaches for: the store, Telegram's read-only look-ups, the dialogues."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from services.moderation.bot.talk import Talk
from services.moderation.decide.chat_facts import AGAIN, REFUSED_FOR, STALE_FOR, ChatFacts
from services.moderation.domain import lookalike
from services.moderation.domain.context import Context
from services.moderation.domain.state import ChatState
from services.moderation.domain.update import Person
from services.moderation.moving import Mover
from services.moderation.spam.texts import Texts
from services.moderation.store import Store
from services.moderation.telegram.errors import Forbidden, Gone, Migrated, Refused, TelegramError
from services.moderation.telegram.ports import Asker
from shared.bus.commit import Command
from shared.bus.errors import TryLater
from shared.clock import Clock
from shared.keys import Keys

LOOK_UP_SECONDS = 5.0


@dataclass
class Desk:
    """Provided to the handlers under the name `desk`."""

    store: Store
    keys: Keys
    telegram: Asker
    bot: Talk
    """What the bot says: its answers, its advice, its dry-run notices, its lines in a chat's log."""
    move: Mover
    now: Clock
    me: int = 0
    """The bot's own id."""
    review_chat: int | None = None
    """The first id of the reviewers' chat."""
    texts: Texts | None = None
    """Reads texts; None where nobody's are read."""
    facts: ChatFacts = field(init=False)
    """Learns a chat's names and links."""
    _silent: dict[int, int] = field(default_factory=dict)
    """Chats whose admins could not be learnt: unix seconds until which that is not tried again."""

    def __post_init__(self) -> None:
        self.facts = ChatFacts(self.store, self.keys, self.ask, self._look)

    def is_review_chat(self, chat_id: int, former: int | None) -> bool:
        """Whether a chat is the reviewers', also after it has become a supergroup: no chat of neighbours."""
        return self.review_chat is not None and self.review_chat in (chat_id, former)

    def context(self, now: int) -> Context:
        """For one batch: hashes are computed once in it and forgotten with it."""
        return Context(now, cache(self.keys.person), self._likeness, self.me or self.bot.deps.me.id)

    def keyed(self, text: str) -> str:
        """A keyed hash of a name's skeleton."""
        return self.keys.token("name", text, 8)

    def _likeness(self, state: ChatState, person: Person) -> tuple[str, ...]:
        return lookalike.likeness(state, person, self.keyed)

    async def know_admins(self, states: Iterable[ChatState], now: int) -> None:
        """Look up the admins of these chats, side by side. Raises TryLater where nothing at all is known."""
        waiting = [state for state in states if not self.knows(state, now)]
        results = await asyncio.gather(
            *(self._look_up(state, now) for state in waiting), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def knows(self, state: ChatState, now: int) -> bool:
        """Whether the chat's admins need not be looked up now."""
        if state.admins is not None and state.admins.fresh(now):
            return True
        if self._silent.get(state.id, 0) > now:
            state.admins_hidden = state.admins is None
            return True
        return False

    async def _look_up(self, state: ChatState, now: int) -> None:
        try:
            members = await self.ask("getChatAdministrators", state, return_bots=True)
        except (Refused, Gone, Forbidden, Migrated):
            self._silent[state.id] = now + REFUSED_FOR
            state.admins_hidden = state.admins is None
            return
        except (TelegramError, TimeoutError):
            if state.admins is None:
                raise TryLater("the admins of a chat could not be looked up", AGAIN) from None
            self._silent[state.id] = now + STALE_FOR
            return
        found = members if isinstance(members, list) else []
        state.admins = lookalike.admins_of(found, now, self.keys.person, self.keyed)
        state.changes.admins = True
        state.changes.leaders = tuple(lookalike.leaders(found))

    async def learn_leaders(self, states: Iterable[ChatState], now: int) -> list[Command]:
        """Who leads chats whose admins were looked up or have changed, for teams; of no chat of reviewers."""
        store, writes = self.store.admissions, list[Command]()
        for state in states:
            if self.is_review_chat(state.id, state.former):
                continue
            if state.changes.leaders is not None:
                writes += await store.learnt(state.key, store.tokens(state.changes.leaders), now)
            elif state.changes.admins:
                writes += store.look_soon(state.key)
        return writes

    async def ask(self, method: str, state: ChatState, **more: Any) -> Any:
        """Telegram's answer about a chat; where it tells a new id, of that one, and the chat moves there."""
        try:
            return await _within(
                self.telegram.call(method, {"chat_id": state.id, **more}, seconds=LOOK_UP_SECONDS)
            )
        except Migrated as moved:
            state.changes.migrated = (state.id, moved.new_id)
            return await _within(
                self.telegram.call(method, {"chat_id": moved.new_id, **more}, seconds=LOOK_UP_SECONDS)
            )

    async def _look(self, method: str, chat_id: int) -> Any:
        return await _within(self.telegram.call(method, {"chat_id": chat_id}, seconds=LOOK_UP_SECONDS))

    async def know_linked(self, state: ChatState, channel: int, now: int) -> None:
        """Learn which channel is linked to a group before another channel is taken for a stranger.

        Raises TryLater when it cannot be learnt now; where Telegram refuses to tell, the channel is spared.
        """
        told = await self.facts.know_addresses(state, now)
        if not told or not state.linked:
            state.linked = self.keys.person(channel)


async def _within(call: Awaitable[Any]) -> Any:
    async with asyncio.timeout(LOOK_UP_SECONDS):
        return await call
