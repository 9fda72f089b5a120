"""Whose words a quote is.

What stands in a message of the same chat is its author's, whoever quotes it: a neighbour who answers an
admin's link has sent none. That holds for another topic of the chat and for its linked channel too. A quote
from another chat is the sender's own doing, and a known way of bringing in what may not be written here.
"""

from typing import NamedTuple

from services.moderation.domain.content import Json
from services.moderation.domain.external import External, external
from services.moderation.domain.text import message_text
from services.moderation.domain.update import Message, answered, origin_of


class Quote(NamedTuple):
    """`rest` is the message without the quote, `source` the message that it is from, as far as it is told."""

    rest: Json
    source: Message
    external: External | None = None
    """Set where the source is in another topic or chat, and only its origin is told."""


def of_message(body: Json) -> Quote | None:
    """None without a quote, and for one of which Telegram does not tell where it stands.

    In the same topic the source is told whole, and the quote must stand in it, word for word. Whether an
    external source belongs to this chat is not decided here.
    """
    if not isinstance(body.get("quote"), dict):
        return None
    rest = {name: value for name, value in body.items() if name != "quote"}
    if "external_reply" in body:
        found = external(body)
        return None if found is None else Quote(rest, origin_of(found.origin, found.message_id), found)
    if message_text(body).of("quote"):
        return None
    source = answered(body)
    return None if source is None else Quote(rest, source)
