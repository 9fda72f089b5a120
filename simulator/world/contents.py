"""What stands in messages, by the Bot API's names of fields."""

from collections.abc import Collection

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


def is_service(content: Collection[str]) -> bool:
    return not SERVICE.isdisjoint(content)


def kind_of(content: Collection[str]) -> str:
    """`text`, a kind of media, a service field, or whatever the first field is."""
    for name in ("animation", "text", *MEDIA):
        if name in content:
            return name
    return next((name for name in content if name in SERVICE), next(iter(content), "empty"))
