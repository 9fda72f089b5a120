"""What a message is: its kinds of media, its kind of service message, its entities.

Field names are those of the Bot API (core.telegram.org/bots/api#message, version 10.3). A field that is not
known here is never an error: what looks like a file counts as media, what has no content counts as a service
message.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

MEDIA = (
    "live_photo", "animation", "photo", "video", "video_note", "sticker", "story", "paid_media", "voice",
    "audio", "document",
)  # fmt: skip
"""Kinds of media, each the name of its field and of its setting. An animation or a live photo also fills the
field of an older kind, so the more telling field stands first."""
POLL = "poll"
"""A poll, quiz or its options with pictures."""
OTHER = "other"
"""A kind of media or service message that did not exist when this was written."""

SERVICE: dict[str, str] = {
    "new_chat_members": "joined",
    "community_chat_joined": "joined",
    "left_chat_member": "left",
    "pinned_message": "pinned",
    "new_chat_title": "title",
    "new_chat_photo": "photo",
    "delete_chat_photo": "photo",
    "chat_background_set": "background",
    "group_chat_created": "created",
    "supergroup_chat_created": "created",
    "channel_chat_created": "created",
    "migrate_to_chat_id": "migrated",
    "migrate_from_chat_id": "migrated",
    "message_auto_delete_timer_changed": "auto_delete",
    "chat_owner_left": "owner",
    "chat_owner_changed": "owner",
    "video_chat_scheduled": "video_chat",
    "video_chat_started": "video_chat",
    "video_chat_ended": "video_chat",
    "video_chat_participants_invited": "video_chat",
    "forum_topic_created": "topic",
    "forum_topic_edited": "topic",
    "forum_topic_closed": "topic",
    "forum_topic_reopened": "topic",
    "general_forum_topic_hidden": "topic",
    "general_forum_topic_unhidden": "topic",
    "boost_added": "boost",
    "giveaway_created": "giveaway",
    "giveaway_completed": "giveaway",
    "gift": "gift",
    "unique_gift": "gift",
    "gift_upgrade_sent": "gift",
    "successful_payment": "payment",
    "refunded_payment": "payment",
    "paid_message_price_changed": "price",
    "direct_message_price_changed": "price",
    "checklist_tasks_done": "checklist",
    "checklist_tasks_added": "checklist",
    "poll_option_added": "poll",
    "poll_option_deleted": "poll",
    "suggested_post_approved": "suggested_post",
    "suggested_post_approval_failed": "suggested_post",
    "suggested_post_declined": "suggested_post",
    "suggested_post_paid": "suggested_post",
    "suggested_post_refunded": "suggested_post",
    "community_chat_added": "community",
    "community_chat_removed": "community",
    "proximity_alert_triggered": "proximity",
    "users_shared": "shared",
    "user_shared": "shared",
    "chat_shared": "shared",
    "connected_website": "access",
    "write_access_allowed": "access",
    "web_app_data": "access",
    "passport_data": "access",
    "managed_bot_created": "bot",
}  # fmt: skip
"""Field of a service message: the name of its setting, `service.<name>`."""

PLAIN = frozenset({
    "text", "rich_message", "contact", "location", "venue", "dice", "game", "poll", "checklist", "invoice",
    "giveaway", "giveaway_winners",
})  # fmt: skip
"""Content that is neither a picture nor a trace."""

ENVELOPE = frozenset({
    "message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat",
    "sender_boost_count", "sender_business_bot", "sender_tag", "guest_query_id", "business_connection_id",
    "forward_origin", "is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply",
    "quote", "reply_to_story", "reply_to_checklist_task_id", "reply_to_poll_option_id", "via_bot",
    "guest_bot_caller_user", "guest_bot_caller_chat", "edit_date", "has_protected_content",
    "is_from_offline", "is_paid_post", "media_group_id", "author_signature", "paid_star_count", "entities",
    "link_preview_options", "suggested_post_info", "effect_id", "caption", "caption_entities",
    "show_caption_above_media", "has_media_spoiler", "reply_markup", "receiver_user",
    "ephemeral_message_id", "forward_date", "forward_from", "forward_from_chat", "forward_from_message_id",
    "forward_sender_name", "forward_signature", "date", "chat",
})  # fmt: skip
"""Fields that stand around the content."""

_MEDIA, _SERVICE = frozenset(MEDIA), frozenset(SERVICE)
_WITH_FILES = frozenset({"poll", "rich_message", "game"})
_NO_FILES = frozenset({"text", "game"})
KNOWN = ENVELOPE | PLAIN | _MEDIA | SERVICE.keys()
"""Fields of a message that were there when this was written."""
_OF_FILES = frozenset({"file_id", "file_unique_id", "mime_type", "thumbnail"})
"""Whatever has one of these is a file, whether or not Telegram gives it to bots."""
_DEEPEST = 8
FORWARDED = frozenset({
    "forward_origin", "forward_date", "forward_from", "forward_from_chat", "forward_from_message_id",
    "forward_sender_name", "forward_signature",
})  # fmt: skip
"""Fields of a forwarded message; all but the first stood in earlier versions of the Bot API."""


def service_kind(message: Json) -> str | None:
    """The kind of service message, `other` for an unknown one, None for a message that a person wrote."""
    fields = message.keys()
    if not _SERVICE.isdisjoint(fields):
        return SERVICE[next(field for field in SERVICE if field in fields)]
    if not _MEDIA.isdisjoint(fields) or not PLAIN.isdisjoint(fields) or media_kinds(message):
        return None
    return OTHER


def media_kinds(message: Json) -> tuple[str, ...]:
    """The kinds of media in a message; a file that holds a picture counts as `document` and as `photo`, and a
    photo inside something else, as in a rich message, as `photo` and as `other`.
    """
    fields = message.keys()
    if found := _MEDIA.intersection(fields):
        kind = next(iter(found)) if len(found) == 1 else next(kind for kind in MEDIA if kind in found)
        return ("document", *_of_type(message[kind])) if kind == "document" else (kind,)
    if fields <= KNOWN and _WITH_FILES.isdisjoint(fields):
        return ("other",) if _looks_like_media(message) else ()
    if fields & SERVICE.keys():
        return ()
    if _has_file(message.get(POLL)):
        return (POLL,)
    inside = {field: message[field] for field in fields if field not in ENVELOPE and field not in _NO_FILES}
    if _has_file(inside):
        return (*_kinds_inside(inside), OTHER)
    return (OTHER,) if _looks_like_media(message) else ()


def _looks_like_media(message: Json) -> bool:
    """A caption, a spoiler or an album without a kind that is known."""
    return "text" not in message and any(
        f in message for f in ("caption", "media_group_id", "has_media_spoiler")
    )


def _of_type(document: Any) -> tuple[str, ...]:
    """A document's second kind, from its type: `image/gif` is an animation, other images are photos."""
    mime = document.get("mime_type") if isinstance(document, dict) else None
    if not isinstance(mime, str):
        return ()
    if mime == "image/gif":
        return ("animation",)
    return {"image": ("photo",), "video": ("video",)}.get(mime.partition("/")[0], ())


def _kinds_inside(value: Any, depth: int = 0) -> tuple[str, ...]:
    """Kinds that are named anywhere in a value of unknown shape, each with a file in it."""
    if depth > _DEEPEST or not isinstance(value, dict | list):
        return ()
    found: dict[str, None] = {}
    for name, inner in value.items() if isinstance(value, dict) else ((None, one) for one in value):
        if name in _MEDIA and _has_file(inner):
            found[str(name)] = None
        else:
            found |= dict.fromkeys(_kinds_inside(inner, depth + 1))
    return tuple(found)


def _has_file(value: Any, depth: int = 0) -> bool:
    """Whether there is a file anywhere in a value of unknown shape."""
    if depth > _DEEPEST:
        return False
    if isinstance(value, dict):
        return not _OF_FILES.isdisjoint(value) or any(_has_file(inner, depth + 1) for inner in value.values())
    return isinstance(value, list) and any(_has_file(inner, depth + 1) for inner in value)


def is_forward(message: Json) -> bool:
    return not FORWARDED.isdisjoint(message)


def entities(message: Json) -> Iterator[tuple[str, str]]:
    """Type and target of each entity of the text or caption; Telegram's offsets count UTF-16 units."""
    for body, marks in (("text", "entities"), ("caption", "caption_entities")):
        yield from sliced(message.get(body), message.get(marks))


def sliced(text: Any, found: Any) -> Iterator[tuple[str, str]]:
    """Type and target of each entity of one text; nothing for what is neither text nor entities."""
    if isinstance(text, str) and isinstance(found, list):
        units = text.encode("utf-16-le", "surrogatepass")
        for entity in found:
            if isinstance(entity, dict):
                yield _entity(entity, units)


def _entity(entity: Json, units: bytes) -> tuple[str, str]:
    kind, url = entity.get("type"), entity.get("url")
    start, length = entity.get("offset"), entity.get("length")
    if isinstance(url, str):
        return str(kind), url
    if isinstance(start, int) and isinstance(length, int) and start >= 0 and length >= 0:
        return str(kind), units[2 * start : 2 * (start + length)].decode("utf-16-le", "replace")
    return str(kind), ""
