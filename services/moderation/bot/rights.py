"""Who may do what, asked of Telegram each time. A look-up that fails gives nobody anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.moderation.domain.membership import LEFT, Membership, membership_of
from services.moderation.domain.required import Right, required_for
from services.moderation.domain.settings import ChatSettings
from services.moderation.telegram.asking import ask
from services.moderation.telegram.errors import Gone, TelegramError
from services.moderation.telegram.ports import Caller

LOOK_UP_SECONDS = 5.0


_ORDER = tuple(Right)
NO_RIGHT = {
    Right.INVITE: "link.no_right",
    Right.DELETE: "purge.no_right",
    Right.RESTRICT: "deed.no_right",
    Right.PROMOTE: "rights.no_promote",
}
"""Keys of what an admin without a right is told."""


class Unknown(Exception):  # noqa: N818
    """Telegram could not be asked: nothing is known of this person's rights."""


class LacksRight(Exception):  # noqa: N818
    """Somebody wants what they may not do. `key`: what they are told; `names`: of settings that need more."""

    def __init__(self, key: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(key)
        self.key = key
        self.names = names


@dataclass(frozen=True)
class Rights:
    """A person's place in a chat; `name` as shown, for texts inside Telegram only."""

    status: str = "left"
    inside: bool = False
    given: frozenset[Right] = field(default_factory=frozenset)
    """Rights as an administrator."""
    is_bot: bool = False
    name: str = ""
    membership: Membership | None = LEFT
    """What stands for them; None where Telegram says something that is not known here."""

    @property
    def is_admin(self) -> bool:
        return self.status in {"creator", "administrator"}

    @property
    def can_restrict(self) -> bool:
        return Right.RESTRICT in self.given

    @property
    def can_delete(self) -> bool:
        return Right.DELETE in self.given

    @property
    def can_invite(self) -> bool:
        return Right.INVITE in self.given

    def require(self, right: Right) -> None:
        """Raises LacksRight."""
        self.require_admin()
        if right not in self.given:
            raise LacksRight(NO_RIGHT[right])

    def require_admin(self) -> None:
        """Raises LacksRight."""
        if not self.is_admin:
            raise LacksRight("press.not_admin")

    def require_for(self, before: ChatSettings, after: Mapping[str, str]) -> None:
        """Whether these settings may be given these values. Raises LacksRight."""
        self.require_admin()
        needed = required_for(before, after)
        missing = [right for right in needed.values() if right not in self.given]
        if missing:
            first = max(missing, key=_ORDER.index)
            raise LacksRight(NO_RIGHT[first], tuple(name for name, one in needed.items() if one is first))


ANONYMOUS_ADMIN = Rights("administrator", inside=True)
"""Somebody who writes as the chat itself: an admin, of whom Telegram hides who it is and what they may do."""
EVERY_RIGHT = Rights("creator", inside=True, given=frozenset(Right))
"""To see what a command would do, before it is known who orders it."""


def of_member(member: Mapping[str, Any]) -> Rights:
    """From a ChatMember. A right that is not named is not there, except with the owner, who has all.

    What a restricted member may do goes by the same names, and is no right of an admin.
    """
    status = str(member.get("status", ""))
    given = {right for right in Right if status == "creator" or member.get(right.value) is True}
    user = member.get("user")
    user = user if isinstance(user, dict) else {}
    return Rights(
        status=status,
        inside=status in {"creator", "administrator", "member"} or member.get("is_member") is True,
        given=frozenset(given if status in {"creator", "administrator"} else ()),
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
