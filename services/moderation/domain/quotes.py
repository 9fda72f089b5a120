"""Whose words a quote is.

What stands in a message of the same chat is its author's, whoever quotes it: a neighbour who answers an
admin's link has sent none. A quote from another chat is the sender's own doing, and a known way of bringing
in what may not be written here.
"""

from typing import NamedTuple

from services.moderation.domain.content import Json
from services.moderation.domain.text import message_text
from services.moderation.domain.update import Message, answered


class Quote(NamedTuple):
    """`rest` is the message without the quote, `source` the message that it is from."""

    rest: Json
    source: Message


def of_here(body: Json) -> Quote | None:
    """None without a quote, and for one that does not stand, word for word, in the message answered here."""
    if "quote" not in body or "external_reply" in body or message_text(body).of("quote"):
        return None
    source = answered(body)
    if source is None:
        return None
    return Quote({name: value for name, value in body.items() if name != "quote"}, source)
