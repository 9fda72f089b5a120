"""Which chat a listing's link leads to: the first look-up fixes it, reviewers are asked about another one.

A user name that is given up can be taken by anybody, as a chat of any type. So a link is shown only as long
as the same chat is found under it (`docs/decisions/identity-of-chats.md`).
"""

from enum import Enum, auto

from services.directory.domain.records import ChatRecord, Record
from shared.contracts.directory import ChatObserved
from shared.contracts.links import LinkQuestion, Sighting
from shared.contracts.listings import ChatIdentity, Kind, Listing

RETURNS_MOST = 2
"""How often a listed chat that lost its user name and got it back is shown again without a reviewer's word.
Whoever can give a name away and take it back could otherwise send the reviewers cards for ever."""


class Found(Enum):
    """What an observation says of the chat under a link."""

    SAME = auto()
    FIRST = auto()
    """Nothing was known; this is the listed chat from now on."""
    OTHER = auto()
    UNKNOWN = auto()
    """It does not say which chat it is."""


def compare(record: Record, event: ChatObserved) -> Found:
    """Whether the chat that was found is the listed one."""
    known = record.chat
    if event.bot_banned:
        if known.may_ban:
            return Found.SAME
        return Found.OTHER if known.identity or _was_missing(record) else Found.UNKNOWN
    if event.identity is None:
        return Found.UNKNOWN
    if known.identity is not None:
        same = known.identity in {event.identity, event.former_identity}
        return Found.SAME if same else Found.OTHER
    odd = _was_missing(record) or known.question is not None or _is_odd(record.listing, event)
    return Found.OTHER if odd else Found.FIRST


def may_be_a_bot(record: Record) -> bool:
    """Whether a look-up that finds nothing says nothing: Bot API servers before 10.0 find no bots."""
    listing = record.listing
    named_so = listing.kind is Kind.BOT or listing.link.value.endswith("bot")
    return record.chat.identity is None and named_so


def recognised(record: Record, event: ChatObserved) -> Record:
    """The listed chat was found. A link that was hidden is shown again, or asked about if that is often."""
    chat = record.chat
    identity, chat_type = event.identity or chat.identity, event.chat_type or chat.chat_type
    chat = chat.model_copy(update={"identity": identity, "chat_type": chat_type})
    if chat.question is None:
        return record.model_copy(update={"chat": chat})
    if chat.returns >= RETURNS_MOST:
        again = chat.question.returned
        return _kept(record, chat if again else _asked(chat, event, returned=True))
    shown = chat.model_copy(update={"question": None, "decided": False, "returns": chat.returns + 1})
    return _kept(record, shown)


def doubted(record: Record, event: ChatObserved) -> Record:
    """Another chat was found: the link is hidden, and the reviewers are asked unless they have decided."""
    chat = record.chat
    question = chat.question
    known = question is not None and not question.returned and question.seen.identity == event.identity
    return record if chat.decided or known else _kept(record, _asked(chat, event, returned=False))


def with_chat(record: Record, identity: ChatIdentity | None) -> Record:
    """A reviewer has let this chat stand under the link; None: whichever the next look-up finds."""
    chat = ChatRecord(identity=identity, asked=record.chat.asked)
    return _kept(record, chat)


def answered(record: Record) -> Record:
    """A reviewer has said that what was found is the listed chat."""
    question = record.chat.question
    if question is None:
        raise ValueError("nothing was asked")
    seen = question.seen
    chat = ChatRecord(
        identity=seen.identity or record.chat.identity,
        chat_type=seen.chat_type or record.chat.chat_type,
        may_ban=seen.identity is None,
        asked=record.chat.asked,
    )
    return _kept(record, chat)


def _was_missing(record: Record) -> bool:
    return record.misses > 0 or record.listing.dead_since is not None


def _is_odd(listing: Listing, event: ChatObserved) -> bool:
    """A bot where a group or channel was listed, or the other way round.

    A channel that is listed as a group is no reason: people often mistake one for the other.
    """
    if event.chat_type == "bot":
        named_so = listing.link.value.endswith("bot")
        return listing.kind in {Kind.GROUP, Kind.CHANNEL} and not named_so
    return listing.kind is Kind.BOT and event.chat_type is not None


def _asked(chat: ChatRecord, event: ChatObserved, *, returned: bool) -> ChatRecord:
    """Numbers go up by the clock, so that they never repeat for a listing that is removed and comes back."""
    number = max(chat.asked + 1, int(event.observed_at.timestamp()))
    seen = Sighting(
        identity=event.identity,
        chat_type=event.chat_type,
        title=event.title,
        members=event.members,
        seen_at=event.observed_at,
    )
    question = LinkQuestion(number=number, seen=seen, returned=returned)
    return chat.model_copy(update={"question": question, "asked": number, "decided": False})


def _kept(record: Record, chat: ChatRecord) -> Record:
    return record.model_copy(update={"chat": chat})
