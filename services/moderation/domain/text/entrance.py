"""The one entrance for text from strangers: every check reads what comes out here, so the next field that
Telegram invents cannot lead around it.

Fields are not listed one by one. Whatever shape a message has, all strings in it are text, except in the
envelope: who sent it, where, and what other message it answers. A field that is new is thus read, and one
whose shape is not what was expected is never an error. Names are those of the Bot API
(core.telegram.org/bots/api#message, version 10.3).
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from services.moderation.domain.external import is_of_here

Json = Mapping[str, Any]

LIMIT = 20_000
"""Characters kept; what a person reads stands well below (text 4096, caption 1024)."""
DEEPEST = 12
"""Levels into which a message is followed."""
PARTS_MOST = 1_000
_WALK_MOST = 20_000
"""Values looked at; a message of more is not Telegram's."""

_FIRST = ("text", "caption", "rich_message", "quote")
"""Read first, so that the limit never cuts off what the sender wrote."""
_OTHERS_WORDS = frozenset({"reply_to_message", "pinned_message"})
"""Whole messages of somebody else in the same chat; each was judged by itself when it came."""
_ENVELOPE = frozenset({
    "from", "sender_chat", "chat", "via_bot", "sender_business_bot", "sender_tag", "author_signature",
    "new_chat_members", "new_chat_member", "left_chat_member", "business_connection_id",
    "guest_bot_caller_user", "guest_bot_caller_chat", "direct_messages_topic", "receiver_user",
})  # fmt: skip
"""Fields about people and places, not about words."""
_NOT_WORDS = frozenset({
    "type", "mime_type", "file_id", "file_unique_id", "custom_emoji_id", "emoji", "set_name", "currency",
    "invoice_payload", "provider_payment_charge_id", "telegram_payment_charge_id", "media_group_id",
    "language_code", "status", "callback_data", "small_file_id", "big_file_id", "small_file_unique_id",
    "big_file_unique_id", "color", "theme", "effect_id", "language", "parse_mode", "id", "thumbnail",
    "google_place_id", "google_place_type", "foursquare_id", "foursquare_type", "is_bot", "style",
    "icon_custom_emoji_id",
})  # fmt: skip
"""Names, codes and identifiers that no person reads in a message."""
_PEOPLE = frozenset({"sender_user", "sender_user_name", "user", "forward_from", "forward_sender_name"})
"""People whose message was passed on: their names are nobody's advertising, a channel's title may be."""
_SKIPPED = _NOT_WORDS | _PEOPLE
_UNREAD = _SKIPPED | _ENVELOPE | _OTHERS_WORDS | frozenset(_FIRST)
"""At the top of a message: what is no text there, and what was read before."""
_ORIGIN = frozenset({"forward_origin", "external_reply", "story", "reply_to_story"})


class Text(NamedTuple):
    """What a message says: (field, words) in order; addresses behind words have the field `entities`."""

    parts: tuple[tuple[str, str], ...]

    @property
    def whole(self) -> str:
        """All of it as one text, for a check that does not care where a word stands."""
        return "\n".join(what for _, what in self.parts)

    def of(self, *fields: str) -> tuple[str, ...]:
        """The words that stand in some fields."""
        return tuple(what for where, what in self.parts if where in fields)


def message_text(message: Json) -> Text:
    """All text of a message: text and caption, quote and the message answered in another chat, where it was
    passed on from, buttons, poll, checklist, contact, venue, game, invoice, previews, and hidden links.
    """
    parts: list[tuple[str, str]] = []
    seen: set[str] = set()
    quoted = _quoted(message)
    left = LIMIT
    for where, found in _walk(message):
        what = found.strip()
        if not what or what in seen or left <= 0 or len(parts) >= PARTS_MOST:
            continue
        if where == "quote" and what in quoted:
            continue
        seen.add(what)
        parts.append((where, what[:left]))
        left -= len(what)
    return Text(tuple(parts))


def _is_others(field: str, message: Json) -> bool:
    """Whether a field holds others' words from another topic of the same chat, read when they came."""
    if field not in ("quote", "external_reply") or not is_of_here(message):
        return False
    return not _is_same(message, message["external_reply"]["origin"].get("sender_user"))


def _is_same(message: Json, author: Any) -> bool:
    """Whether somebody quotes themselves from another topic: then the words are theirs there too."""
    sender = message.get("from")
    return isinstance(sender, dict) and isinstance(author, dict) and sender.get("id") == author.get("id")


def _quoted(message: Json) -> str:
    """The message that is answered in the same chat, where some of it is quoted: others' words too, so
    that a neighbour who quotes an advert is not taken for its author. Any other quote is the sender's.
    """
    quote, answered = message.get("quote"), message.get("reply_to_message")
    if not isinstance(quote, dict) or not isinstance(answered, dict):
        return ""
    return message_text({name: answered[name] for name in answered if name != "quote"}).whole


def _walk(message: Json) -> Iterator[tuple[str, str]]:
    """Every string that is text, with the top field in which it stands; iterative, for any depth."""
    order = [name for name in _FIRST if name in message]
    order += [name for name in message if name not in _UNREAD and isinstance(name, str)]
    budget = _WALK_MOST
    for field in order:
        value = message[field]
        if isinstance(value, int) or _is_others(field, message):
            continue
        if isinstance(value, str) and budget > 0:
            budget -= 1
            yield field, value
            continue
        waiting: list[tuple[str, Any, int]] = [(field, value, 0)]
        while waiting and budget > 0:
            name, value, depth = waiting.pop()
            budget -= 1
            if name in _SKIPPED or (name in _ENVELOPE and not _is_origin(name, field)):
                continue
            if isinstance(value, str):
                yield field, value
            elif depth < DEEPEST:
                waiting.extend(_inside(name, value, depth))


def _is_origin(name: str, field: str) -> bool:
    """The channel from which a message comes lends it its title; the chat it stands in does not."""
    return field in _ORIGIN and name in ("chat", "sender_chat", "author_signature")


def _inside(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any, int]]:
    """The values in a value, last first, so that they are taken in their order."""
    if isinstance(value, dict):
        for inner in reversed(value):
            if isinstance(inner, str):
                yield inner, value[inner], depth + 1
    elif isinstance(value, list):
        for one in reversed(value[:_WALK_MOST]):
            yield name, one, depth + 1
