"""Which right of an administrator a change of a setting needs.

Whoever sets what the bot does to people must be allowed to do the same by hand: a setting that lets the bot
ban, mute or close the chat needs `can_restrict_members`, one that lets it delete needs `can_delete_messages`.
It is needed as well to take such a value back. The names are those of the Bot API
(core.telegram.org/bots/api#chatadministratorrights).
"""

from collections.abc import Mapping
from enum import StrEnum

from services.moderation.domain.settings import LOCKS, SETTINGS, ChatSettings


class Right(StrEnum):
    """From the least to the hardest in its consequences."""

    INVITE = "can_invite_users"
    DELETE = "can_delete_messages"
    RESTRICT = "can_restrict_members"
    PROMOTE = "can_promote_members"


_ORDER = tuple(Right)
ANY_ADMIN = frozenset({"language"})
"""Settings that any admin may change."""
OF_SETTING: Mapping[str, Right] = {
    "dryrun": Right.RESTRICT,
    "timezone": Right.RESTRICT,  # it moves the nights
    "suspicious": Right.RESTRICT,
    "suspicious.threshold": Right.RESTRICT,
    "suspicious.days": Right.RESTRICT,
    "raid.joins": Right.RESTRICT,
    "raid.minutes": Right.RESTRICT,
    "raid.action": Right.RESTRICT,
    "raid.quiet": Right.RESTRICT,
    "newcomer.days": Right.RESTRICT,
    "trust.days": Right.RESTRICT,
    "spam": Right.DELETE,
    "spam.for": Right.RESTRICT,
    "spam.words": Right.DELETE,
    "alert.rights": Right.PROMOTE,  # who may change rights says whether that is told
    "own.minutes": Right.DELETE,
    "older.hours": Right.DELETE,
    "older.for": Right.DELETE,
    **{f"lock.{kind}": Right.DELETE for kind in LOCKS},
    "lock.bot": Right.RESTRICT,
    "lock.for": Right.RESTRICT,
    "lock.allow": Right.DELETE,
    "warn.most": Right.RESTRICT,
    "warn.then": Right.RESTRICT,
    "warn.days": Right.RESTRICT,
    "mute.minutes": Right.RESTRICT,
    "ban.days": Right.RESTRICT,
    "night.hours": Right.RESTRICT,
    "night.mode": Right.RESTRICT,
    "night.say": Right.RESTRICT,
    **{name: Right.DELETE for name in SETTINGS if name.startswith(("media.", "service."))},
}
"""The least that each setting needs, whatever its value."""
OF_VALUE: Mapping[tuple[str, str], Right] = {
    ("spam", "remove"): Right.RESTRICT,
    **{(f"lock.{kind}", how): Right.RESTRICT for kind in LOCKS for how in ("warn", "mute")},
}
"""Values that need more than their setting: warnings end in a mute or a ban."""


def required(name: str, *values: str) -> Right | None:
    """The right that giving or taking back one of these values needs; None: any admin may."""
    if name in ANY_ADMIN:
        return None
    found = (OF_VALUE.get((name, value), OF_SETTING[name]) for value in values)
    return max(found, key=_ORDER.index, default=OF_SETTING[name])


def required_for(before: ChatSettings, after: Mapping[str, str]) -> dict[str, Right]:
    """Setting and right, of those of `after` that need one."""
    needed = {name: required(name, before.get(name), value) for name, value in after.items()}
    return {name: right for name, right in needed.items() if right is not None}
