"""`/check`: what the chat's own settings leave open that a bot cannot change, and how to by hand."""

from collections.abc import Mapping
from typing import Any

from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.membership import rights_text
from services.moderation.bot.rights import LOOK_UP_SECONDS, Unknown, look_up
from services.moderation.bot.subject import Subject
from services.moderation.bot.turn import Turn
from services.moderation.telegram.asking import ask
from services.moderation.telegram.errors import TelegramError

Chat = Mapping[str, Any]
ORDER = (
    "hidden_members", "visible_history", "auto_delete", "join_requests", "members_add", "members_pin",
    "members_info", "protected", "slow_mode", "public_link", "join_to_send", "basic",
)  # fmt: skip
"""The weightiest first. Each has the texts `check.<code>` and `check.<code>.how`."""


async def text(turn: Turn, subject: Subject) -> Html:
    """The whole audit, read from Telegram now."""
    try:
        found = await ask(turn.deps.telegram, "getChat", subject.chat_id, seconds=LOOK_UP_SECONDS)
    except TelegramError:
        return turn.speech("check.unknown")
    open_, closed = findings(found if isinstance(found, dict) else {})
    return joined(
        "\n\n", [turn.speech("check.title"), *_parts(turn.speech, open_, closed), await _own(turn, subject)]
    )


def findings(chat: Chat) -> tuple[list[str], list[str]]:
    """Codes of what is left open, and of what is well: by the fields of ChatFullInfo.

    A field that Telegram leaves out is false or empty there.
    """
    group = chat.get("type") == "group"
    judged = {code: bool(value) for code, value in _judged(chat, group=group).items()}
    return [c for c in ORDER if judged.get(c) is False], [c for c in ORDER if judged.get(c) is True]


def _judged(chat: Chat, *, group: bool) -> dict[str, Any]:
    """Each code with whether it is well. Basic groups lack most of these settings."""
    permissions = chat.get("permissions")
    may: Mapping[str, Any] = permissions if isinstance(permissions, dict) else {}
    both = {
        "auto_delete": chat.get("message_auto_delete_time"),
        "members_add": not may.get("can_invite_users"),
        "members_pin": not may.get("can_pin_messages"),
        "members_info": not may.get("can_change_info"),
        "protected": chat.get("has_protected_content"),
    }
    if group:
        return {**both, "basic": False}
    supergroup = {
        "hidden_members": chat.get("has_hidden_members"),
        "visible_history": not chat.get("has_visible_history"),
        "join_requests": chat.get("join_by_request"),
        "slow_mode": chat.get("slow_mode_delay"),
    }
    more: dict[str, Any] = {}
    if chat.get("username"):
        # What is public can be read by anybody: whether newcomers see the history is no question there.
        del supergroup["visible_history"]
        more["public_link"] = False
    if chat.get("linked_chat_id"):
        more["join_to_send"] = chat.get("join_to_send_messages")
    return {**both, **supergroup, **more}


def _parts(speech: Speech, open_: list[str], closed: list[str]) -> list[Html]:
    parts = [
        joined("\n", [Html(f"▫️ {speech(f'check.{code}')}"), Html(f"<i>{speech(f'check.{code}.how')}</i>")])
        for code in open_
    ]
    if closed:
        words = joined(", ", (speech(f"check.{code}.well") for code in closed))
        parts.append(speech("check.well", what=words))
    if not open_:
        parts.insert(0, speech("check.nothing"))
    return parts


async def _own(turn: Turn, subject: Subject) -> Html:
    """How the bot itself stands there."""
    try:
        return rights_text(turn.speech, await look_up(turn.deps.telegram, subject.chat_id, turn.deps.me.id))
    except Unknown:
        return turn.speech("rights.mine_unknown")
