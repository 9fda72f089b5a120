"""What is known of a chat while a batch of its updates is decided, and what the decisions add to it.

Loaded before, saved after; in between every update sees what the ones before it did.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from services.moderation.domain import policy
from services.moderation.domain.membership import Membership
from services.moderation.domain.policy import Policy
from services.moderation.domain.reading import Copies
from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.update import ADMINS, Chat, Person
from services.moderation.domain.warnings import Warned

AlertKind = Literal["owner_changed", "owner_left", "admin_added", "admin_removed", "admin_rights"]
HOUR = 3600
DAY = 24 * HOUR
ADMINS_FRESH = HOUR
"""Seconds after which the list of admins is looked up again when it is needed."""
ADDRESSES_FRESH = HOUR
"""The same for the names of a chat that updates do not tell."""
NAME_LEAST = 4
"""A shorter name is shared by too many people to be a look-alike."""


@dataclass(slots=True)
class Admins:
    """A chat's admins under keyed hashes, with the keyed looks of their names, see `lookalike`."""

    at: int
    people: set[str]
    names: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    usernames: set[str] = field(default_factory=set)

    def fresh(self, now: int) -> bool:
        return now - self.at < ADMINS_FRESH


class Addresses(NamedTuple):
    """What leads into a chat beside the public name in its updates, as Telegram told at `at`.

    `usernames`, in lower case, are those of the chat and of its linked channel, whose id is `linked`.
    """

    at: int = 0
    usernames: frozenset[str] = frozenset()
    linked: int = 0

    def fresh(self, now: int) -> bool:
        return now - self.at < ADDRESSES_FRESH


@dataclass(slots=True)
class Album:
    """Parts of one album seen so far; `doomed` is why they go, once one of them goes."""

    parts: set[int] = field(default_factory=set)
    doomed: str = ""


class Delete(NamedTuple):
    message_id: int
    sent_at: int
    code: str
    """Why, as in the log: `service.joined`, `media.photo`."""
    more: tuple[str, ...] = ()
    """Codes that say it closer."""


class Held(NamedTuple):
    """A message that goes later; `at` is when, in unix seconds."""

    delete: Delete
    at: int


class Alert(NamedTuple):
    """Something that the admins must hear of; `trace` is the message that goes once they have."""

    kind: AlertKind
    who: Person
    by: Person | None
    trace: Delete | None = None


@dataclass(frozen=True, slots=True)
class Sanction:
    """What follows for somebody who broke a lock; `until` in unix seconds, None for ever.

    `what` is `warn`, `mute`, `ban`, or `remove` for a bot and `ban_channel` for a channel, whose id is
    `channel`.
    """

    what: str
    code: str
    message_id: int
    person: Person | None
    channel: int | None = None
    topic: int | None = None
    until: int | None = None
    count: int = 0
    most: int = 0
    more: tuple[str, ...] = ()
    """Codes that say it closer than `code`."""


class Weakened(NamedTuple):
    """A ban or restriction that the bot's own call has ended or shortened; `old` stood, `new` does."""

    user_id: int
    old: Membership
    new: Membership
    update_id: int


class Observation(NamedTuple):
    """What goes on to the stage that keeps people's standing."""

    person: Person
    kind: str
    reasons: tuple[str, ...]
    message_id: int | None
    at: int
    road: str = ""
    """How a person came in, see `update.Change.road`; `vouched`: brought by a member who writes here."""


@dataclass(slots=True)
class Changes:
    """What the batch adds; the store turns it into writes, the handler into events."""

    deletes: list[Delete] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    """Ids in `deletes`."""
    would: dict[str, int] = field(default_factory=dict)
    """Code and how often, in dry run."""
    held: list[Held] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    sanctions: list[Sanction] = field(default_factory=list)
    weakened: list[Weakened] = field(default_factory=list)
    by_others: list[int] = field(default_factory=list)
    """Ids of people whose ban or restriction somebody else has set, changed or lifted."""
    observed: list[Observation] = field(default_factory=list)
    index: list[tuple[int, str, int, int]] = field(default_factory=list)
    """Message id, keyed person, unix seconds, topic or 0."""
    seen: dict[str, int] = field(default_factory=dict)
    joined: dict[str, int] = field(default_factory=dict)
    warned: set[str] = field(default_factory=set)
    named: dict[str, int] = field(default_factory=dict)
    """User name and id of who wrote, for commands that name a person."""
    albums: set[str] = field(default_factory=set)
    copies: list[Copies] = field(default_factory=list)
    """Texts to be known again in other chats."""
    cases: list[tuple[str, bytes]] = field(default_factory=list)
    """Keyed person and features of a text that looks like spam, for an admin's word to teach."""
    about: bool = False
    former_name: str = ""
    """The user name that the chat has given up."""
    admins: bool = False
    leaders: tuple[int, ...] | None = None
    """Ids of the people who lead the chat, where that was looked up; None: not now."""
    status: bool = False
    linked: bool = False
    addresses: bool = False
    told: tuple[str, ...] = ()
    migrated: tuple[int, int] | None = None
    """A group's id and that of the supergroup that it has become."""


@dataclass(slots=True)
class ChatState:
    """`key` is the chat's keyed hash; `bot` the bot's own membership as last heard, empty when never."""

    id: int
    key: str
    settings: ChatSettings = field(default_factory=ChatSettings)
    about: Chat | None = None
    bot: str = ""
    admins: Admins | None = None
    admins_hidden: bool = False
    """Telegram refuses to tell who the admins are: nobody here is accused and no person's message deleted."""
    seen: dict[str, int] = field(default_factory=dict)
    """Keyed person: unix seconds of the last message that was noted."""
    days: dict[str, int] = field(default_factory=dict)
    """On how many days a keyed person has written here."""
    joined: dict[str, int] = field(default_factory=dict)
    warned: dict[str, Warned] = field(default_factory=dict)
    trusted: set[str] = field(default_factory=set)
    """Keyed people for whom an admin has spoken."""
    linked: str = ""
    """The keyed hash of the channel that is linked to this group, as far as it was seen."""
    addresses: Addresses | None = None
    """None until a link asks for it."""
    sealed_addresses: bytes = b""
    """As stored; opened when a link asks for it."""
    invites: frozenset[str] | None = None
    """Hashes of the bot's own invite links; None until a link asks for them."""
    former: int | None = None
    """The id of the group that this supergroup was."""
    authors: dict[int, str] = field(default_factory=dict)
    """Message id: the keyed person or channel who wrote it, empty where that is not known any more. Only of
    messages that somebody quotes."""
    albums: dict[str, Album] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    """Code of a dry-run notice: when it was last given."""
    place: tuple[float, float] | None = None
    """Where the directory places the chat."""
    taken_link: str = ""
    """A link of this chat under which another one is listed."""
    moved_to: int | None = None
    """The supergroup that this group has become."""
    precision: str = ""
    """How exactly the directory places the chat, see `contracts.listings.Precision`."""
    changes: Changes = field(default_factory=Changes)
    _policy: tuple[ChatSettings, Policy] | None = None

    @property
    def policy(self) -> Policy:
        """The settings as they stand, ready to be looked at often."""
        if self._policy is None or self._policy[0] is not self.settings:
            self._policy = (self.settings, policy.of(self.settings))
        return self._policy[1]

    @property
    def is_basic(self) -> bool:
        """As far as is known, see `Chat.is_basic`."""
        return self.about is not None and self.about.is_basic

    def know(self, other: "ChatState") -> None:
        """Take over what another look at the same chat tells of people; what is known already stays."""
        self.seen = other.seen | self.seen
        self.days = other.days | self.days
        self.joined = other.joined | self.joined
        self.trusted |= other.trusted

    def warned_of(self, person: str) -> Warned:
        return self.warned.get(person, Warned())

    def is_admin(self, person: str) -> bool:
        return self.admins is not None and person in self.admins.people


def admin_status(member: Mapping[str, Any]) -> bool:
    """Whether a ChatMember as Telegram sent it is an admin or the owner."""
    return member.get("status") in ADMINS


def strings(values: Iterable[Any]) -> set[str]:
    return {str(value) for value in values if value}
