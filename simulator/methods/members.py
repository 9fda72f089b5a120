"""Banning, restricting, promoting and looking up members."""

from typing import Any

from simulator.deeds.members import ban, promote, restrict, unban
from simulator.methods.access import Access, chat_of, may_restrict, target
from simulator.methods.call import Call, method
from simulator.world.chats import Chat
from simulator.world.errors import bad
from simulator.world.members import Member, until
from simulator.world.rights import RIGHTS, parse_permissions

Json = dict[str, Any]


@method("banChatMember", "kickChatMember")
def ban_chat_member(call: Call) -> bool:
    user_id = call.user_id()
    chat = chat_of(call, Access.WRITE)
    if chat.kind == "private":
        raise bad("can't ban members in private chats")
    me = call.world.member(chat, call.bot.user.id)
    if chat.kind == "group" and not me.may("can_restrict_members"):
        raise bad("need to be inviter of a user to kick it from a basic group")
    end = until(call.args.number("until_date"), call.world.clock())
    old = call.world.member(chat, call.world.user(user_id).id)
    if old.stands_as(Member(old.user, "left" if chat.kind == "group" else "kicked", until=end)):
        return True
    ban(call.world, chat, _ban_target(call, chat, user_id).user, call.bot.user, until=end)
    return True


def _ban_target(call: Call, chat: Chat, user_id: int) -> Member:
    if user_id != call.bot.user.id:
        may_restrict(call, chat)
    return target(call, chat, user_id)


@method("unbanChatMember")
def unban_chat_member(call: Call) -> bool:
    """Who is banned may come back; unless `only_if_banned`, who is restricted or in the chat is put out."""
    user_id = call.user_id()
    chat = chat_of(call, Access.WRITE)
    if chat.kind not in {"supergroup", "channel"}:
        raise bad("method is available for supergroup and channel chats only")
    member = call.world.member(chat, call.world.user(user_id).id)
    if call.args.flag("only_if_banned") and member.status != "kicked":
        return True
    if member.status != "left":
        unban(call.world, chat, _ban_target(call, chat, user_id).user, call.bot.user)
    return True


@method("restrictChatMember")
def restrict_chat_member(call: Call) -> bool:
    user_id = call.user_id()
    given = permissions(call)
    chat = chat_of(call, Access.WRITE)
    if chat.kind != "supergroup":
        raise bad("method is available only for supergroups")
    end = until(call.args.number("until_date"), call.world.clock())
    old = call.world.member(chat, call.world.user(user_id).id)
    if old.stands_as(old.restricted(given, end)):
        return True
    restrict(call.world, chat, _ban_target(call, chat, user_id).user, call.bot.user, given, until=end)
    return True


def permissions(call: Call) -> dict[str, bool]:
    """The `permissions` of a call. Raises Refusal when they are no object."""
    given = call.args.parsed("permissions", "permissions")
    if given is None:
        given = dict(call.args.values)
    if not isinstance(given, dict):
        raise bad("object expected as permissions")
    return parse_permissions(given, independent=call.args.flag("use_independent_chat_permissions"))


@method("promoteChatMember")
def promote_chat_member(call: Call) -> bool:
    user_id = call.user_id()
    chat = chat_of(call, Access.WRITE)
    if chat.kind == "private":
        raise bad("chat member status can't be changed in private chats")
    if user_id == call.bot.user.id:
        raise bad("can't promote self")
    me = call.world.member(chat, call.bot.user.id)
    if not me.may("can_promote_members"):
        raise bad("not enough rights")
    member = call.world.member(chat, call.world.user(user_id).id)
    if member.status == "creator":
        raise bad("can't remove chat owner")
    if member.status == "administrator" and member.promoted_by != call.bot.user.id:
        raise bad("CHAT_ADMIN_REQUIRED")
    wanted = {right: True for right in RIGHTS if call.args.flag(right)}
    if any(not me.may(right) for right in wanted):
        raise bad("RIGHT_FORBIDDEN")
    promote(
        call.world,
        chat,
        member.user,
        call.bot.user,
        wanted | {"is_anonymous": call.args.flag("is_anonymous")},
    )
    return True


@method("setChatAdministratorCustomTitle")
def set_custom_title(call: Call) -> bool:
    user_id = call.user_id()
    chat = chat_of(call, Access.WRITE)
    if chat.kind != "supergroup":
        raise bad("method is available only for supergroups")
    member = call.world.member(chat, call.world.user(user_id).id)
    if member.status == "creator":
        raise bad("only the owner can edit their custom title")
    if member.status != "administrator":
        raise bad("user is not an administrator")
    if member.promoted_by != call.bot.user.id:
        raise bad("not enough rights to change custom title of the user")
    title = call.args.text("custom_title")[:16]
    promote(call.world, chat, member.user, call.bot.user, member.rights, title=title)
    return True


def _sender_chat(call: Call) -> tuple[Chat, int]:
    if not call.args.has("sender_chat_id"):
        raise bad("sender_chat_id is empty")
    sender = call.args.number("sender_chat_id")
    if sender == 0:
        raise bad("sender_chat_id is not a valid Integer")
    chat = chat_of(call, Access.WRITE)
    if chat.kind not in {"supergroup", "channel"}:
        raise bad("method is available for supergroup and channel chats only")
    may_restrict(call, chat)
    if sender not in call.world.chats:
        raise bad("PARTICIPANT_ID_INVALID")
    return chat, sender


@method("banChatSenderChat")
def ban_chat_sender_chat(call: Call) -> bool:
    chat, sender = _sender_chat(call)
    if sender in {chat.id, chat.linked_chat_id}:
        raise bad("PARTICIPANT_ID_INVALID")
    chat.banned_chats.add(sender)
    return True


@method("unbanChatSenderChat")
def unban_chat_sender_chat(call: Call) -> bool:
    chat, sender = _sender_chat(call)
    chat.banned_chats.discard(sender)
    return True


@method("getChatMember")
def get_chat_member(call: Call) -> Json:
    user_id = call.user_id()
    chat = chat_of(call, Access.READ_MEMBERS)
    me = call.world.member(chat, call.bot.user.id) if chat.kind != "private" else None
    if chat.kind == "private":
        if user_id not in {chat.id, call.bot.user.id}:
            raise bad("PARTICIPANT_ID_INVALID")
        return {"user": call.world.user(user_id).json(), "status": "member"}
    if (chat.kind == "channel" or chat.hidden_members) and me is not None and not me.is_admin:
        raise bad("CHAT_ADMIN_REQUIRED")
    return call.world.member(chat, call.world.user(user_id).id).json(call.bot.user.id)


@method("getChatAdministrators")
def get_chat_administrators(call: Call) -> list[Json]:
    """The owner and all administrators but other bots, unless `return_bots`."""
    chat = chat_of(call, Access.READ_MEMBERS)
    if chat.kind == "private":
        raise bad("there are no administrators in the private chat")
    mine, bots = call.bot.user.id, call.args.flag("return_bots")
    return [
        member.json(mine)
        for member in call.world.admins(chat)
        if bots or not member.user.is_bot or member.user.id == mine
    ]


@method("getChatMemberCount", "getChatMembersCount")
def get_chat_member_count(call: Call) -> int:
    return chat_of(call, Access.READ_MEMBERS).count
