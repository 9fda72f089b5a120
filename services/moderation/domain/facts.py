"""What must be learnt before somebody is held to account for a link, a mention or a quote."""

from enum import StrEnum

from services.moderation.domain.context import Context
from services.moderation.domain.locks import unsure
from services.moderation.domain.quotes import of_message
from services.moderation.domain.roles import role_of
from services.moderation.domain.state import ChatState
from services.moderation.domain.update import TELEGRAM_OWN, Message, Update
from services.moderation.domain.violations import (
    is_held,
    is_of_group,
    keys_of,
    parts_of,
    quote_of_here,
    violations,
    where_of,
)

_ASKED = frozenset({"link", "invite", "mention"})
"""Locks that must know what leads into the chat itself."""

_SIGNS = frozenset({"link", "invite"})
"""What tells of somebody in their first message."""


class Fact(StrEnum):
    """What can be learnt of a chat."""

    ADDRESSES = "addresses"
    """Its names and its linked channel, see `state.Addresses`."""
    INVITES = "invites"
    """The bot's own invite links."""
    AUTHOR = "author"
    """Who wrote the message that is quoted."""


_NOTHING = frozenset[Fact]()


def needs_facts(update: Update, state: ChatState, context: Context) -> frozenset[Fact]:
    """What is not known yet, and might clear this message's sender. Nothing for most messages."""
    message = update.message
    if message is None or message.service is not None or state.admins is None:
        return _NOTHING
    if update.chat is None or not update.chat.is_group:
        return _NOTHING
    kinds = violations(update, message, state, context) if state.policy.locks else []
    first = is_first(message, state, context)
    if not kinds and (not first or parts_of(update, context).plain):
        return _NOTHING
    if kinds and not is_held(role_of(message, *keys_of(message, context), state, state.policy), state):
        kinds = []
    asked = _ASKED.intersection(kinds)
    if first:
        asked |= _SIGNS
    needed = _of_quote(update, state, context)
    if not kinds:
        needed -= {Fact.AUTHOR}  # what is quoted from here is no sign, whoever wrote it
    return needed | _of_links(update, asked, state, context) if asked else needed


def is_first(message: Message, state: ChatState, context: Context) -> bool:
    """Whether it is the first message that was ever seen of somebody who is no admin, and tells of them."""
    sender = message.sender
    if message.edited or sender is None or message.sender_chat is not None:
        return False
    if sender.is_bot or sender.id in TELEGRAM_OWN:
        return False
    person = context.person(sender.id)
    return person not in state.seen and not state.is_admin(person)


def _of_links(update: Update, asked: frozenset[str], state: ChatState, context: Context) -> frozenset[Fact]:
    named, invited = unsure(parts_of(update, context), asked, where_of(update, state))
    needed: set[Fact] = set()
    if named and (state.addresses is None or not state.addresses.fresh(context.now)):
        needed.add(Fact.ADDRESSES)
    if invited and state.invites is None:
        needed.add(Fact.INVITES)
    return frozenset(needed)


def _of_quote(update: Update, state: ChatState, context: Context) -> frozenset[Fact]:
    quote = of_message(update.body)
    if quote is None:
        return frozenset()
    if quote_of_here(update, state, context) is None:
        return frozenset() if state.linked else frozenset({Fact.ADDRESSES})
    here = quote.external is None or is_of_group(quote.external, state)
    return frozenset({Fact.AUTHOR}) if here and quote.source.id not in state.authors else frozenset()
