"""What a handler hands over: state to write and events to publish, all or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from shared.contracts.base import Message

Argument = str | bytes | int | float
Command = tuple[Argument, ...]
"""One Redis write, as in `("HSET", key, field, value)`.

Lua has no rollback, so a write must not be able to fail: the type of each key is fixed, and no command is
used whose success depends on what is stored.
"""


@dataclass(frozen=True)
class Expect:
    """A condition on what is stored, checked before anything is written; unmet, the handler runs again."""

    key: str
    value: str | bytes | None = None
    """None: must be absent."""
    field: str | None = None
    """A field of a hash; None: the whole string key."""

    @classmethod
    def absent(cls, key: str, field: str | None = None) -> "Expect":
        return cls(key, None, field)

    @classmethod
    def equals(cls, key: str, value: str | bytes | None, field: str | None = None) -> "Expect":
        return cls(key, value, field)


@dataclass(frozen=True)
class Commit:
    """The outcome of a handler: committed atomically with the acknowledgement of what it handled."""

    writes: tuple[Command, ...] = ()
    events: tuple[Message, ...] = ()
    expect: tuple[Expect, ...] = ()

    @classmethod
    def of(
        cls,
        writes: Iterable[Command] = (),
        events: Iterable[Message] = (),
        expect: Iterable[Expect] = (),
    ) -> "Commit":
        return cls(tuple(writes), tuple(events), tuple(expect))

    def __add__(self, other: "Commit") -> "Commit":
        return Commit(self.writes + other.writes, self.events + other.events, self.expect + other.expect)


@dataclass(frozen=True)
class Overtaking(Commit):
    """Of a message that need not wait behind an earlier one of its key: their order does not matter."""

    @classmethod
    def by(cls, commit: Commit) -> "Overtaking":
        return cls(commit.writes, commit.events, commit.expect)


NOTHING = Commit()
"""Handled; nothing follows from it."""


@dataclass(frozen=True)
class Part:
    """The commit of the first messages of a batch; its handler is called again with the others after that."""

    first: int
    """How many, at least one."""
    commit: Commit


class Outcome(StrEnum):
    """What became of a commit."""

    DONE = "done"
    ALREADY = "already"
    """The entry was no longer pending: somebody else has done it."""
    CONFLICT = "conflict"
    """An expectation was not met; read again."""
    FENCED = "fenced"
    """The partition now belongs to another replica."""


@dataclass
class Unit:
    """Entries of one partition that are acknowledged together with one commit."""

    ids: list[bytes]
    commit: Commit = field(default=NOTHING)
