"""Invite links."""

from dataclasses import dataclass, field
from typing import Any

from simulator.world.people import User


@dataclass(slots=True)
class InviteLink:
    """One link into a chat; `used` counts who came through it."""

    url: str
    creator: User
    name: str = ""
    expires: int = 0
    member_limit: int = 0
    by_request: bool = False
    primary: bool = False
    revoked: bool = False
    used: int = 0
    pending: set[int] = field(default_factory=set)

    def open(self, now: float) -> bool:
        if self.revoked or (self.expires and now >= self.expires):
            return False
        return not self.member_limit or self.used < self.member_limit

    def json(self, viewer: int) -> dict[str, Any]:
        """Only who made a link sees it whole; others see a part and dots."""
        url = self.url if self.creator.id == viewer else f"{self.url[:-8]}..."
        shown: dict[str, Any] = {"invite_link": url}
        if self.name:
            shown["name"] = self.name
        shown["creator"] = self.creator.json()
        if self.expires:
            shown["expire_date"] = self.expires
        if self.member_limit:
            shown["member_limit"] = self.member_limit
        if self.pending:
            shown["pending_join_request_count"] = len(self.pending)
        return shown | {
            "creates_join_request": self.by_request,
            "is_primary": self.primary,
            "is_revoked": self.revoked,
        }
