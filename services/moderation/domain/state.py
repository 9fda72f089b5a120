"""What is known of a chat while a batch of its updates is decided, and what the decisions add to it.

Loaded before, saved after; in between every update sees what the ones before it did.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from services.moderation.domain.settings import ChatSettings
from services.moderation.domain.update import ADMINS, Chat, Person

HOUR = 3600
DAY = 24 * HOUR
ADMINS_FRESH = HOUR
"""Seconds after which the list of admins is looked up again when it is needed."""
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


class Observation(NamedTuple):
    """What goes on to the stage that keeps people's standing."""

    person: Person
    kind: str
    reasons: tuple[str, ...]
    message_id: int | None
    at: int


@dataclass(slots=True)
class Changes:
    """What the batch adds; the store turns it into writes, the handler into events."""

    deletes: list[Delete] = field(default_factory=list)
    would: dict[str, int] = field(default_factory=dict)
    """Code and how often, in dry run."""
    observed: list[Observation] = field(default_factory=list)
    index: list[tuple[int, str, int]] = field(default_factory=list)
    """Message id, keyed person, unix seconds."""
    seen: dict[str, int] = field(default_factory=dict)
    joined: dict[str, int] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)
    """User name and id of who wrote, for commands that name a person."""
    albums: set[str] = field(default_factory=set)
    about: bool = False
    admins: bool = False
    status: bool = False
    told: tuple[str, ...] = ()
    migrated_to: int | None = None


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
    joined: dict[str, int] = field(default_factory=dict)
    albums: dict[str, Album] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    """Code of a dry-run notice: when it was last given."""
    place: tuple[float, float] | None = None
    changes: Changes = field(default_factory=Changes)

    def is_admin(self, person: str) -> bool:
        return self.admins is not None and person in self.admins.people


def admin_status(member: Mapping[str, Any]) -> bool:
    """Whether a ChatMember as Telegram sent it is an admin or the owner."""
    return member.get("status") in ADMINS


def strings(values: Iterable[Any]) -> set[str]:
    return {str(value) for value in values if value}
