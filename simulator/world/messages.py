"""Messages: who, where, when, and a content in the Bot API's own fields."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.world.people import User

if TYPE_CHECKING:
    from simulator.world.chats import Chat

SERVICE = frozenset(
    """new_chat_members left_chat_member chat_owner_left chat_owner_changed new_chat_title new_chat_photo
    delete_chat_photo group_chat_created supergroup_chat_created channel_chat_created
    message_auto_delete_timer_changed migrate_to_chat_id migrate_from_chat_id pinned_message
    successful_payment refunded_payment users_shared chat_shared connected_website write_access_allowed
    proximity_alert_triggered boost_added chat_background_set checklist_tasks_done checklist_tasks_added
    direct_message_price_changed forum_topic_created forum_topic_edited forum_topic_closed
    forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden giveaway_created
    giveaway_completed paid_message_price_changed suggested_post_approved suggested_post_declined
    video_chat_scheduled video_chat_started video_chat_ended video_chat_participants_invited web_app_data
    poll_option_added poll_option_deleted gift unique_gift community_chat_added community_chat_removed
    community_chat_joined""".split()  # noqa: SIM905 - a word list
)
"""Fields whose presence makes a message a trace of something that happened."""
MEDIA = (
    "photo",
    "video",
    "animation",
    "audio",
    "document",
    "voice",
    "video_note",
    "sticker",
    "live_photo",
    "paid_media",
    "story",
)
UNDELETABLE = frozenset({"migrate_from_chat_id", "channel_chat_created", "supergroup_chat_created"})


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
        return not SERVICE.isdisjoint(self.content)

    @property
    def kind(self) -> str:
        """`text`, a kind of media, a service field, or whatever the first field is."""
        for name in ("animation", "text", *MEDIA):
            if name in self.content:
                return name
        return next((name for name in self.content if name in SERVICE), next(iter(self.content), "empty"))

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
