"""Who somebody is in a chat, for rules that are for some people only."""

from enum import IntEnum

from services.moderation.domain.policy import Policy
from services.moderation.domain.state import ChatState
from services.moderation.domain.update import TELEGRAM_OWN, Message


class Role(IntEnum):
    """From the least known to those for whom rules are not made."""

    STRANGER = 0
    """Who writes as a channel that has nothing to do with the chat."""
    NEWCOMER = 1
    UNTRUSTED = 2
    MEMBER = 3
    LINKED = 4
    """The channel that is linked to the group."""
    ADMIN = 5


_REACH = {"newcomers": Role.NEWCOMER, "untrusted": Role.UNTRUSTED, "everyone": Role.MEMBER}


def concerns(whom: str, role: Role) -> bool:
    """Whether a rule that is for `everyone`, `untrusted` or `newcomers` is for this role."""
    return role <= _REACH[whom]


def role_of(message: Message, person: str, channel: str, state: ChatState, policy: Policy) -> Role:
    """`person` is the sender's keyed hash, `channel` that of the channel written as; empty for none."""
    if message.is_automatic_forward or (channel and channel == state.linked):
        return Role.LINKED
    if message.sender_chat is not None:
        return Role.ADMIN if message.sender_chat == state.id else Role.STRANGER
    if message.sender is None:
        return Role.ADMIN  # a channel's own post, or something that nobody wrote
    if state.is_admin(person) or message.sender.id in TELEGRAM_OWN:
        return Role.ADMIN
    return member_role(person, message.at, state, policy)


def role_of_author(author: str, at: int, state: ChatState, policy: Policy) -> Role:
    """By the keyed hash under which a message is indexed; `at` is unix seconds."""
    if author == state.key or state.is_admin(author):
        return Role.ADMIN
    return Role.LINKED if author == state.linked else member_role(author, at, state, policy)


def member_role(person: str, at: int, state: ChatState, policy: Policy) -> Role:
    """How well somebody who is no admin is known; `at` is unix seconds."""
    if person in state.trusted:
        return Role.MEMBER
    joined = state.joined.get(person)
    if joined is not None and at - joined < policy.newcomer:
        return Role.NEWCOMER
    return Role.MEMBER if state.days.get(person, 0) >= policy.trust_days else Role.UNTRUSTED
