"""Chats of every kind, with their members, and their messages: each knows the other."""

from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.world.contents import is_service, kind_of
from simulator.world.links import InviteLink
from simulator.world.members import Member
from simulator.world.people import User
from simulator.world.rights import USUAL, permissions_json

ChatKind = Literal["private", "group", "supergroup", "channel"]
QUIET_ABOVE = 10_000
"""In groups larger than this Telegram sends no service messages about who joined or left."""
NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}


@dataclass(slots=True, eq=False)
class Message:
    """`content` holds the message's fields as the API shows them, such as text, photo, forward_origin."""

    id: int
    chat: "Chat"
    date: int
    content: dict[str, Any]
    sender: User | None = None
    sender_chat: "Chat | None" = None
    reply_to: "Message | None" = None
    markup: dict[str, Any] | None = None
    edited_at: int = 0
    deleted_at: float = 0
    deleted_by: int = 0
    author: int = 0
    """Who really wrote it, behind an anonymous admin or a channel too."""
    reactions: dict[int, str] = field(default_factory=dict)

    @property
    def gone(self) -> bool:
        return self.deleted_at > 0

    @property
    def is_service(self) -> bool:
        return is_service(self.content)

    @property
    def kind(self) -> str:
        return kind_of(self.content)

    def json(self, *, deep: bool = True) -> dict[str, Any]:
        """A Message; `deep` shows what it replies to, one level down."""
        shown: dict[str, Any] = {"message_id": self.id}
        if self.sender is not None:
            shown["from"] = self.sender.json()
        if self.sender_chat is not None:
            shown["sender_chat"] = self.sender_chat.json()
        shown |= {"chat": self.chat.json(), "date": self.date}
        if self.edited_at:
            shown["edit_date"] = self.edited_at
        if deep and self.reply_to is not None and not self.reply_to.gone:
            shown["reply_to_message"] = self.reply_to.json(deep=False)
        shown |= self.content
        if self.markup is not None and "inline_keyboard" in self.markup:
            shown["reply_markup"] = self.markup
        return shown

    def inaccessible(self) -> dict[str, Any]:
        """How a deleted message looks in a callback query."""
        return {"message_id": self.id, "chat": self.chat.json(), "date": 0}


@dataclass(slots=True)
class Chat:
    """`bot_id` is set for private chats only: the bot at the other end."""

    id: int
    kind: ChatKind
    title: str = ""
    username: str = ""
    person: User | None = None
    bot_id: int = 0
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    permissions: dict[str, bool] = field(default_factory=lambda: dict(USUAL))
    links: dict[str, InviteLink] = field(default_factory=dict)
    requests: dict[int, InviteLink | None] = field(default_factory=dict)
    """People who asked to join, with the link they came by."""
    banned_chats: set[int] = field(default_factory=set)
    pinned: list[int] = field(default_factory=list)
    description: str = ""
    photo: str = ""
    linked_chat_id: int = 0
    migrated_to: int = 0
    migrated_from: int = 0
    deleted: bool = False
    join_by_request: bool = False
    join_to_send: bool = False
    hidden_members: bool = False
    is_forum: bool = False
    silent_members: int = 0
    """Members that exist as a number only."""
    away: bool = False
    """Elsewhere in Telegram: it can be looked up, and stands on nobody's page but its members'."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Further fields of ChatFullInfo, shown as they are."""
    last_message_id: int = 0

    @property
    def count(self) -> int:
        if self.kind == "private":
            return 2
        return sum(member.present for member in self.members.values()) + self.silent_members

    @property
    def quiet(self) -> bool:
        """Whether joins and leaves leave no service message."""
        return self.kind == "channel" or self.hidden_members or self.count > QUIET_ABOVE

    @property
    def active(self) -> bool:
        return not self.migrated_to and not self.deleted

    def json(self) -> dict[str, Any]:
        """A Chat as it stands in messages."""
        shown: dict[str, Any] = {"id": self.id, "type": self.kind}
        if self.person is not None:
            shown["first_name"] = self.person.first_name
            if self.person.last_name:
                shown["last_name"] = self.person.last_name
        else:
            shown["title"] = self.title
        if username := self.person.username if self.person else self.username:
            shown["username"] = username
        return shown | ({"is_forum": True} if self.is_forum else {})

    def _own_link(self, user_id: int) -> dict[str, str]:
        """Each administrator has a primary link of their own, once they exported one."""
        links = (link for link in self.links.values() if link.primary and not link.revoked)
        mine = next((link for link in links if link.creator.id == user_id), None)
        return {"invite_link": mine.url} if mine else {}

    def full(self, viewer: Member | None) -> dict[str, Any]:
        """A ChatFullInfo; the invite link only for administrators who may invite."""
        shown = self.json() | {
            "accent_color_id": abs(self.id) % 7,
            "max_reaction_count": 11,
            "accepted_gift_types": dict(NO_GIFTS),
        }
        if self.person is not None and self.person.bio:
            shown["bio"] = self.person.bio
        if self.kind in {"group", "supergroup"}:
            shown["permissions"] = permissions_json(self.permissions)
        optional = {
            "description": self.description,
            "linked_chat_id": self.linked_chat_id,
            "join_by_request": self.join_by_request,
            "join_to_send_messages": self.join_to_send,
            "has_hidden_members": self.hidden_members,
            "active_usernames": [self.username] if self.username else [],
        }
        shown |= {key: value for key, value in optional.items() if value}
        if self.photo:
            shown["photo"] = photo_json(self.photo)
        if viewer is not None and viewer.may("can_invite_users"):
            shown |= self._own_link(viewer.user.id)
        if pinned := next((self.messages[number] for number in reversed(self.pinned)), None):
            shown["pinned_message"] = pinned.json(deep=False)
        return shown | self.extra


def photo_json(file: str) -> dict[str, str]:
    """A ChatPhoto for a file."""
    return {
        "small_file_id": f"{file}-s",
        "small_file_unique_id": f"{file}-su",
        "big_file_id": f"{file}-b",
        "big_file_unique_id": f"{file}-bu",
    }
