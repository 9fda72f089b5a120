"""What the dialogues need from the rest of the service, and no more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.moderation.bot.store import BotStore
from services.moderation.domain.settings import ChatSettings
from services.moderation.telegram.ports import Caller
from services.moderation.telegram.store import ActorStore
from shared import clock
from shared.bus.commit import Command
from shared.keys import Keys
from shared.settings import Settings


class Chats(Protocol):
    """What moderation knows of a chat; the service's own store is it."""

    async def settings(self, chat_id: int) -> ChatSettings:
        """The chat's settings as they now stand."""

    def set_setting(self, chat_id: int, name: str, value: str) -> list[Command]:
        """Writes of one setting that `domain.settings.parse` has accepted."""

    async def person_named(self, chat_id: int, username: str) -> int | None:
        """The id of who wrote here under this user name (lower case, without @) in the last 48 hours."""


@dataclass(frozen=True)
class Me:
    """The bot itself, from getMe."""

    id: int
    username: str


@dataclass(frozen=True)
class Deps:
    """All that the dialogues and the review handlers reach for; given to the bus under the name `bot`."""

    settings: Settings
    keys: Keys
    telegram: Caller
    chats: Chats
    store: BotStore
    actor_store: ActorStore
    me: Me
    now: Callable[[], datetime] = clock.now
