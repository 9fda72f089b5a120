"""A person's place in one chat."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from simulator.world.people import User
from simulator.world.rights import permissions_json

Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]

SHORTEST, LONGEST = 30, 366 * 86400
"""A ban or restriction below 30 s or above 366 days is for ever."""


@dataclass(frozen=True, slots=True)
class Member:
    """Immutable: a change makes a new one, so that updates can show old and new."""

    user: User
    status: Status = "left"
    rights: dict[str, bool] = field(default_factory=dict)
    permissions: dict[str, bool] = field(default_factory=dict)
    is_member: bool = True
    """For the restricted: whether they are in the chat."""
    until: int = 0
    title: str = ""
    is_anonymous: bool = False
    promoted_by: int = 0
    joined_at: int = 0

    @property
    def present(self) -> bool:
        """In the chat right now."""
        if self.status == "restricted":
            return self.is_member
        return self.status in {"creator", "administrator", "member"}

    @property
    def is_admin(self) -> bool:
        return self.status in {"creator", "administrator"}

    def may(self, right: str) -> bool:
        """Whether an administrator holds this right."""
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, False))

    def lapsed(self, now: float) -> "Member":
        """A ban or restriction whose time is over is no more."""
        if not self.until or now < self.until or self.status not in {"kicked", "restricted"}:
            return self
        back: Status = "member" if self.status == "restricted" and self.is_member else "left"
        return replace(self, status=back, until=0, permissions={})

    def restricted(self, permissions: dict[str, bool], until: int) -> "Member":
        """With these permissions only. Whatever stood is replaced, a ban as well; with all of them the person
        is a plain member, or nobody's member where they are not in the chat.
        """
        if all(permissions.values()):
            return Member(self.user, "member" if self.present else "left", joined_at=self.joined_at)
        return Member(
            self.user,
            "restricted",
            permissions=permissions,
            is_member=self.present,
            until=until,
            joined_at=self.joined_at,
        )

    def stands_as(self, other: "Member") -> bool:
        """Whether a change from one to the other would change nothing."""
        mine, theirs = ((one.status, one.until, one.permissions, one.present) for one in (self, other))
        return mine == theirs and not self.is_admin

    def json(self, viewer: int) -> dict[str, Any]:
        """A ChatMember as the bot `viewer` sees it."""
        shown: dict[str, Any] = {"user": self.user.json(), "status": self.status}
        if self.status == "creator":
            shown["is_anonymous"] = self.is_anonymous
        elif self.status == "administrator":
            shown |= {"can_be_edited": self.promoted_by == viewer, "is_anonymous": self.is_anonymous}
            shown |= self.rights | {
                "can_manage_voice_chats": self.rights.get("can_manage_video_chats", False)
            }
        elif self.status == "restricted":
            shown |= permissions_json(self.permissions)
            shown |= {"is_member": self.is_member, "until_date": self.until}
        elif self.status == "kicked":
            shown["until_date"] = self.until
        return shown | ({"custom_title": self.title} if self.title and self.is_admin else {})


def until(given: int, now: float) -> int:
    """`until_date` as Telegram keeps it, counted on arrival: 0 for ever, Unix time otherwise."""
    return given if now + SHORTEST <= given <= now + LONGEST else 0
