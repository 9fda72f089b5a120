"""Pictures and whatever counts as one: by kind, hour, and who sent it; an album goes or stays as a whole."""

from services.moderation.domain.context import Context
from services.moderation.domain.doomed import delete
from services.moderation.domain.policy import Policy
from services.moderation.domain.roles import Role, concerns
from services.moderation.domain.state import Album, ChatState, Delete
from services.moderation.domain.update import Message, Update


def on_message(update: Update, message: Message, role: Role, state: ChatState, context: Context) -> bool:
    """Let the message and its album go if they must. Answers whether its album was doomed before."""
    policy, album = state.policy, album_of(message, state)
    if album is not None and message.id not in album.parts:
        album.parts.add(message.id)
        state.changes.albums.add(message.album or "")
    if album is not None and album.doomed:
        grace = policy.grace if album.doomed.startswith("media.") else 0
        delete(Delete(message.id, message.at, album.doomed), state, context, grace)
        return True
    found = code(message, policy, update.at)
    if found and _concerned(role, policy):
        doom(message, found, state, context, policy.grace)
    return False


def code(message: Message, policy: Policy, at: int) -> str:
    """The setting by which a message with media goes at this time, whoever sent it; or nothing."""
    if not message.media or not policy.media:
        return ""
    named = next((name for kind in message.media if (name := f"media.{kind}") in policy.erased), "")
    return named if named and policy.media_now(at) else ""


def _concerned(role: Role, policy: Policy) -> bool:
    match role:
        case Role.ADMIN:
            return policy.media_admins
        case Role.LINKED:
            return policy.media_linked
    return concerns(policy.media_for, role)


def album_of(message: Message, state: ChatState) -> Album | None:
    return state.albums.setdefault(message.album, Album()) if message.album and message.media else None


def doom(message: Message, why: str, state: ChatState, context: Context, grace: int = 0) -> None:
    """This message goes, and with it every part of its album that was seen or is still to come."""
    gone = {message.id}
    album = album_of(message, state)
    if album is not None and not album.doomed:
        album.doomed = why
        gone |= album.parts
        state.changes.albums.add(message.album or "")
    for message_id in sorted(gone):
        delete(Delete(message_id, message.at, why), state, context, grace)
