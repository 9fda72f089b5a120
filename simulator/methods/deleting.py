"""Deleting messages: within 48 hours, 1 to 100 at once, all or nothing but for what is gone already."""

from typing import Any

from simulator.deeds.writing import erase
from simulator.methods.access import Access, chat_of, message_of
from simulator.methods.call import Call, method
from simulator.world.chats import Chat, Message
from simulator.world.contents import UNDELETABLE
from simulator.world.errors import bad

DELETABLE = 48 * 3600
MOST_AT_ONCE = 100


@method("deleteMessage")
def delete_message(call: Call) -> bool:
    if not call.args.has("chat_id"):
        raise bad("chat identifier is not specified")
    number = call.args.number("message_id")
    if number == 0:
        raise bad("message identifier is not specified")
    chat = chat_of(call, Access.WRITE)
    message = message_of(chat, number, "message to delete")
    _check(call, chat, message)
    erase(call.world, chat, [number], call.bot.user.id)
    return True


@method("deleteMessages")
def delete_messages(call: Call) -> bool:
    numbers = message_ids(call.args.parsed("message_ids", "message identifiers"))
    chat = chat_of(call, Access.WRITE)
    for number in numbers:
        message = chat.messages.get(number)
        if message is not None and not message.gone:
            _check(call, chat, message)
    erase(call.world, chat, numbers, call.bot.user.id)
    return True


def message_ids(given: Any) -> list[int]:
    """1 to 100 positive numbers. Raises Refusal."""
    if given is None or given == []:
        raise bad("message identifiers are not specified")
    if not isinstance(given, list):
        raise bad("expected an Array of message identifiers")
    if len(given) > MOST_AT_ONCE:
        raise bad("too many message identifiers specified")
    numbers = []
    for item in given:
        if isinstance(item, bool) or not str(item).lstrip("-").isdecimal():
            raise bad("can't parse message identifier as a Number")
        if int(item) <= 0:
            raise bad("invalid message identifier specified")
        numbers.append(int(item))
    return numbers


def _check(call: Call, chat: Chat, message: Message) -> None:
    own = message.author == call.bot.user.id and not message.is_service
    old = call.now - message.date
    if chat.kind == "private":
        too_fresh = "dice" in message.content and old < 86400
        if old > DELETABLE or too_fresh:
            raise bad("message can't be deleted for everyone")
        return
    me = call.world.member(chat, call.bot.user.id)
    if chat.kind == "group":
        if old > DELETABLE or not (own or me.is_admin):
            raise bad("message can't be deleted for everyone")
        return
    if old >= DELETABLE or message.id == 1 or UNDELETABLE.intersection(message.content):
        raise bad("message can't be deleted")
    allowed = me.may("can_delete_messages")
    if not allowed and not (own and (chat.kind == "supergroup" or me.may("can_post_messages"))):
        raise bad("message can't be deleted")
