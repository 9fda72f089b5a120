"""Whether a member's word for a newcomer counts.

Who vouches must be known in the chat by the same measure as for its rules (`trust.days`), must speak for
somebody who joined lately, and may do so a few times a month: a word that costs nothing says nothing.
"""

from collections.abc import Iterable
from typing import NamedTuple

from services.moderation.domain.roles import Role, member_role
from services.moderation.domain.state import DAY, ChatState

COMMAND = "vouch"
MOST = 3
WITHIN = 30 * DAY


class Vouch(NamedTuple):
    """`person` is whom the word was for, as a keyed hash; `at` unix seconds."""

    at: int
    person: str


def is_meant(text: object) -> bool:
    """Whether a command is this one; for which bot it is meant is looked at later."""
    return isinstance(text, str) and text[: len(COMMAND) + 1].lower() == f"/{COMMAND}"


def may(voucher: str, state: ChatState, now: int) -> bool:
    """Whether this member is heard at all."""
    return member_role(voucher, now, state, state.policy) is Role.MEMBER


def refusal(voucher: str, person: str, given: Iterable[Vouch], state: ChatState, now: int) -> str | None:
    """Key of why the word does not count; `given`: what this member has said before."""
    lately = [one for one in given if now - one.at < WITHIN]
    if voucher == person:
        return "vouch.self"
    if state.is_admin(person) or person not in state.joined or person in state.trusted:
        return "vouch.known"
    if any(one.person == person for one in lately):
        return "vouch.twice"
    return "vouch.enough" if len(lately) >= MOST else None
