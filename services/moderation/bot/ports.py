"""What the dialogues need from the rest of the service, and no more."""

from dataclasses import dataclass
from typing import Any, Protocol

from services.moderation.bot.store import BotStore
from services.moderation.telegram.store import ActorStore
from shared.bus.commit import Command, Expect
from shared.keys import Keys
from shared.settings import Settings


class Caller(Protocol):
    """Calls the Bot API; `telegram.client.Telegram` is the real one."""

    async def call(self, method: str, params: dict[str, Any] | None = None, *, seconds: float = 15) -> Any:
        """Returns `result` as decoded JSON; raises `telegram.errors.TelegramError` only."""


class ChatSettings(Protocol):
    """One chat's settings as they now stand, defaults filled in."""

    def get(self, name: str) -> str:
        """The value of a dotted name such as `media.photo`. Raises KeyError for an unknown name."""


class Setting(Protocol):
    """One setting that a chat has."""

    @property
    def name(self) -> str: ...
    @property
    def choices(self) -> tuple[str, ...]: ...
    @property
    def default(self) -> str: ...


class Chats(Protocol):
    """What moderation knows of a chat."""

    async def settings(self, chat_id: int) -> ChatSettings: ...

    def set_setting(self, chat_id: int, name: str, value: str) -> list[Command]:
        """Writes of one checked value."""

    async def person_named(self, chat_id: int, username: str) -> int | None:
        """The id of who wrote under this user name (without @) in the last 48 hours."""

    async def messages_of(self, chat_id: int, user_id: int) -> list[int]:
        """Ids of the person's messages below 48 hours, oldest first."""


@dataclass(frozen=True)
class Me:
    """The bot itself, from getMe."""

    id: int
    username: str


@dataclass(frozen=True)
class Deps:
    """All that `dialogue.handle` and the review handlers reach for."""

    settings: Settings
    keys: Keys
    telegram: Caller
    chats: Chats
    store: BotStore
    actor_store: ActorStore
    me: Me


__all__ = ["Caller", "ChatSettings", "Chats", "Deps", "Expect", "Me", "Setting"]
