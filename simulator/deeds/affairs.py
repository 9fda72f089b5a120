"""What changes a chat itself: title, photo, pins, permissions, migration."""

from dataclasses import replace
from typing import Any

from simulator.deeds.service import service
from simulator.world.chats import Chat, Message
from simulator.world.errors import bad
from simulator.world.media import File, photo_sizes
from simulator.world.people import User
from simulator.world.rights import admin_rights
from simulator.world.world import SUPERGROUP_BASE, World


def set_title(world: World, chat: Chat, actor: User, title: str) -> None:
    """Raises Refusal CHAT_NOT_MODIFIED for the same title."""
    if not title or len(title) > 128:
        raise bad("CHAT_TITLE_EMPTY" if not title else "title is too long")
    if title == chat.title:
        raise bad("CHAT_NOT_MODIFIED")
    chat.title = title
    service(world, chat, actor, {"new_chat_title": title})


def set_photo(world: World, chat: Chat, actor: User, file: File | None) -> None:
    """A new photo, or none."""
    chat.photo = file.id if file is not None else ""
    content: dict[str, Any] = {"delete_chat_photo": True}
    if file is not None:
        content = {"new_chat_photo": photo_sizes(file)}
    service(world, chat, actor, content)


def pin(world: World, message: Message, actor: User) -> None:
    """Pin, with a trace in the chat."""
    chat = message.chat
    if message.gone:
        raise bad("message to pin not found")
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    service(world, chat, actor, {"pinned_message": message.json(deep=False)})


def unpin(world: World, chat: Chat, message_id: int = 0) -> None:
    """Unpin this one, or the newest. Raises Refusal when there is none."""
    if not chat.pinned or (message_id and message_id not in chat.pinned):
        raise bad("message to unpin not found")
    chat.pinned.remove(message_id or chat.pinned[-1])
    world.touched(chat)


def migrate(world: World, group: Chat, actor: User) -> Chat:
    """A group becomes a supergroup with another id; both sides keep a service message about it."""
    if group.kind != "group" or not group.active:
        raise bad("CHAT_ID_INVALID")
    new_id = SUPERGROUP_BASE - 1_800_000_000 - next(world.numbers)
    new = Chat(new_id, "supergroup", group.title, permissions=dict(group.permissions), migrated_from=group.id)
    new.members = {
        user_id: replace(member, rights=admin_rights("supergroup", member.rights))
        if member.rights
        else member
        for user_id, member in group.members.items()
    }
    new.description, new.photo, new.silent_members = group.description, group.photo, group.silent_members
    world.chats[new_id] = new
    service(world, group, actor, {"migrate_to_chat_id": new_id})
    service(world, new, actor, {"migrate_from_chat_id": group.id})
    group.migrated_to = new_id
    world.touched(new)
    return new
