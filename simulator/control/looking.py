"""What the control API shows of the world."""

import json
from typing import Any

from simulator.hub import Hub
from simulator.world.chats import Chat, Message
from simulator.world.people import TELEGRAM_ID
from simulator.world.world import World

Json = dict[str, Any]


def overview(hub: Hub, viewer: int = 0) -> Json:
    """Bots, people and chats, in short; `mine` says whether `viewer` is in a chat."""
    world = hub.world
    return {
        "now": hub.clock(),
        "revision": hub.revision,
        "bots": [
            bot.me()
            | {"token": bot.token, "waiting": len(bot.inbox.waiting), "webhook": bot.webhook is not None}
            for bot in world.bots.values()
        ],
        "users": [user.json() for user in world.users.values() if not user.is_bot and user.id != TELEGRAM_ID],
        "chats": [
            brief(world, chat, viewer)
            for chat in world.chats.values()
            if not chat.deleted and not (chat.away and viewer not in chat.members)
        ],
    }


def brief(world: World, chat: Chat, viewer: int) -> Json:
    there = {"count": chat.count, "active": chat.active, "last_message_id": chat.last_message_id}
    mine = viewer in chat.members and world.member(chat, viewer).present
    last = next(
        (message for message in reversed(chat.messages.values()) if not (message.gone or message.is_service)),
        None,
    )
    return chat.json() | there | {"mine": mine, "last": _excerpt(last)}


def _excerpt(message: Message | None) -> str:
    if message is None:
        return ""
    text = message.content.get("text") or message.content.get("caption") or message.kind.replace("_", " ")
    return str(text)[:80]


def commands(world: World, chat: Chat, user_id: int, bot_id: int = 0) -> list[dict[str, str]]:
    """The commands that a bot shows this person here: the narrowest scope first, own language before none."""
    bot = world.bot(bot_id)
    language = world.user(user_id).language_code
    if chat.kind == "private":
        scopes: list[Json] = [{"type": "chat", "chat_id": chat.id}, {"type": "all_private_chats"}]
    else:
        scopes = [{"type": "chat_member", "chat_id": chat.id, "user_id": user_id}]
        if world.member(chat, user_id).is_admin:
            scopes.append({"type": "chat_administrators", "chat_id": chat.id})
        scopes.append({"type": "chat", "chat_id": chat.id})
        if world.member(chat, user_id).is_admin:
            scopes.append({"type": "all_chat_administrators"})
        scopes.append({"type": "all_group_chats"})
    for scope in [*scopes, {"type": "default"}]:
        key = json.dumps(scope, separators=(",", ":"), sort_keys=True)
        for code in (language, ""):
            if found := bot.commands.get((key, code)):
                return found
    return []


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
    if message.markup is not None and "inline_keyboard" not in message.markup:
        state["keyboard"] = message.markup
    return message.json() | state | {"author": message.author, "service": message.is_service}
