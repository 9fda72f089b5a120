"""What an update means in its chat: which messages go, what is remembered, what is told of people."""

from collections.abc import Callable
from typing import NamedTuple

from services.moderation.domain.settings import SETTINGS
from services.moderation.domain.state import DAY, Album, ChatState, Delete, Observation
from services.moderation.domain.update import TELEGRAM_OWN, Change, Message, Person, Update

NEWCOMER = 7 * DAY
"""Seconds after a join that was seen during which somebody is new."""
JOIN_REPEAT = 120
"""Seconds within which a second word of one join (`chat_member` and a service message) is none."""
DELETABLE = 48 * 3600
"""Telegram deletes messages below this age only."""


class Context(NamedTuple):
    """What a decision needs beside the update and the chat."""

    now: int
    """Unix seconds."""
    person: Callable[[int], str]
    """The keyed hash of a Telegram id."""
    likeness: Callable[[ChatState, Person], tuple[str, ...]]
    """Codes of how a person resembles the chat's admins, see `domain.lookalike`."""


def needs_admins(update: Update, state: ChatState, context: Context) -> bool:
    """Whether deciding this needs to know who the chat's admins are."""
    if not (update.chat and update.chat.is_group):
        return False
    if update.message is not None:
        return _message_needs_admins(update.message, state, context)
    return update.change.joined if update.change else update.kind == "chat_join_request"


def _message_needs_admins(message: Message, state: ChatState, context: Context) -> bool:
    if message.service is not None:
        return bool(message.joined)
    if _code(message, state):
        return message.sender_chat != state.id and not message.is_automatic_forward
    return not message.edited and _is_person(message) and _first_of_day(message, state, context)


def decide(update: Update, state: ChatState, context: Context) -> None:
    """Add to `state.changes` what follows from this update. Commands are answered elsewhere."""
    if update.change is not None:
        _on_change(update.change, update.at, state, context)
    elif update.message is not None:
        _on_message(update.message, state, context)
    elif update.kind == "chat_join_request" and update.sender is not None:
        _observe(Observation(update.sender, "requested", (), None, update.at), state, context)


def _on_message(message: Message, state: ChatState, context: Context) -> None:
    if message.service is not None:
        _on_service(message, state, context)
        return
    if not message.edited:
        _remember(message, state, context)
    if not _exempt(message, state, context):
        _on_media(message, state, context)


def _on_service(message: Message, state: ChatState, context: Context) -> None:
    setting = f"service.{message.service}"
    if state.settings.get(setting) == "delete" and not message.edited:
        _delete(message.id, message.at, setting, state, context)
    for person in message.joined:
        _joined(person, message.at, message.id, state, context)
    if message.left is not None:
        _left(message.left, message.at, state, context)
    if message.sender is not None:
        state.changes.index.append((message.id, context.person(message.sender.id), message.at))


def _on_media(message: Message, state: ChatState, context: Context) -> None:
    album = _album(message, state)
    code = _code(message, state)
    if album is not None and message.id not in album.parts:
        album.parts.add(message.id)
        state.changes.albums.add(message.album or "")
    if not code:
        return
    gone = {message.id}
    if album is not None and not album.doomed:
        album.doomed = code
        gone |= album.parts
        state.changes.albums.add(message.album or "")
    for message_id in sorted(gone):
        _delete(message_id, message.at, code, state, context)


def _album(message: Message, state: ChatState) -> Album | None:
    return state.albums.setdefault(message.album, Album()) if message.album and message.media else None


def _code(message: Message, state: ChatState) -> str:
    """The setting by which this message goes, or nothing."""
    for kind in message.media:
        setting = f"media.{kind}"
        if setting in SETTINGS and state.settings.get(setting) == "delete":
            return setting
    if message.album and message.album in state.albums:
        return state.albums[message.album].doomed
    return ""


def _delete(message_id: int, sent_at: int, code: str, state: ChatState, context: Context) -> None:
    if context.now - sent_at >= DELETABLE:
        return
    if state.settings.dryrun:
        state.changes.would[code] = state.changes.would.get(code, 0) + 1
    elif all(delete.message_id != message_id for delete in state.changes.deletes[-100:]):
        state.changes.deletes.append(Delete(message_id, sent_at, code))


def _exempt(message: Message, state: ChatState, context: Context) -> bool:
    """Admins, the chat itself and its linked channel; everybody where admins cannot be known."""
    if message.sender_chat == state.id or message.is_automatic_forward or state.admins is None:
        return True
    return (
        _is_person(message)
        and message.sender is not None
        and state.is_admin(context.person(message.sender.id))
    )


def _is_person(message: Message) -> bool:
    return (
        message.sender is not None and message.sender_chat is None and message.sender.id not in TELEGRAM_OWN
    )


def _first_of_day(message: Message, state: ChatState, context: Context) -> bool:
    assert message.sender is not None
    return state.seen.get(context.person(message.sender.id), 0) // DAY != message.at // DAY


def _remember(message: Message, state: ChatState, context: Context) -> None:
    """Index the message; on a person's first message of a day pass it on with what was noticed."""
    sender = message.sender
    if sender is None:
        return
    person = context.person(sender.id)
    state.changes.index.append((message.id, person, message.at))
    if not _is_person(message) or not _first_of_day(message, state, context):
        return
    reasons = _first_message(message, person, state, context) if person not in state.seen else ()
    state.seen[person] = state.changes.seen[person] = message.at
    if sender.username:
        state.changes.named[sender.username] = sender.id
    _observe(Observation(sender, "wrote", reasons, message.id, message.at), state, context)


def _first_message(message: Message, person: str, state: ChatState, context: Context) -> tuple[str, ...]:
    """Codes of what is wrong with somebody's very first message; a newcomer's counts for more."""
    joined = state.joined.get(person)
    new = "new" if joined is not None and context.now - joined < NEWCOMER else "first"
    found = [f"{new}_message.{link}" for link in message.links]
    if message.is_forward:
        found.append(f"{new}_message.forward")
    return tuple(found)


def _on_change(change: Change, at: int, state: ChatState, context: Context) -> None:
    if change.joined:
        _joined(change.person, at, None, state, context)
    elif change.left:
        _left(change.person, at, state, context)


def _joined(person: Person, at: int, message_id: int | None, state: ChatState, context: Context) -> None:
    key = context.person(person.id)
    if abs(at - state.joined.get(key, 0)) < JOIN_REPEAT:
        return
    state.joined[key] = state.changes.joined[key] = at
    _observe(Observation(person, "joined", (), message_id, at), state, context)


def _left(person: Person, at: int, state: ChatState, context: Context) -> None:
    state.joined.pop(context.person(person.id), None)
    _observe(Observation(person, "left", (), None, at), state, context)


def _observe(seen: Observation, state: ChatState, context: Context) -> None:
    """Pass on what a person did, with what this chat noticed; nothing of admins, bots and Telegram's own."""
    person = seen.person
    if person.is_bot or person.id in TELEGRAM_OWN or state.is_admin(context.person(person.id)):
        return
    if seen.kind != "left":
        if state.admins is None:
            return
        seen = seen._replace(reasons=seen.reasons + context.likeness(state, person))
    state.changes.observed.append(seen)
