"""Learns what must be known before a link or a quote is held against somebody, see `domain.facts`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from services.moderation.domain.context import Context
from services.moderation.domain.facts import Fact
from services.moderation.domain.state import Addresses, ChatState
from services.moderation.domain.update import Update
from services.moderation.domain.violations import keys_of, quote_of_here
from services.moderation.store import Store, addresses
from services.moderation.store.index import Index
from services.moderation.telegram.errors import Forbidden, Gone, Migrated, Refused, TelegramError
from shared.bus.errors import TryLater
from shared.keys import Keys
from shared.text.targets import target_of

NO_CHANNEL = "-"
"""In place of the linked channel's hash: there is none. One that comes later shows by its own posts."""
AGAIN = 5.0
"""Seconds after which an update waits again for a look-up that failed."""
REFUSED_FOR = 600
"""Seconds for which a refusal to tell is believed."""
STALE_FOR = 60
"""Seconds for which old facts are believed when they could not be looked up again."""


@dataclass
class ChatFacts:
    """`ask` calls a method of the Bot API about a chat, as `Desk.ask` does."""

    store: Store
    keys: Keys
    ask: Callable[[str, ChatState], Awaitable[Any]]
    look: Callable[[str, int], Awaitable[Any]]
    """Calls a method of the Bot API about another chat, by its id."""
    _failed: dict[int, int] = field(default_factory=dict)
    """Chats that could not be looked up: unix seconds until which that is not tried again."""

    async def learn(
        self, needed: frozenset[Fact], update: Update, state: ChatState, context: Context
    ) -> None:
        """Raises TryLater when something cannot be learnt now."""
        if Fact.ADDRESSES in needed:
            await self.know_addresses(state, context.now)
        if Fact.INVITES in needed:
            kept = await self.store.invites.of(state.id)
            state.invites = frozenset(target_of(one.url).code for one in kept)
        if Fact.AUTHOR in needed:
            await self._know_author(update, state, context)

    async def know_addresses(self, state: ChatState, now: int) -> bool:
        """The chat's names, its linked channel and that one's names; whether Telegram tells them at all.

        Raises TryLater when nothing is known and nothing can be learnt now.
        """
        known = state.addresses
        if known is None and state.sealed_addresses:
            known = state.addresses = addresses.opened(state.sealed_addresses, self.keys)
        if known is not None and known.fresh(now):
            return True
        if self._failed.get(state.id, 0) > now:
            state.addresses = (known or Addresses())._replace(at=now)
            return known is not None
        return await self._look_up(state, known, now)

    async def _look_up(self, state: ChatState, known: Addresses | None, now: int) -> bool:
        try:
            chat = await self.ask("getChat", state)
            linked = _linked(chat)
            names = _usernames(chat) | (await self._names_of(linked) if linked else frozenset())
        except (Refused, Gone, Forbidden, Migrated):
            self._failed[state.id] = now + REFUSED_FOR
            state.addresses = Addresses(now)
            return False
        except (TelegramError, TimeoutError):
            if known is None:
                raise TryLater("the names of a chat could not be looked up", AGAIN) from None
            self._failed[state.id] = now + STALE_FOR
            state.addresses = known._replace(at=now)
            return True
        state.addresses, state.changes.addresses = Addresses(now, names, linked), True
        state.linked = self.keys.person(linked) if linked else NO_CHANNEL
        state.changes.linked = True
        return True

    async def _names_of(self, channel: int) -> frozenset[str]:
        """Nothing where the bot may not look the channel up: a private one has no names."""
        try:
            return _usernames(await self.look("getChat", channel))
        except (Refused, Gone, Forbidden, Migrated):
            return frozenset()

    async def _know_author(self, update: Update, state: ChatState, context: Context) -> None:
        """Who wrote what is quoted, and how well they are known here."""
        quote = quote_of_here(update, state, context)
        if quote is None:
            return
        person, channel = keys_of(quote.source, context)
        author = person or channel
        if quote.external is not None:
            indexed = await self.store.chats.index.author(state.id, quote.source.id, context.now)
            author = state.key if indexed == Index.OURS else indexed or author
        state.authors[quote.source.id] = author
        if author:
            state.know(await self.store.chats.standing(state.id, {author, person} - {""}))


def _usernames(chat: Any) -> frozenset[str]:
    """The active user names in a ChatFullInfo."""
    if not isinstance(chat, dict):
        return frozenset()
    found = chat.get("active_usernames")
    names = [*(found if isinstance(found, list) else ()), chat.get("username")]
    return frozenset(name.lower() for name in names if isinstance(name, str) and name)


def _linked(chat: Any) -> int:
    """The id of the linked channel in a ChatFullInfo; 0 for none."""
    linked = chat.get("linked_chat_id") if isinstance(chat, dict) else None
    return linked if type(linked) is int else 0
