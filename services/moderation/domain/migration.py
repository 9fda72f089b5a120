"""A group becomes a supergroup and has another id: both say so, and updates of the old id may still come."""

from collections.abc import Mapping

from services.moderation.domain.update import Message, Update


class Moved(Exception):  # noqa: N818 - reads better where it is caught
    """A look-up was told that the chat has another id: it is to be moved, and asked there."""

    def __init__(self, old: int, new: int) -> None:
        super().__init__("the group has become a supergroup")
        self.old = old
        self.new = new


def migration(message: Message, chat_id: int) -> tuple[int, int] | None:
    """The old id and the new one, when this message says that its chat has moved."""
    if message.migrated_to is not None and message.migrated_to < 0 and message.migrated_to != chat_id:
        return chat_id, message.migrated_to
    if message.migrated_from is not None and message.migrated_from < 0 and message.migrated_from != chat_id:
        return message.migrated_from, chat_id
    return None


def at_new_id(update: Update, moved: Mapping[int, int]) -> Update | None:
    """The update as one of the supergroup; None for who came to or left the group that is no more."""
    new = moved.get(update.chat.id) if update.chat else None
    if update.chat is None or new is None:
        return update
    if update.change is not None:
        return None
    message = update.message
    if message is not None and message.sender_chat == update.chat.id:
        message = message._replace(sender_chat=new)
    return update._replace(chat=update.chat._replace(id=new, type="supergroup"), message=message)
