"""What the control API shows of the world."""

from typing import Any

from simulator.hub import Hub
from simulator.world.chats import Chat
from simulator.world.messages import Message
from simulator.world.world import World

Json = dict[str, Any]


def overview(hub: Hub) -> Json:
    """Bots, people and chats, in short."""
    world = hub.world
    return {
        "now": hub.clock(),
        "revision": hub.revision,
        "bots": [
            bot.me()
            | {"token": bot.token, "waiting": len(bot.inbox.waiting), "webhook": bot.webhook is not None}
            for bot in world.bots.values()
        ],
        "users": [user.json() for user in world.users.values() if not user.is_bot and user.id != 777000],
        "chats": [brief(chat) for chat in world.chats.values()],
    }


def brief(chat: Chat) -> Json:
    return chat.json() | {"count": chat.count, "active": chat.active, "last_message_id": chat.last_message_id}


def chat_state(world: World, chat: Chat, since: int = 0) -> Json:
    """Everything: members with status and rights, messages (deleted ones flagged), links, requests."""
    return {
        "chat": chat.full(None) | {"migrated_to": chat.migrated_to, "deleted": chat.deleted},
        "count": chat.count,
        "permissions": chat.permissions,
        "pinned": chat.pinned,
        "banned_chats": sorted(chat.banned_chats),
        "requests": sorted(chat.requests),
        "links": [link.json(link.creator.id) | {"used": link.used} for link in chat.links.values()],
        "members": [world.member(chat, user_id).json(0) for user_id in list(chat.members)],
        "messages": [message_state(message) for message in chat.messages.values() if message.id > since],
    }


def message_state(message: Message) -> Json:
    state: Json = {"deleted": message.gone, "deleted_by": message.deleted_by or None, "kind": message.kind}
    return message.json() | state | {"author": message.author, "service": message.is_service}
