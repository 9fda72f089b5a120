"""Joining, leaving, removing, restricting, promoting; each tells the bots that should know."""

from dataclasses import replace
from typing import Any

from simulator.deeds.service import service
from simulator.world.chats import Chat
from simulator.world.errors import bad
from simulator.world.links import InviteLink
from simulator.world.members import Member
from simulator.world.people import Bot, User
from simulator.world.rights import admin_rights
from simulator.world.world import World

REQUEST_WINDOW = 5 * 60
"""Seconds during which a bot may write first to somebody who asked to join."""


def set_member(
    world: World,
    chat: Chat,
    member: Member,
    actor: User,
    *,
    link: InviteLink | None = None,
    by_request: bool = False,
) -> None:
    """Change somebody's place; a bot itself gets my_chat_member, bots that are admins chat_member."""
    old = world.member(chat, member.user.id)
    chat.members[member.user.id] = member
    for bot in world.bots.values():
        itself = bot.user.id == member.user.id
        if not itself and not world.member(chat, bot.user.id).is_admin:
            continue
        viewer = bot.user.id
        body: dict[str, Any] = {"chat": chat.json(), "from": actor.json(), "date": world.now()}
        body |= {"old_chat_member": old.json(viewer), "new_chat_member": member.json(viewer)}
        if link is not None:
            body["invite_link"] = link.json(viewer)
        if by_request:
            body["via_join_request"] = True
        world.tell(bot, "my_chat_member" if itself else "chat_member", chat, body)
    world.touched(chat)


def join(world: World, chat: Chat, user: User, url: str = "", *, by: User | None = None) -> bool:
    """Come in by oneself, through a link, or added by somebody. False: a request was left instead."""
    _open_to(world, chat, user, url, by)
    link = chat.links.get(url)
    if by is None and (chat.join_by_request if link is None else link.by_request):
        ask(world, chat, user, link)
        return False
    admit(world, chat, user, link=link, by=by)
    return True


def _open_to(world: World, chat: Chat, user: User, url: str, by: User | None) -> None:
    member = world.member(chat, user.id)
    if chat.kind == "private" or not chat.active:
        raise bad("CHAT_INVALID")
    if member.present:
        raise bad("USER_ALREADY_PARTICIPANT")
    if member.status == "kicked" and by is None:
        raise bad("USER_BANNED_IN_CHANNEL")
    if by is not None and by.id != user.id:
        inviter = world.member(chat, by.id)
        if not inviter.may("can_invite_users") and not (
            inviter.present and chat.permissions["can_invite_users"]
        ):
            raise bad("CHAT_ADMIN_REQUIRED")
    if url and (url not in chat.links or not chat.links[url].open(world.clock())):
        raise bad("INVITE_HASH_EXPIRED")
    if not url and by is None and not chat.username:
        raise bad("CHANNEL_PRIVATE")


def admit(
    world: World,
    chat: Chat,
    user: User,
    *,
    link: InviteLink | None = None,
    by: User | None = None,
    by_request: bool = False,
) -> None:
    """Somebody is in the chat from now on."""
    old = world.member(chat, user.id)
    new = Member(user, "member", joined_at=world.now())
    if old.status == "restricted":
        new = replace(old, is_member=True, joined_at=world.now())
    if link is not None:
        link.used += 1
        link.pending.discard(user.id)
    chat.requests.pop(user.id, None)
    set_member(world, chat, new, by or user, link=link, by_request=by_request)
    if not chat.quiet:
        service(
            world,
            chat,
            by if by is not None and not by_request else user,
            {"new_chat_members": [user.json()]},
        )


def ask(world: World, chat: Chat, user: User, link: InviteLink | None) -> None:
    """Ask to be let in: `chat_join_request` for bots that may invite."""
    if user.id in chat.requests:
        raise bad("INVITE_REQUEST_SENT")
    chat.requests[user.id] = link
    if link is not None:
        link.pending.add(user.id)
    for bot in world.bots.values():
        if not world.member(chat, bot.user.id).may("can_invite_users"):
            continue
        bot.may_write[user.id] = world.clock() + REQUEST_WINDOW
        body: dict[str, Any] = {"chat": chat.json(), "from": user.json(), "user_chat_id": user.id}
        body |= {"date": world.now()} | ({"bio": user.bio} if user.bio else {})
        if link is not None:
            body["invite_link"] = link.json(bot.user.id)
        world.tell(bot, "chat_join_request", chat, body)
    world.touched(chat)


def answer_request(world: World, chat: Chat, user: User, actor: User, *, let_in: bool) -> None:
    """Approve or decline. Raises Refusal when nobody of that id asked."""
    if user.id not in chat.requests:
        if world.member(chat, user.id).present:
            raise bad("USER_ALREADY_PARTICIPANT")
        raise bad("HIDE_REQUESTER_MISSING")
    link = chat.requests.pop(user.id)
    if link is not None:
        link.pending.discard(user.id)
    if let_in:
        admit(world, chat, user, link=link, by=actor, by_request=True)
    world.touched(chat)


def leave(world: World, chat: Chat, user: User) -> None:
    """Go by oneself."""
    old = world.member(chat, user.id)
    if not old.present:
        raise bad("USER_NOT_PARTICIPANT")
    if old.status == "creator":
        raise bad("USER_CREATOR")
    quiet = chat.quiet
    gone = replace(old, is_member=False) if old.status == "restricted" else Member(user, "left")
    if not quiet:
        service(world, chat, user, {"left_chat_member": user.json()})
    set_member(world, chat, gone, user)


def ban(world: World, chat: Chat, user: User, actor: User, *, until: int = 0) -> None:
    """Remove and keep out; a person who was in leaves a trace. A basic group keeps out nobody but bots."""
    old = world.member(chat, user.id)
    quiet = chat.quiet
    if link := chat.requests.pop(user.id, None):
        link.pending.discard(user.id)
    keeps_out = chat.kind != "group" or user.is_bot
    set_member(world, chat, Member(user, "kicked", until=until) if keeps_out else Member(user), actor)
    if old.present and not quiet:
        service(world, chat, actor, {"left_chat_member": user.json()})


def unban(world: World, chat: Chat, user: User, actor: User) -> None:
    """Lift a ban or a restriction; somebody who is in the chat is put out but may come back."""
    old = world.member(chat, user.id)
    if old.present:
        ban(world, chat, user, actor, until=world.now() + 60)
        set_member(world, chat, Member(user, "left"), actor)
    elif old.status in {"kicked", "restricted"}:
        set_member(world, chat, Member(user, "left"), actor)


def restrict(
    world: World, chat: Chat, user: User, actor: User, permissions: dict[str, bool], *, until: int = 0
) -> None:
    """Take permissions away; giving back all of them makes an ordinary member again."""
    old = world.member(chat, user.id)
    new = old.restricted(permissions, until)
    if not old.stands_as(new):
        set_member(world, chat, new, actor)


def promote(
    world: World, chat: Chat, user: User, actor: User, rights: dict[str, Any], *, title: str = ""
) -> None:
    """Make an administrator, change one's rights, or, without any right, an ordinary member again."""
    old = world.member(chat, user.id)
    if not old.present:
        raise bad("USER_NOT_PARTICIPANT")
    given = admin_rights(chat.kind, rights)
    anonymous = bool(rights.get("is_anonymous", False))
    if any(given.values()):
        new = Member(user, "administrator", given, title=title or old.title, is_anonymous=anonymous)
        new = replace(new, promoted_by=actor.id, joined_at=old.joined_at)
    else:
        new = Member(user, "member", joined_at=old.joined_at)
    set_member(world, chat, new, actor)


def block(world: World, bot: Bot, user: User, *, blocked: bool = True) -> None:
    """A person stops a bot in their private chat, or lets it write again."""
    chat = world.private_chat(bot, user)
    if blocked == (user.id in bot.blocked_by):
        return
    (bot.blocked_by.add if blocked else bot.blocked_by.discard)(user.id)
    states = Member(bot.user, "member"), Member(bot.user, "kicked")
    old, new = states if blocked else states[::-1]
    body = {"chat": chat.json(), "from": user.json(), "date": world.now()}
    shown = {"old_chat_member": old.json(bot.user.id), "new_chat_member": new.json(bot.user.id)}
    world.tell(bot, "my_chat_member", chat, body | shown)
    world.touched(chat)
