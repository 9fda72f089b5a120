"""What somebody is in a chat (core.telegram.org/bots/api#chatmember), and the calls that change it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from services.moderation.domain.permissions import MUTED, Permissions, is_silent, named_in
from shared.contracts.telegram import Stands

FOR_EVER = 0
"""Telegram's `until_date` of a ban or a restriction without an end."""
_KNOWN = frozenset({"creator", "administrator", "member", "restricted", "left", "kicked"})
_NONE: Permissions = MappingProxyType({})


class Membership(NamedTuple):
    """`until` is unix seconds, `FOR_EVER` (0) for a ban or restriction without an end; `permissions` are
    those of somebody who is restricted.
    """

    status: str
    until: int = FOR_EVER
    permissions: Permissions = _NONE

    @property
    def is_admin(self) -> bool:
        return self.status in ("creator", "administrator")

    @property
    def is_banned(self) -> bool:
        return self.status == "kicked"

    @property
    def is_restricted(self) -> bool:
        return self.status == "restricted"

    @property
    def is_muted(self) -> bool:
        return self.is_restricted and is_silent(self.permissions)

    def at(self, now: float) -> "Membership":
        """A ban or restriction whose end has come is no more."""
        over = self.until != FOR_EVER and self.until <= now
        return LEFT if over and (self.is_banned or self.is_restricted) else self

    @property
    def stands(self) -> Stands:
        """For a message."""
        return Stands(status=self.status, until=self.until, permissions=dict(self.permissions))

    def outlasts(self, until: int) -> bool:
        """Whether this ban or restriction ends later than that moment."""
        return later(self.until, until)


LEFT = Membership("left")
"""Nothing stands, and they are not in the chat."""


def of_stands(stands: Stands) -> Membership:
    """As it came with a message."""
    return Membership(stands.status, stands.until, stands.permissions)


def later(one: int, other: int) -> bool:
    """Whether the first of two ends comes after the second; never is later than any time."""
    return one != other and (one == FOR_EVER or (other != FOR_EVER and one > other))


def membership_of(member: Any) -> Membership | None:
    """From a ChatMember; None for what is none, or for a status that is not known here.

    An end that cannot be read counts as none: what stands must not seem weaker than it is.
    """
    status = member.get("status") if isinstance(member, Mapping) else None
    if not isinstance(status, str) or status not in _KNOWN:
        return None
    if status not in ("restricted", "kicked"):
        return Membership(status)
    until = member.get("until_date")
    end = until if type(until) is int and until > 0 else FOR_EVER
    return Membership(status, end, named_in(member) if status == "restricted" else _NONE)


def muting(user_id: int, until: int | None) -> dict[str, Any]:
    """The parameters of `restrictChatMember` that mute somebody; `until` in unix seconds, None for ever."""
    end = {} if until is None else {"until_date": until}
    return {"user_id": user_id, "permissions": dict(MUTED), **end}


def banning(user_id: int, until: int | None) -> dict[str, Any]:
    """The parameters of `banChatMember`; `until` in unix seconds, None for ever."""
    return {"user_id": user_id, **({} if until is None else {"until_date": until})}
