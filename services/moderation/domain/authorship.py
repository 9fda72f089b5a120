"""Whether the words of a message are its sender's own.

Who sends a message need not be who wrote it: it may be forwarded, written by an inline bot, by a business bot
or by a guest bot, or copied by Telegram from the linked channel. An admin who forwards a stranger's
"/dryrun off" has ordered nothing. So only a message that is its sender's own word is a command, a vote, an
answer, or a sample to learn from. A message that shows somebody else's words beside its own is none either:
a reader cannot tell whose they are.

Field names are those of the Bot API (core.telegram.org/bots/api#message, version 10.3).
"""

from services.moderation.domain.content import FORWARDED, KNOWN, Json

PASSED_ON = FORWARDED | frozenset({
    "via_bot", "is_automatic_forward", "sender_business_bot", "business_connection_id", "guest_query_id",
    "guest_bot_caller_user", "guest_bot_caller_chat", "story",
})  # fmt: skip
"""Fields of a message that somebody else wrote."""
SHOWN_BESIDE = frozenset({"quote", "external_reply", "reply_to_story"})
"""Fields that show somebody else's words beside the sender's."""
_NOT_OWN = PASSED_ON | SHOWN_BESIDE
_FAMILIES = ("forward_", "guest_", "via_", "sender_business_")
"""How fields of these kinds begin that Telegram has yet to invent."""


def is_passed_on(message: Json) -> bool:
    """Whether somebody else than the sender wrote the message."""
    return _has(message, PASSED_ON) or any(
        name.startswith(_FAMILIES) and _is_set(message[name]) for name in message.keys() - KNOWN
    )


def is_own_word(message: Json) -> bool:
    """Whether the sender wrote the message, and nothing in it is anybody else's."""
    if _NOT_OWN.isdisjoint(message) and message.keys() <= KNOWN:
        return True  # as nearly every message
    return not _has(message, SHOWN_BESIDE) and not is_passed_on(message)


def _has(message: Json, fields: frozenset[str]) -> bool:
    return not fields.isdisjoint(message) and any(_is_set(message.get(field)) for field in fields)


def _is_set(value: object) -> bool:
    """A field that is null or false is as good as left out."""
    return value is not None and value is not False
