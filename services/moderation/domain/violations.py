"""What breaks a chat's locks in a message, and whose words it is."""

from services.moderation.domain import quotes
from services.moderation.domain.content import Json
from services.moderation.domain.context import Context
from services.moderation.domain.external import External
from services.moderation.domain.locks import Where, found_in
from services.moderation.domain.parts import Parts
from services.moderation.domain.quotes import Quote
from services.moderation.domain.roles import Role, concerns, role_of, role_of_author
from services.moderation.domain.state import ChatState
from services.moderation.domain.update import Message, Update
from shared.text.targets import internal_id

_ANYWHERE = Where()
"""Where nothing is linked or mentioned, nothing has to be known."""


def where_of(update: Update, state: ChatState) -> Where:
    """What is no stranger in this chat, as far as it is known."""
    known = state.addresses
    ids = [internal_id(state.id)]
    if state.former is not None:
        ids.append(internal_id(state.former))
    if known is not None and known.linked:
        ids.append(internal_id(known.linked))
    return Where(
        state.policy.allowed,
        update.chat.username if update.chat else "",
        known.usernames if known is not None else frozenset(),
        ids,
        state.invites or frozenset(),
    )


def parts_of(update: Update, context: Context) -> Parts:
    """The update's message taken apart, once in a batch."""
    parts = context.parts.get(update.id)
    if parts is None:
        parts = context.parts[update.id] = Parts(update.body)
    return parts


def violations(update: Update, message: Message, state: ChatState, context: Context) -> list[str]:
    """The locked kinds in a message; asked more than once while a batch is decided."""
    policy, memo = state.policy, context.memo
    known = memo.get(update.id)
    if known is not None and known[0] is policy:
        return known[1]
    kinds = _kinds(parts_of(update, context), update, message, state)
    memo[update.id] = (policy, kinds)
    return kinds


def kinds_in(body: Json, update: Update, message: Message, state: ChatState) -> list[str]:
    """The locked kinds in what is given of a message."""
    return _kinds(Parts(body), update, message, state)


def _kinds(parts: Parts, update: Update, message: Message, state: ChatState) -> list[str]:
    locked = state.policy.locks
    kinds = found_in(parts, locked, _ANYWHERE if parts.plain else where_of(update, state))
    if "channel" in locked and message.sender_chat is not None:
        kinds.append("channel")
    return kinds


def is_held(role: Role, state: ChatState) -> bool:
    """Whether the locks are for somebody of this role."""
    return role < Role.LINKED and concerns(state.policy.lock_for, role)


def keys_of(message: Message, context: Context) -> tuple[str, str]:
    """Keyed hashes of the person and of the channel written as; empty for none."""
    person = context.person(message.sender.id) if message.sender else ""
    return person, context.person(message.sender_chat) if message.sender_chat is not None else ""


def quote_of_here(update: Update, state: ChatState, context: Context) -> Quote | None:
    """The quote in a message, if it is from this chat, any topic of it, or its linked channel."""
    quote = quotes.of_message(update.body)
    if quote is None or quote.external is None or is_of_group(quote.external, state):
        return quote
    is_linked = bool(state.linked) and context.person(quote.external.chat) == state.linked
    return quote if is_linked else None


def is_of_group(found: External, state: ChatState) -> bool:
    """Whether a message from elsewhere stands in this chat, and not in its linked channel."""
    return found.chat in (state.id, state.former)


def role_of_source(quote: Quote, state: ChatState, context: Context) -> Role:
    """Who wrote what a quote is from. Who posted it here counts more than who wrote what they passed on."""
    source = quote.source
    person, channel = keys_of(source, context)
    if quote.external is not None:
        if not is_of_group(quote.external, state):
            return Role.LINKED
        author = state.authors.get(source.id, "")
        if author and author != channel:
            return role_of_author(author, source.at, state, state.policy)
        if not person and not channel:
            return Role.UNTRUSTED  # hidden, and written longer ago than messages are indexed
    return role_of(source, person, channel, state, state.policy)
