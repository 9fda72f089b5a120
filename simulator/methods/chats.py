"""The chat itself: looking at it, leaving it, permissions, title, pins."""

from typing import Any

from simulator.deeds import affairs
from simulator.deeds.members import leave
from simulator.methods.access import Access, chat_of, message_of
from simulator.methods.call import Call, method
from simulator.methods.members import permissions
from simulator.world.chats import Chat
from simulator.world.errors import bad

Json = dict[str, Any]


@method("getChat")
def get_chat(call: Call) -> Json:
    chat = chat_of(call, Access.READ)
    return chat.full(None if chat.kind == "private" else call.world.member(chat, call.bot.user.id))


@method("leaveChat")
def leave_chat(call: Call) -> bool:
    chat = chat_of(call, Access.READ)
    if chat.kind == "private":
        raise bad("can't leave private chats")
    if call.world.member(chat, call.bot.user.id).present:
        leave(call.world, chat, call.bot.user)
    return True


def _with_right(call: Call, right: str, refusal: str) -> Chat:
    """The chat, if the bot holds this right there or every member does."""
    chat = chat_of(call, Access.WRITE)
    if chat.kind == "private":
        return chat
    me = call.world.member(chat, call.bot.user.id)
    everyone = chat.kind != "channel" and me.present and chat.permissions.get(right, False)
    if not me.may(right) and not everyone:
        raise bad(refusal)
    return chat


@method("setChatPermissions")
def set_chat_permissions(call: Call) -> bool:
    wanted = permissions(call)
    chat = chat_of(call, Access.WRITE)
    if chat.kind not in {"group", "supergroup"}:
        raise bad(
            "method is available only for groups and supergroups"
            if chat.kind == "channel"
            else "CHAT_INVALID"
        )
    if not call.world.member(chat, call.bot.user.id).may("can_restrict_members"):
        raise bad("not enough rights to change chat permissions")
    if wanted == chat.permissions:
        raise bad("CHAT_NOT_MODIFIED")
    chat.permissions = wanted
    call.world.touched(chat)
    return True


@method("setChatTitle")
def set_chat_title(call: Call) -> bool:
    chat = _with_right(call, "can_change_info", "not enough rights to change chat title")
    if chat.kind == "private":
        raise bad("can't change private chat title")
    affairs.set_title(call.world, chat, call.bot.user, call.args.text("title").strip())
    return True


@method("setChatDescription")
def set_chat_description(call: Call) -> bool:
    chat = _with_right(call, "can_change_info", "not enough rights to set chat description")
    text = call.args.text("description")
    if text == chat.description:
        raise bad("chat description is not modified")
    chat.description = text[:255]
    return True


def _pinning(call: Call) -> Chat:
    right = "can_edit_messages" if _is_channel(call) else "can_pin_messages"
    return _with_right(call, right, "not enough rights to manage pinned messages in the chat")


def _is_channel(call: Call) -> bool:
    return chat_of(call, Access.WRITE).kind == "channel"


@method("pinChatMessage")
def pin_chat_message(call: Call) -> bool:
    chat = _pinning(call)
    message = message_of(chat, call.args.number("message_id"), "message to pin")
    affairs.pin(call.world, message, call.bot.user)
    return True


@method("unpinChatMessage")
def unpin_chat_message(call: Call) -> bool:
    affairs.unpin(call.world, _pinning(call), call.args.number("message_id"))
    return True


@method("unpinAllChatMessages")
def unpin_all_chat_messages(call: Call) -> bool:
    chat = _pinning(call)
    chat.pinned.clear()
    call.world.touched(chat)
    return True
