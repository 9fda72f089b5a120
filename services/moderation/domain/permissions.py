"""What members of a chat may do, by the Bot API's names (core.telegram.org/bots/api#chatpermissions, 10.3).

The one place where they stand. Permissions that Telegram adds later are kept as they come from it.
"""

from collections.abc import Mapping
from typing import Any

Permissions = Mapping[str, bool]
SPEAKING = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews",
)  # fmt: skip
"""Permissions to write in one way or another: what a closed chat takes from everybody."""
PERMISSIONS = (
    *SPEAKING, "can_react_to_messages", "can_edit_tag", "can_change_info", "can_invite_users",
    "can_pin_messages", "can_manage_topics",
)  # fmt: skip
SENDING = "can_send_"
"""How the names of all permissions to send something begin, also of those not known here."""
_OLD = "can_send_media_messages"
"""Shown beside the kinds of media that it stood for, and not to be given together with them."""
MUTED = dict.fromkeys(PERMISSIONS, False)
"""Who is muted changes nothing that others see: a reaction, a tag beside the name, the title of a topic and
whom one invites are ways to be heard as well.
"""
FREE = dict.fromkeys(PERMISSIONS, True)
"""Makes a plain member: one that is left out would be false. The chat's own permissions hold all the same."""


def named_in(found: Mapping[str, Any]) -> dict[str, bool]:
    """The permissions in Telegram's JSON of a chat's permissions or of a restricted member."""
    return {
        name: value
        for name, value in found.items()
        if name.startswith("can_") and name != _OLD and isinstance(value, bool)
    }


def is_silent(permissions: Permissions) -> bool:
    """Whether nothing at all may be sent: a mute, whatever else is allowed."""
    return not any(value for name, value in permissions.items() if name.startswith(SENDING))


def is_free(permissions: Permissions) -> bool:
    """Whether these permissions lift a restriction."""
    return bool(permissions) and all(permissions.values())
