"""What members may do (permissions) and what administrators may do (rights), by the Bot API's names."""

from collections.abc import Mapping
from typing import Any

MEDIA = (
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
)
PERMISSIONS = (
    "can_send_messages",
    *MEDIA,
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
FOLLOWING = {
    "can_react_to_messages": "can_send_messages",
    "can_edit_tag": "can_pin_messages",
    "can_manage_topics": "can_pin_messages",
}
"""Permissions that are as another one where they are not named."""
EVERYTHING = dict.fromkeys(PERMISSIONS, True)
NOTHING = dict.fromkeys(PERMISSIONS, False)
USUAL = EVERYTHING | {"can_change_info": False, "can_pin_messages": False, "can_manage_topics": False}
"""What a new public group allows its members."""

COMMON = (
    "can_manage_chat",
    "can_change_info",
    "can_delete_messages",
    "can_invite_users",
    "can_restrict_members",
    "can_promote_members",
    "can_manage_video_chats",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)
BY_KIND = {
    "group": (*COMMON, "can_pin_messages", "can_manage_tags"),
    "supergroup": (*COMMON, "can_pin_messages", "can_manage_topics", "can_manage_tags"),
    "channel": (*COMMON, "can_post_messages", "can_edit_messages", "can_manage_direct_messages"),
}
RIGHTS = tuple(dict.fromkeys(right for rights in BY_KIND.values() for right in rights))

NEEDED = {
    "text": "can_send_messages",
    "photo": "can_send_photos",
    "video": "can_send_videos",
    "live_photo": "can_send_photos",
    "video_note": "can_send_video_notes",
    "voice": "can_send_voice_notes",
    "audio": "can_send_audios",
    "document": "can_send_documents",
    "animation": "can_send_other_messages",
    "sticker": "can_send_other_messages",
    "dice": "can_send_other_messages",
    "game": "can_send_other_messages",
    "poll": "can_send_polls",
}
"""The permission a member needs for each kind of content; anything else needs can_send_messages."""
REFUSED_KIND = {
    "can_send_messages": "text messages",
    "can_send_photos": "photos",
    "can_send_videos": "videos",
    "can_send_video_notes": "video notes",
    "can_send_voice_notes": "voice notes",
    "can_send_audios": "music",
    "can_send_documents": "documents",
    "can_send_other_messages": "stickers",
    "can_send_polls": "polls",
}


def parse_permissions(given: Mapping[str, Any], *, independent: bool) -> dict[str, bool]:
    """ChatPermissions as a bot gives them, with the implications that hold unless they are independent.

    As `Client::get_chat_permissions` in tdlib/telegram-bot-api: what is left out is false, but for three that
    follow another one; `can_send_media_messages` counts only where no kind of media is named; media by that
    old name, polls, other messages and previews each imply sending text.
    """
    wanted = {name: bool(given.get(name, False)) for name in PERMISSIONS}
    for name, followed in FOLLOWING.items():
        if name not in given:
            wanted[name] = wanted[followed]
    old = not any(name in given for name in MEDIA) and bool(given.get("can_send_media_messages"))
    if old:
        wanted |= dict.fromkeys(MEDIA, True)
    if not independent:
        rich = wanted["can_send_other_messages"] or wanted["can_add_web_page_previews"]
        if rich:
            wanted |= dict.fromkeys(MEDIA, True)
        if old or rich or wanted["can_send_polls"]:
            wanted["can_send_messages"] = True
    return wanted


def permissions_json(permissions: Mapping[str, bool]) -> dict[str, bool]:
    """As the API shows them, with the old `can_send_media_messages`."""
    shown = {name: permissions[name] for name in PERMISSIONS}
    return shown | {"can_send_media_messages": any(permissions[name] for name in MEDIA)}


def admin_rights(kind: str, given: Mapping[str, Any]) -> dict[str, bool]:
    """The rights that exist in this kind of chat; any right implies can_manage_chat."""
    rights = {name: bool(given.get(name, False)) for name in BY_KIND[kind]}
    rights["can_manage_chat"] = rights["can_manage_chat"] or any(rights.values())
    return rights


def all_rights(kind: str) -> dict[str, bool]:
    return dict.fromkeys(BY_KIND[kind], True)
