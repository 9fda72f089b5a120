"""Which chat is meant, and whether the bot may go in: the order of checks is the Bot API server's."""

from enum import IntEnum

from simulator.methods.call import Call
from simulator.world.chats import Chat, Message
from simulator.world.errors import bad, forbidden
from simulator.world.members import Member
from simulator.world.people import Bot
from simulator.world.world import World

UPGRADED = "group chat was upgraded to a supergroup chat"


class Access(IntEnum):
    """What a method wants from the chat; public chats may be read from outside."""

    READ = 1
    READ_MEMBERS = 2
    EDIT = 3
    WRITE = 4


def chat_of(call: Call, access: Access, name: str = "chat_id") -> Chat:
    """The chat of a call. Raises Refusal: not found, kicked, not a member, upgraded."""
    given = call.args.text(name)
    if not given:
        raise bad("chat_id is empty")
    chat = _find(call, given)
    if chat.kind == "group":
        _check_group(call, chat, access)
    elif chat.kind != "private":
        _check_supergroup(call, chat, access)
    elif chat.person is not None and chat.person.is_bot and access is Access.WRITE:
        raise forbidden("bots can't send messages to bots")
    return chat


def _find(call: Call, given: str) -> Chat:
    world, bot = call.world, call.bot
    if given.startswith("@"):
        return _named(call, given)
    number = call.args.number("chat_id") if given == call.args.text("chat_id") else _integer(given)
    if number > 0:
        return _private(world, bot, number)
    chat = world.chats.get(number)
    if chat is None or (not chat.username and bot.user.id not in chat.members):
        raise bad("chat not found")
    return chat


def _named(call: Call, given: str) -> Chat:
    """Supergroups, channels and bots are found by a user name; people never are (Bot API 10.0)."""
    found = call.world.named(given)
    if found is None or (found > 0 and not call.world.users[found].is_bot):
        raise bad("chat not found")
    if found < 0:
        return call.world.chat(found)
    return Chat(found, "private", person=call.world.users[found], bot_id=call.bot.user.id)


def _integer(given: str) -> int:
    try:
        return int(given)
    except ValueError:
        raise bad("chat not found") from None


def _private(world: World, bot: Bot, number: int) -> Chat:
    """A bot knows people who wrote to it, and those it has met in a chat."""
    known = world.private.get((bot.user.id, number))
    if known is not None:
        return known
    met = any(number in chat.members and bot.user.id in chat.members for chat in world.chats.values())
    if number not in world.users or not (met or number in bot.may_write):
        raise bad("chat not found")
    return world.private_chat(bot, world.users[number])


def _check_group(call: Call, chat: Chat, access: Access) -> None:
    needs_write = access in {Access.WRITE, Access.READ_MEMBERS}
    needs_edit = needs_write or access is Access.EDIT
    if not chat.active and needs_write:
        if chat.migrated_to:
            raise bad(UPGRADED, migrate_to_chat_id=chat.migrated_to)
        raise forbidden("the group chat was deleted")
    status = call.world.member(chat, call.bot.user.id).status
    if chat.active and needs_edit and status == "kicked":
        raise forbidden("bot was kicked from the group chat")
    if chat.active and needs_edit and status == "left":
        raise forbidden("bot is not a member of the group chat")


def _check_supergroup(call: Call, chat: Chat, access: Access) -> None:
    me = call.world.member(chat, call.bot.user.id)
    if chat.deleted:
        raise bad("chat not found")
    if me.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    needs = access >= Access.EDIT if chat.username else True
    if needs and not me.present:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")


def may_restrict(call: Call, chat: Chat) -> None:
    """Raises Refusal unless the bot may restrict members here."""
    me = call.world.member(chat, call.bot.user.id)
    if not me.may("can_restrict_members"):
        raise bad("not enough rights to restrict/unrestrict chat member")


def target(call: Call, chat: Chat, user_id: int) -> Member:
    """The member to act on. Raises Refusal for unknown people, the owner, admins and the bot itself."""
    if user_id == call.bot.user.id:
        raise bad("can't restrict self")
    member = call.world.member(chat, call.world.user(user_id).id)
    if member.status == "creator":
        raise bad("can't remove chat owner")
    if member.status == "administrator" and not (
        member.promoted_by == call.bot.user.id
        and call.world.member(chat, call.bot.user.id).may("can_promote_members")
    ):
        raise bad("user is an administrator of the chat")
    return member


def message_of(chat: Chat, number: int, what: str) -> Message:
    """A message that is there. Raises Refusal "... not found"."""
    message = chat.messages.get(number)
    if message is None or message.gone:
        raise bad(f"{what} not found")
    return message
