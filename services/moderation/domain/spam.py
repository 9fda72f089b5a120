"""What follows from the text of a message: by setting `spam` a word to the admins, its end, or its sender's.

What was found is noted of the person in any case, so that it adds up with what else is known. Who is read at
all is said by `spam.for`; never an admin, Telegram itself, or the linked channel.
"""

from services.moderation.domain import media
from services.moderation.domain.context import Context
from services.moderation.domain.doomed import delete
from services.moderation.domain.reading import Reading
from services.moderation.domain.roles import Role, concerns, role_of
from services.moderation.domain.standing.person import OFTEN
from services.moderation.domain.state import DAY, ChatState, Delete, Observation, Sanction
from services.moderation.domain.update import Message, Update

TEXT, WORDS, REPEATED, REMOVE = "spam.text", "spam.words", "spam.repeated", "spam.remove"
TRAIT = "trait."
SEVERAL, MANY = 2, 3
"""Other teams in whose chats the same text stood within the hour: neighbours do write to two in all; with so
many it stands without any one of them.
"""


def is_read(update: Update, state: ChatState, context: Context) -> bool:
    """Whether a message's text matters here. Asked before the admins are looked up, so it may err to yes."""
    message, policy = update.message, state.policy
    if message is None or message.service is not None or not policy.reads:
        return False
    if update.chat is None or not update.chat.is_group:
        return False
    person = context.person(message.sender.id) if message.sender else ""
    channel = context.person(message.sender_chat) if message.sender_chat is not None else ""
    return concerns(policy.spam_for, role_of(message, person, channel, state, policy))


def on_message(update: Update, role: Role, state: ChatState, context: Context) -> None:
    """Add to `state.changes` what follows from what was found in the text."""
    message, found, policy = update.message, context.texts.get(update.id), state.policy
    if message is None or found is None or not concerns(policy.spam_for, role):
        return
    if found.copies is not None:
        state.changes.copies.append(found.copies)
    if policy.spam != "off":
        _note(update, message, found, state, context)
    if found.stopped:
        _goes(message, WORDS, (), state, context)
    elif found.spam and policy.spam in ("delete", "remove"):
        _goes(message, TEXT, _traits(found), state, context)
        if policy.spam == "remove":
            _removed(message, _traits(found), state, context)


def _traits(found: Reading) -> tuple[str, ...]:
    return tuple(TRAIT + name for name in found.traits)


def _codes(found: Reading) -> tuple[str, ...]:
    spam = (TEXT, *_traits(found)) if found.spam else ()
    if found.teams < SEVERAL:
        return spam
    return (*spam, REPEATED, OFTEN) if found.teams >= MANY else (*spam, REPEATED)


def _note(update: Update, message: Message, found: Reading, state: ChatState, context: Context) -> None:
    """Pass on what was noticed: with the message's own observation where there is one."""
    sender, codes = message.sender, _codes(found)
    if not codes or sender is None or sender.is_bot or message.sender_chat is not None:
        return
    if found.spam and message.is_own:
        state.changes.cases.append((context.person(sender.id), found.features))
    observed = state.changes.observed
    if observed and observed[-1].message_id == message.id and observed[-1].kind in ("wrote", "noted"):
        observed[-1] = observed[-1]._replace(reasons=observed[-1].reasons + codes)
    else:
        observed.append(Observation(sender, "noted", codes, message.id, update.at))


def _goes(message: Message, code: str, traits: tuple[str, ...], state: ChatState, context: Context) -> None:
    """The message goes, with its album if it is part of one."""
    if state.settings.dryrun:
        code = REMOVE if code == TEXT and state.policy.spam == "remove" else code
    else:
        delete(Delete(message.id, message.at, code, traits), state, context)
    media.doom(message, code, state, context)


def _removed(message: Message, traits: tuple[str, ...], state: ChatState, context: Context) -> None:
    """Its sender goes for a limited time; an admin can undo it with one press, and that teaches."""
    if state.settings.dryrun:
        return
    until = context.now + DAY * state.settings.number("suspicious.days")
    if message.sender_chat is not None:
        channel = message.sender_chat
        state.changes.sanctions.append(
            Sanction("ban_channel", TEXT, message.id, None, channel=channel, more=traits)
        )
    elif message.sender is not None and not message.sender.is_bot:
        state.changes.sanctions.append(
            Sanction("remove", TEXT, message.id, message.sender, until=until, more=traits)
        )
