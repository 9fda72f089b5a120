"""What the dialogues need from the rest of the service, and no more."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from services.moderation.bot.store import BotStore
from services.moderation.domain.closing import Closed
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.state import ChatState
from services.moderation.domain.warnings import Warned
from services.moderation.store.admissions import AdmissionStore
from services.moderation.store.closings import Closings
from services.moderation.store.removals import Removals
from services.moderation.store.visited import Visited
from services.moderation.store.vouches import Vouches
from services.moderation.store.watched import WatchedNames
from services.moderation.telegram.ports import Caller
from services.moderation.telegram.store import ActorStore
from shared.bus.commit import Command, Commit, Expect
from shared.clock import Clock
from shared.keys import Keys
from shared.settings import Settings


class Chats(Protocol):
    """What moderation knows of a chat; the service's own store is it."""

    @property
    def closings(self) -> Closings:
        """Closed chats."""

    @property
    def vouches(self) -> Vouches:
        """Members' words for newcomers."""

    @property
    def watched(self) -> WatchedNames:
        """Names that chats allow."""

    def key(self, chat_id: int) -> str:
        """The chat's keyed hash."""

    async def settings(self, chat_id: int) -> ChatSettings:
        """The chat's settings as they now stand."""

    async def settings_of(self, chats: Collection[int]) -> dict[int, ChatSettings]:
        """The settings of several chats in one round trip."""

    async def setting_unchanged(self, chat_id: int, name: str, value: str) -> Expect:
        """Nobody has set it meanwhile."""

    def set_setting(self, chat_id: int, name: str, value: str) -> list[Command]:
        """Writes of one setting that `domain.settings.parse` has accepted."""

    async def person_named(self, chat_id: int, username: str, now: int) -> int | None:
        """The id of who wrote here under this user name (lower case, without @) in the last 48 hours."""

    async def state(self, chat_id: int, people: Iterable[int] = ()) -> ChatState:
        """What is known of one chat: its title, its admins under keyed hashes; and of people by their ids."""

    async def listen(self, chat_id: int, user_id: int, now: int) -> list[Command]:
        """Note the person's next message here also when one was noted today; `now` in unix seconds."""

    async def now_at(self, chat_id: int) -> int:
        """The chat's own id, or that of the supergroup that it has become."""

    async def former(self, chat_id: int) -> int | None:
        """The id that a supergroup had as a group."""

    @property
    def visited(self) -> Visited:
        """The chats that the bot is in, all at once."""

    @property
    def removals(self) -> Removals:
        """Who was removed on the word of other chats."""

    @property
    def admissions(self) -> AdmissionStore:
        """Which chats are heard."""

    async def managed(self) -> list[int]:
        """Ids of all chats that the bot is in."""

    async def ids(self, chats: Collection[str]) -> dict[str, int]:
        """The ids behind keyed hashes of chats that the bot is in."""

    async def messages_of(self, chat_id: int, user_id: int, now: int) -> list[int]:
        """Ids of the person's messages below 48 hours, oldest first."""

    async def messages_since(
        self, chat_id: int, message_id: int, now: int, topic: int | None = None
    ) -> list[int]:
        """Ids of this message and all after it, below 48 hours."""

    async def warned(self, chat_id: int, user_id: int) -> Warned:
        """A person's warnings, also those that have expired."""

    def save_warned(self, chat_id: int, user_id: int, warned: Warned) -> list[Command]:
        """`Warned()` clears."""

    def trust(self, chat_id: int, user_id: int, now: int) -> list[Command]:
        """An admin's word for a person; `now` in unix seconds."""

    def distrust(self, chat_id: int, user_id: int) -> list[Command]:
        """That word taken back."""

    async def closed(self, chat_id: int) -> Closed | None:
        """How the chat is closed by night or by order; None when it is open."""


class Teacher(Protocol):
    """Learns from an admin's word what spam is."""

    async def reported(self, chat_id: int, sender: int, text: str) -> Commit:
        """An admin calls this text of this person, or channel, spam."""


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
    teacher: Teacher | None = None
    now: Clock = field(kw_only=True)
