"""Carrying out what the control API is asked for."""

from collections.abc import Callable
from typing import Any, TypeVar

from simulator.control import models as m
from simulator.deeds import affairs, members, writing
from simulator.deeds.service import service
from simulator.hub import Hub
from simulator.world import makers, media
from simulator.world.chats import Chat, Message
from simulator.world.contents import MEDIA
from simulator.world.errors import bad
from simulator.world.members import until
from simulator.world.people import User
from simulator.world.rights import USUAL, all_rights, parse_permissions
from simulator.world.text import with_entities
from simulator.world.world import World

Json = dict[str, Any]
DeedT = TypeVar("DeedT", bound=m.Deed)
DOERS: dict[type[m.Deed], Callable[[Hub, Any], Any]] = {}
FILELESS = frozenset({"location", "venue", "contact", "dice", "poll"})


def doer(model: type[DeedT]) -> Callable[[Callable[[Hub, DeedT], Any]], Callable[[Hub, DeedT], Any]]:
    def register(function: Callable[[Hub, DeedT], Any]) -> Callable[[Hub, DeedT], Any]:
        DOERS[model] = function
        return function

    return register


def perform(hub: Hub, deed: m.Deed) -> Any:
    """Do it and return what the model's description says. Raises Refusal."""
    return DOERS[type(deed)](hub, deed)


def chat_named(world: World, ref: m.ChatRef, bot: int = 0) -> Chat:
    """A chat by id or @name. Raises Refusal."""
    if isinstance(ref, str) and not ref.lstrip("-").isdecimal():
        number = world.named(ref)
        if number is None:
            raise bad("chat not found")
        ref = number
    number = int(ref)
    if number > 0:
        return world.private_chat(world.bot(bot), world.user(number))
    return world.chat(number)


def _message(chat: Chat, number: int) -> Message:
    message = chat.messages.get(number)
    if message is None:
        raise bad("message not found")
    return message


def _content(
    world: World, text: str, kind: str | None, file_id: str, entities: list[Json] | None = None
) -> Json:
    if kind is None:
        return with_entities(text, entities)
    if kind in FILELESS:
        return media.other(kind, next(world.numbers), text) or {}
    file = world.files.get(file_id) or world.files.add(kind, media.MIMES.get(kind, ""))
    return media.describe(kind, file) | with_entities(text, entities, "caption")


@doer(m.NewUser)
def new_user(hub: Hub, deed: m.NewUser) -> Json:
    fields = deed.model_dump(exclude={"do", "first_name", "id"})
    return makers.make_user(hub.world, deed.first_name, user_id=deed.id, **fields).json()


@doer(m.Rename)
def rename(hub: Hub, deed: m.Rename) -> Json:
    user = hub.world.user(deed.user)
    makers.rename(hub.world, user, deed.username)
    return user.json()


@doer(m.NewBot)
def new_bot(hub: Hub, deed: m.NewBot) -> Json:
    bot = makers.make_bot(hub.world, deed.token, deed.username, deed.name, reads_all=deed.reads_all)
    hub.attend(bot)
    return bot.me()


@doer(m.NewChat)
def new_chat(hub: Hub, deed: m.NewChat) -> Json:
    world = hub.world
    fields = deed.model_dump(
        include={"username", "description", "join_by_request", "join_to_send", "hidden_members", "is_forum"}
        | {"silent_members", "away", "extra"}
    )
    owner = world.user(deed.owner)
    people = [world.user(number) for number in deed.members]
    admins = [world.user(number) for number in deed.admins]
    chat = makers.make_chat(world, deed.kind, deed.title, owner, chat_id=deed.id, **fields)
    chat.permissions |= deed.permissions
    for user in people:
        makers.seat(world, chat, user)
    for user in admins:
        makers.seat(world, chat, user, admin=deed.admin_rights.get(user.id, True))
    if deed.linked:
        _link(world, chat, deed.linked)
    world.touched(chat)
    return chat.json()


def _link(world: World, chat: Chat, ref: m.ChatRef) -> None:
    other = chat_named(world, ref)
    chat.linked_chat_id, other.linked_chat_id = other.id, chat.id


@doer(m.Settings)
def settings(hub: Hub, deed: m.Settings) -> Json:
    chat = chat_named(hub.world, deed.chat)
    if deed.username is not None:
        makers.rename(hub.world, chat, deed.username)
    for name, value in deed.model_dump(
        exclude={"do", "chat", "linked", "permissions", "username"}, exclude_none=True
    ).items():
        setattr(chat, name, value)
    if deed.permissions is not None:
        chat.permissions = USUAL | deed.permissions
    if deed.linked is not None:
        _link(hub.world, chat, deed.linked)
    hub.world.touched(chat)
    return chat.full(None)


@doer(m.Join)
def join(hub: Hub, deed: m.Join) -> Json:
    world = hub.world
    by = world.user(deed.by) if deed.by else None
    inside = members.join(world, chat_named(world, deed.chat), world.user(deed.user), deed.link, by=by)
    return {"joined": inside, "asked": not inside}


@doer(m.Leave)
def leave(hub: Hub, deed: m.Leave) -> Json:
    members.leave(hub.world, chat_named(hub.world, deed.chat), hub.world.user(deed.user))
    return {}


def _ruler(world: World, chat: Chat, user_id: int, right: str) -> User:
    if not world.member(chat, user_id).may(right):
        raise bad("CHAT_ADMIN_REQUIRED")
    return world.user(user_id)


@doer(m.Remove)
def remove(hub: Hub, deed: m.Remove) -> Json:
    world = hub.world
    chat, user = chat_named(world, deed.chat), world.user(deed.user)
    actor = _ruler(world, chat, deed.by, "can_restrict_members")
    if world.member(chat, user.id).status == "creator":
        raise bad("USER_ADMIN_INVALID")
    end = until(deed.until, world.clock())
    if deed.how == "ban":
        members.ban(world, chat, user, actor, until=end)
    elif deed.how == "unban":
        members.unban(world, chat, user, actor)
    else:
        permissions = parse_permissions(deed.permissions, independent=True)
        members.restrict(world, chat, user, actor, permissions, until=end)
    return {}


@doer(m.Promote)
def promote(hub: Hub, deed: m.Promote) -> Json:
    world = hub.world
    chat = chat_named(world, deed.chat)
    owner = next(member.user for member in chat.members.values() if member.status == "creator")
    actor = _ruler(world, chat, deed.by or owner.id, "can_promote_members")
    if world.member(chat, deed.user).status == "creator":
        raise bad("USER_CREATOR")
    rights = deed.rights
    if rights is None:
        rights = all_rights(chat.kind) | {"can_promote_members": False}
    members.promote(world, chat, world.user(deed.user), actor, rights, title=deed.title)
    return {}


@doer(m.Answer)
def answer(hub: Hub, deed: m.Answer) -> Json:
    world = hub.world
    chat = chat_named(world, deed.chat)
    actor = _ruler(world, chat, deed.by, "can_invite_users")
    members.answer_request(world, chat, world.user(deed.user), actor, let_in=deed.let_in)
    return {}


@doer(m.Write)
def write(hub: Hub, deed: m.Write) -> list[Json]:
    world = hub.world
    chat = chat_named(world, deed.chat, deed.bot)
    as_chat = chat_named(world, deed.as_chat) if deed.as_chat else None
    voice = writing.Voice(world.user(deed.user), as_chat)
    if deed.album:
        parts = [_content(world, item.caption, item.media, item.file) | deed.content for item in deed.album]
        return [message.json() for message in writing.album(world, chat, voice, parts)]
    content = _content(world, deed.text, deed.media, deed.file, deed.entities) | deed.content
    if not content:
        raise bad("message text is empty")
    reply = _message(chat, deed.reply_to) if deed.reply_to else None
    return [writing.write(world, chat, voice, content, reply).json()]


@doer(m.Forward)
def forward(hub: Hub, deed: m.Forward) -> list[Json]:
    world = hub.world
    chat, voice = chat_named(world, deed.chat, deed.bot), writing.Voice(world.user(deed.user))
    if deed.origin is not None:
        content = with_entities(deed.text) | {"forward_origin": deed.origin}
        return [writing.write(world, chat, voice, content).json()]
    source = _message(chat_named(world, deed.from_chat, deed.bot), deed.message)
    return [writing.forward(world, source, chat, voice).json()]


@doer(m.Edit)
def edit(hub: Hub, deed: m.Edit) -> Json:
    world = hub.world
    message = _message(chat_named(world, deed.chat, deed.bot), deed.message)
    if deed.media is None and set(MEDIA).intersection(message.content):
        kept = {key: value for key, value in message.content.items() if not key.startswith("caption")}
        content = kept | with_entities(deed.text, field="caption")
    else:
        content = _content(world, deed.text, deed.media, "")
    writing.edit(world, message, world.user(deed.user), content | deed.content)
    return message.json()


@doer(m.Erase)
def erase(hub: Hub, deed: m.Erase) -> Json:
    world = hub.world
    chat = chat_named(world, deed.chat, deed.bot)
    mine = all(
        message.author == deed.user for number in deed.messages if (message := chat.messages.get(number))
    )
    if not mine and chat.kind != "private" and not world.member(chat, deed.user).may("can_delete_messages"):
        raise bad("MESSAGE_DELETE_FORBIDDEN")
    return {"erased": writing.erase(world, chat, deed.messages, deed.user)}


@doer(m.Press)
def press(hub: Hub, deed: m.Press) -> Json:
    world = hub.world
    message = _message(chat_named(world, deed.chat, deed.bot), deed.message)
    rows = (message.markup or {}).get("inline_keyboard", [])
    named = (button.get("callback_data") for row in rows for button in row if button["text"] == deed.text)
    data = deed.data or next(named, None)
    if data is None:
        raise bad("BUTTON_INVALID")
    return {"query": writing.press(world, message, world.user(deed.user), str(data)).id}


@doer(m.React)
def react(hub: Hub, deed: m.React) -> Json:
    message = _message(chat_named(hub.world, deed.chat, deed.bot), deed.message)
    writing.react(hub.world, message, hub.world.user(deed.user), deed.emoji)
    return {}


@doer(m.Title)
def title(hub: Hub, deed: m.Title) -> Json:
    chat = chat_named(hub.world, deed.chat)
    affairs.set_title(hub.world, chat, _ruler(hub.world, chat, deed.user, "can_change_info"), deed.title)
    return {}


@doer(m.Photo)
def photo(hub: Hub, deed: m.Photo) -> Json:
    world = hub.world
    chat = chat_named(world, deed.chat)
    actor = _ruler(world, chat, deed.user, "can_change_info")
    file = world.files.get(deed.file) or world.files.add("photo", "image/jpeg")
    affairs.set_photo(world, chat, actor, None if deed.remove else file)
    return {}


@doer(m.Pin)
def pin(hub: Hub, deed: m.Pin) -> Json:
    chat = chat_named(hub.world, deed.chat)
    affairs.pin(
        hub.world, _message(chat, deed.message), _ruler(hub.world, chat, deed.user, "can_pin_messages")
    )
    return {}


@doer(m.Service)
def any_service(hub: Hub, deed: m.Service) -> Json:
    chat = chat_named(hub.world, deed.chat)
    return service(hub.world, chat, hub.world.user(deed.user), deed.content).json()


@doer(m.Migrate)
def migrate(hub: Hub, deed: m.Migrate) -> Json:
    chat = chat_named(hub.world, deed.chat)
    return affairs.migrate(hub.world, chat, hub.world.user(deed.user)).json()


@doer(m.DeleteChat)
def delete_chat(hub: Hub, deed: m.DeleteChat) -> Json:
    chat = chat_named(hub.world, deed.chat)
    chat.deleted = True
    makers.rename(hub.world, chat, "")
    hub.world.touched(chat)
    return {}


@doer(m.Block)
def block(hub: Hub, deed: m.Block) -> Json:
    members.block(hub.world, hub.world.bot(deed.bot), hub.world.user(deed.user), blocked=deed.blocked)
    return {}


@doer(m.RawUpdate)
def raw_update(hub: Hub, deed: m.RawUpdate) -> Json:
    chat_id = deed.content.get("chat", {}).get("id", 0) if isinstance(deed.content.get("chat"), dict) else 0
    hub.world.bot(deed.bot).inbox.put(deed.kind, int(chat_id), deed.content, hub.clock())
    return {}


@doer(m.Shift)
def shift(hub: Hub, deed: m.Shift) -> Json:
    hub.clock.shift = deed.seconds
    return {"now": hub.clock()}
