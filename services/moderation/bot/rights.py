"""Who may do what, asked of Telegram each time. A look-up that fails gives nobody anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.moderation.domain.membership import LEFT, Membership, membership_of
from services.moderation.telegram.asking import ask
from services.moderation.telegram.errors import Gone, TelegramError
from services.moderation.telegram.ports import Caller

LOOK_UP_SECONDS = 5.0


class Unknown(Exception):  # noqa: N818
    """Telegram could not be asked: nothing is known of this person's rights."""


@dataclass(frozen=True)
class Rights:
    """A person's place in a chat; `name` as shown, for texts inside Telegram only."""

    status: str = "left"
    inside: bool = False
    can_restrict: bool = False
    can_delete: bool = False
    can_invite: bool = False
    is_bot: bool = False
    name: str = ""
    membership: Membership | None = LEFT
    """What stands for them; None where Telegram says something that is not known here."""

    @property
    def is_admin(self) -> bool:
        return self.status in {"creator", "administrator"}


ANONYMOUS_ADMIN = Rights("administrator", inside=True, can_restrict=True, can_delete=True, can_invite=True)
"""Somebody who writes as the chat itself: Telegram lets only admins do so, and hides who it is."""


def of_member(member: Mapping[str, Any]) -> Rights:
    """From a ChatMember. A right that is not named is not there, except with the owner, who has all."""
    status = str(member.get("status", ""))
    owner = status == "creator"
    user = member.get("user")
    user = user if isinstance(user, dict) else {}
    return Rights(
        status=status,
        inside=status in {"creator", "administrator", "member"} or member.get("is_member") is True,
        can_restrict=owner or member.get("can_restrict_members") is True,
        can_delete=owner or member.get("can_delete_messages") is True,
        can_invite=owner or member.get("can_invite_users") is True,
        is_bot=user.get("is_bot") is True,
        name=" ".join(str(user[part]) for part in ("first_name", "last_name") if user.get(part)),
        membership=membership_of(member),
    )


async def look_up(telegram: Caller, chat_id: int, user_id: int) -> Rights:
    """Raises Unknown when Telegram does not say, Moved when it tells another id of the chat."""
    try:
        member = await ask(telegram, "getChatMember", chat_id, seconds=LOOK_UP_SECONDS, user_id=user_id)
    except Gone:
        return Rights()
    except TelegramError:
        raise Unknown from None
    if not isinstance(member, dict):
        raise Unknown
    return of_member(member)
