"""People writing: texts, media, albums, forwards, edits, buttons, reactions."""

from dataclasses import dataclass
from typing import Any

from simulator.deeds.members import block
from simulator.world.chats import Chat, Message
from simulator.world.errors import bad
from simulator.world.people import ANONYMOUS_ID, CHANNEL_BOT_ID, TELEGRAM_ID, User
from simulator.world.rights import NEEDED
from simulator.world.world import Query, World

Json = dict[str, Any]
KEPT_FORWARDED = frozenset({"media_group_id", "author_signature", "is_automatic_forward"})
"""Fields that a forward does not take along."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who a message seems to be from."""

    user: User
    as_chat: Chat | None = None
    """A channel of theirs, or the group itself for an anonymous administrator."""


def write(world: World, chat: Chat, voice: Voice, content: Json, reply_to: Message | None = None) -> Message:
    """Post what a person wrote. Raises Refusal when they may not."""
    _check_may_write(world, chat, voice, content)
    if chat.kind == "private":
        bot = world.bots[chat.bot_id]
        block(world, bot, voice.user, blocked=False)
        bot.started_by.add(voice.user.id)
    sender, sender_chat = _seeming(world, chat, voice)
    if sender_chat is chat and (title := world.member(chat, voice.user.id).title):
        content = content | {"author_signature": title}
    message = Message(world.next_message_id(chat), chat, world.now(), content, sender, sender_chat, reply_to)
    message.author = voice.user.id
    world.post(message)
    _forward_to_discussion(world, message)
    return message


def _seeming(world: World, chat: Chat, voice: Voice) -> tuple[User | None, Chat | None]:
    if chat.kind == "channel":
        return None, chat
    if voice.as_chat is not None:
        return world.users[ANONYMOUS_ID if voice.as_chat is chat else CHANNEL_BOT_ID], voice.as_chat
    if world.member(chat, voice.user.id).is_anonymous:
        return world.users[ANONYMOUS_ID], chat
    return voice.user, None


def _check_may_write(world: World, chat: Chat, voice: Voice, content: Json) -> None:
    if not chat.active:
        raise bad("CHAT_WRITE_FORBIDDEN")
    if chat.kind == "private":
        return
    member = world.member(chat, voice.user.id)
    if chat.kind == "channel":
        if not member.may("can_post_messages"):
            raise bad("CHAT_ADMIN_REQUIRED")
        return
    if voice.as_chat is not None and voice.as_chat.id in chat.banned_chats:
        raise bad("SEND_AS_PEER_INVALID")
    guest = member.status == "left" and chat.linked_chat_id != 0 and not chat.join_to_send
    if not member.present and not guest:
        raise bad("USER_BANNED_IN_CHANNEL" if member.status == "kicked" else "CHAT_WRITE_FORBIDDEN")
    if member.is_admin:
        return
    kind = next((name for name in NEEDED if name in content), "text")
    needed = NEEDED[kind]
    if not chat.permissions[needed] or not member.permissions.get(needed, True):
        raise bad(f"CHAT_SEND_{kind.upper()}_FORBIDDEN")


def _forward_to_discussion(world: World, message: Message) -> None:
    """A channel's post appears in its discussion group by itself."""
    channel = message.chat
    group = world.chats.get(channel.linked_chat_id)
    if channel.kind != "channel" or group is None or message.is_service:
        return
    copy = Message(
        world.next_message_id(group),
        group,
        world.now(),
        message.content | {"forward_origin": origin(message), "is_automatic_forward": True},
        sender=world.users[TELEGRAM_ID],
        sender_chat=channel,
        author=message.author,
    )
    world.post(copy)


def album(world: World, chat: Chat, voice: Voice, contents: list[Json]) -> list[Message]:
    """Several media sent as one: each its own message, bound by `media_group_id`."""
    group = {"media_group_id": str(13_000_000_000_000_000 + next(world.numbers))}
    return [write(world, chat, voice, content | group) for content in contents]


def origin(message: Message) -> Json:
    """A MessageOrigin that points to this message."""
    if earlier := message.content.get("forward_origin"):
        return dict(earlier)
    if message.chat.kind == "channel":
        return {
            "type": "channel",
            "date": message.date,
            "chat": message.chat.json(),
            "message_id": message.id,
        }
    if message.sender_chat is not None:
        return {"type": "chat", "date": message.date, "sender_chat": message.sender_chat.json()}
    if message.sender is None:
        return {"type": "hidden_user", "date": message.date, "sender_user_name": "Deleted Account"}
    return {"type": "user", "date": message.date, "sender_user": message.sender.json()}


def forward(world: World, source: Message, chat: Chat, voice: Voice) -> Message:
    """Send on what somebody wrote elsewhere."""
    if source.is_service or source.content.get("has_protected_content"):
        raise bad("message can't be forwarded")
    kept = {key: value for key, value in source.content.items() if key not in KEPT_FORWARDED}
    return write(world, chat, voice, kept | {"forward_origin": origin(source)})


def edit(world: World, message: Message, user: User, content: Json) -> None:
    """Change the content of one's own message."""
    if message.gone or message.author != user.id or message.is_service:
        raise bad("MESSAGE_AUTHOR_REQUIRED")
    kept = {key: message.content[key] for key in KEPT_FORWARDED & set(message.content)}
    message.content = kept | content
    message.edited_at = world.now()
    world.edited(message)


def erase(world: World, chat: Chat, message_ids: list[int], by: int) -> int:
    """Delete messages that are there; returns how many were."""
    erased = 0
    for number in message_ids:
        message = chat.messages.get(number)
        if message is not None and not message.gone:
            message.deleted_at, message.deleted_by = world.clock(), by
            erased += 1
    chat.pinned = [number for number in chat.pinned if not chat.messages[number].gone]
    world.touched(chat)
    return erased


def press(world: World, message: Message, user: User, data: str) -> Query:
    """Press an inline button: a `callback_query` for the bot that sent the message."""
    if message.author not in world.bots:
        raise bad("BOT_INVALID")
    bot = world.bots[message.author]
    query = Query(str(4_000_000_000_000_000 + next(world.numbers)), bot.user.id, user.id, data, world.clock())
    world.queries[query.id] = query
    shown = message.inaccessible() if message.gone else message.json()
    body = {"id": query.id, "from": user.json(), "message": shown}
    world.tell(
        bot, "callback_query", message.chat, body | {"chat_instance": str(message.chat.id), "data": data}
    )
    return query


def react(world: World, message: Message, user: User, emoji: str) -> None:
    """Set or take back a reaction; told to administrators who asked for `message_reaction`."""
    mine: dict[int, str] = message.reactions
    old, new = mine.get(user.id, ""), emoji
    if new:
        mine[user.id] = new
    else:
        mine.pop(user.id, None)
    body: Json = {
        "chat": message.chat.json(),
        "message_id": message.id,
        "user": user.json(),
        "date": world.now(),
    }
    for name, value in (("old_reaction", old), ("new_reaction", new)):
        body[name] = [{"type": "emoji", "emoji": value}] if value else []
    for bot in world.listeners(message.chat):
        if message.chat.kind == "private" or world.member(message.chat, bot.user.id).is_admin:
            world.tell(bot, "message_reaction", message.chat, body)
    world.touched(message.chat)
