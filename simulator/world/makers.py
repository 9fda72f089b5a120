"""Making people, bots and chats."""

from typing import Any

from simulator.world.chats import Chat, ChatKind
from simulator.world.errors import bad
from simulator.world.links import InviteLink
from simulator.world.members import Member
from simulator.world.people import Bot, User
from simulator.world.rights import admin_rights, all_rights
from simulator.world.world import SUPERGROUP_BASE, World

FIRST_PERSON = 5_100_000_000
FIRST_CHAT = 1_900_000_000


def _take_name(world: World, username: str, owner: int) -> None:
    if not username:
        return
    folded = username.lower()
    if world.names.get(folded, owner) != owner:
        raise bad("USERNAME_OCCUPIED")
    world.names[folded] = owner


def rename(world: World, owner: User | Chat, username: str) -> None:
    """Give up the old user name and take this one; none when it is empty. Raises Refusal when it is taken."""
    _take_name(world, username, owner.id)
    if owner.username.lower() != username.lower():
        world.names.pop(owner.username.lower(), None)
    owner.username = username


def make_user(world: World, first_name: str, *, user_id: int = 0, **fields: Any) -> User:
    """A person. Raises Refusal when the id or user name is taken."""
    user_id = user_id or FIRST_PERSON + next(world.numbers)
    if user_id in world.users:
        raise bad("USER_ID_OCCUPIED")
    user = User(user_id, first_name, **fields)
    _take_name(world, user.username, user.id)
    world.users[user.id] = user
    return user


def make_bot(world: World, token: str, username: str, name: str = "", *, reads_all: bool = False) -> Bot:
    """A bot; its id is the number before the colon of its token. Raises Refusal."""
    number = token.split(":", 1)[0]
    if not number.isdigit() or token in world.tokens:
        raise bad("token is invalid or taken")
    user = make_user(world, name or username, user_id=int(number), username=username, is_bot=True)
    bot = Bot(user, token, reads_all=reads_all)
    bot.inbox.next_id += world.first
    world.bots[user.id] = world.tokens[token] = bot
    return bot


def make_chat(
    world: World, kind: ChatKind, title: str, owner: User, *, chat_id: int = 0, **fields: Any
) -> Chat:
    """A group, supergroup or channel with its owner. Raises Refusal when the id or name is taken."""
    number = FIRST_CHAT + next(world.numbers)
    chat_id = chat_id or (-number if kind == "group" else SUPERGROUP_BASE - number)
    if chat_id in world.chats or chat_id >= 0:
        raise bad("CHAT_ID_INVALID")
    chat = Chat(chat_id, kind, title, **fields)
    _take_name(world, chat.username, chat.id)
    chat.members[owner.id] = Member(owner, "creator", all_rights(kind), joined_at=world.now())
    world.chats[chat.id] = chat
    new_link(world, chat, owner, primary=True)
    return chat


def new_link(world: World, chat: Chat, creator: User, **fields: Any) -> InviteLink:
    """A fresh invite link; a new primary one revokes the old one of the same person."""
    if fields.get("primary"):
        for old in chat.links.values():
            if old.primary and old.creator.id == creator.id:
                old.revoked = True
    link = InviteLink(
        f"https://t.me/+Sim{next(world.numbers):07d}{abs(chat.id) % 10**7:07d}", creator, **fields
    )
    chat.links[link.url] = link
    return link


def seat(
    world: World, chat: Chat, user: User, *, admin: bool | dict[str, bool] = False, title: str = ""
) -> Member:
    """Put somebody into a chat without a word: for setting a scene. `admin` may name the rights."""
    rights: dict[str, bool] = {}
    if admin:
        usual = all_rights(chat.kind) | {"can_promote_members": False}
        rights = admin_rights(chat.kind, usual if admin is True else admin)
    member = Member(
        user,
        "administrator" if admin else "member",
        rights,
        title=title,
        joined_at=world.now(),
        promoted_by=next((m.user.id for m in chat.members.values() if m.status == "creator"), 0)
        if admin
        else 0,
    )
    chat.members[user.id] = member
    return member
