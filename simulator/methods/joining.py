"""Invite links and requests to join."""

from typing import Any

from simulator.deeds.members import answer_request
from simulator.methods.access import Access, chat_of
from simulator.methods.call import Call, method
from simulator.world.chats import Chat
from simulator.world.errors import bad
from simulator.world.links import InviteLink
from simulator.world.makers import new_link

Json = dict[str, Any]
NAME_MOST = 32
LIMIT_MOST = 99_999


def _managed(call: Call, what: str) -> Chat:
    chat = chat_of(call, Access.WRITE)
    if chat.kind == "private":
        raise bad(
            "can't invite members to a private chat"
            if "link" in what
            else "the chat can't have join requests"
        )
    if not call.world.member(chat, call.bot.user.id).may("can_invite_users"):
        raise bad(f"not enough rights to manage chat {what}")
    return chat


def _wanted(call: Call) -> Json:
    name = call.args.text("name")
    limit = call.args.number("member_limit")
    expires = call.args.number("expire_date")
    by_request = call.args.flag("creates_join_request")
    if len(name) > NAME_MOST:
        raise bad("INVITE_TITLE_TOO_LONG")
    if by_request and limit:
        raise bad("member limit can't be specified for links requiring administrator approval")
    if limit < 0 or limit > LIMIT_MOST:
        raise bad("USAGE_LIMIT_INVALID")
    if expires and expires <= call.now:
        raise bad("EXPIRE_DATE_INVALID")
    return {"name": name, "member_limit": limit, "expires": expires, "by_request": by_request}


@method("createChatInviteLink")
def create_invite_link(call: Call) -> Json:
    chat = _managed(call, "invite link")
    return new_link(call.world, chat, call.bot.user, **_wanted(call)).json(call.bot.user.id)


@method("exportChatInviteLink")
def export_invite_link(call: Call) -> str:
    chat = _managed(call, "invite link")
    return new_link(call.world, chat, call.bot.user, primary=True).url


def _own(call: Call, chat: Chat) -> InviteLink:
    link = chat.links.get(call.args.text("invite_link"))
    if link is None or link.creator.id != call.bot.user.id:
        raise bad("INVITE_HASH_EXPIRED")
    return link


@method("editChatInviteLink")
def edit_invite_link(call: Call) -> Json:
    chat = _managed(call, "invite link")
    link = _own(call, chat)
    if link.primary or link.revoked:
        raise bad("INVITE_PRIMARY_EDIT_FORBIDDEN" if link.primary else "INVITE_REVOKED_MISSING")
    for name, value in _wanted(call).items():
        setattr(link, name, value)
    return link.json(call.bot.user.id)


@method("revokeChatInviteLink")
def revoke_invite_link(call: Call) -> Json:
    chat = _managed(call, "invite link")
    link = _own(call, chat)
    link.revoked = True
    if link.primary:
        new_link(call.world, chat, call.bot.user, primary=True)
    return link.json(call.bot.user.id)


def _answer(call: Call, *, let_in: bool) -> bool:
    user_id = call.user_id()
    chat = _managed(call, "join requests")
    answer_request(call.world, chat, call.world.user(user_id), call.bot.user, let_in=let_in)
    return True


@method("approveChatJoinRequest")
def approve_join_request(call: Call) -> bool:
    return _answer(call, let_in=True)


@method("declineChatJoinRequest")
def decline_join_request(call: Call) -> bool:
    return _answer(call, let_in=False)
