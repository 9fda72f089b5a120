"""What Telegram's refusals mean. Its words are compared here and go no further.

Descriptions are those of the Bot API server (tdlib/telegram-bot-api) and of Telegram's own error names, which
it passes on in capitals. An unknown one is told apart by its number only: a description may quote a message.
"""

from http import HTTPStatus
from typing import Any

from services.moderation.telegram.errors import (
    Conflict,
    Forbidden,
    Gone,
    Migrated,
    Refused,
    RetryAfter,
    TelegramError,
    Transient,
    Unauthorized,
)

_GONE = {
    "message to delete not found": "message.gone",
    "message to edit not found": "message.gone",
    "message identifier is not specified": "message.gone",
    "message_id_invalid": "message.gone",
    "message is not modified": "message.same",
    "query is too old": "query.old",
    "query id is invalid": "query.old",
    "query_id_invalid": "query.old",
    "user not found": "person.gone",
    "user_id_invalid": "person.gone",
    "participant_id_invalid": "person.gone",
    "user_not_participant": "person.gone",
    "member not found": "person.gone",
    "user_already_participant": "request.answered",
    "hide_requester_missing": "request.answered",
    "user is deactivated": "person.gone",
    "chat_not_modified": "chat.same",
    "invite_hash_expired": "invite.gone",
    "invite_hash_invalid": "invite.gone",
    "invite_revoked_missing": "invite.gone",
}
_FORBIDDEN = {
    "bot was kicked": "chat.kicked",
    "bot is not a member": "chat.left",
    "bot was blocked by the user": "person.blocked",
    "bot can't initiate conversation": "person.stranger",
    "bot can't send messages to bots": "person.bot",
    "group chat was deleted": "chat.deleted",
    "the group chat was deleted": "chat.deleted",
    "chat not found": "chat.unknown",
    "peer_id_invalid": "chat.unknown",
    "channel_private": "chat.left",
    "need to be invited": "chat.left",
    "group chat was deactivated": "chat.deleted",
    "group is deactivated": "chat.deleted",
}
_REFUSED = {
    "user is an administrator": "person.admin",
    "can't remove chat owner": "person.admin",
    "user_admin_invalid": "person.admin",
    "can't restrict self": "person.self",
    "not enough rights": "right.missing",
    "chat_admin_required": "right.missing",
    "need administrator rights": "right.missing",
    "have no rights": "right.missing",
    "chat_write_forbidden": "right.missing",
    "chat_restricted": "right.missing",
    "message can't be deleted": "message.old",
    "message can't be edited": "message.old",
    "method is available for supergroup": "chat.basic",
    "method is available only for supergroups": "chat.basic",
    "message thread not found": "topic.gone",
    "topic_closed": "topic.closed",
    "replied message not found": "reply.gone",
    "can't parse entities": "text.markup",
    "message is too long": "text.long",
    "message text is empty": "text.empty",
    "button_data_invalid": "button.invalid",
    "too many": "request.many",
}


def refusal(method: str, status: int, answer: dict[str, Any]) -> TelegramError:
    """The error for an answer whose `ok` is not true; `status` is used where it names no `error_code`."""
    code = answer.get("error_code")
    number = code if isinstance(code, int) else status
    said = str(answer.get("description") or "").lower()
    parameters = answer.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if type(new_id := parameters.get("migrate_to_chat_id")) is int and new_id < 0:
        return Migrated(new_id)
    if number == HTTPStatus.TOO_MANY_REQUESTS:
        return RetryAfter(method, _seconds(parameters.get("retry_after")))
    if number >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Transient(f"answer {number}")
    if number == HTTPStatus.CONFLICT:
        return Conflict(method)
    return _meant(said) or _numbered(number)


def _seconds(value: Any) -> float:
    """Telegram gives whole seconds; anything else waits a little rather than not at all."""
    return float(min(max(value, 1), 3600)) if isinstance(value, int | float) else 5.0


def _meant(said: str) -> TelegramError | None:
    for table, kind in ((_GONE, Gone), (_FORBIDDEN, Forbidden), (_REFUSED, Refused)):
        for words, code in table.items():
            if words in said:
                return kind(code)
    return None


def _numbered(number: int) -> TelegramError:
    if number in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
        return Unauthorized("the server does not know this bot")
    if number == HTTPStatus.FORBIDDEN:
        return Forbidden("forbidden")
    return Refused(f"answer.{number}")
