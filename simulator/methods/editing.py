"""Editing a bot's own messages."""

from typing import Any

from simulator.deeds.writing import react
from simulator.methods.access import Access, chat_of, message_of
from simulator.methods.call import Call, method
from simulator.methods.parts import formatted, keyboard
from simulator.world.chats import Message
from simulator.world.contents import MEDIA
from simulator.world.errors import bad

Json = dict[str, Any]
SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


def _own(call: Call) -> Message:
    if not call.args.has("chat_id") and call.args.number("message_id") == 0:
        raise bad("message identifier is not specified")
    chat = chat_of(call, Access.EDIT)
    message = message_of(chat, call.args.number("message_id"), "message to edit")
    me = call.world.member(chat, call.bot.user.id) if chat.kind != "private" else None
    foreign = message.author != call.bot.user.id
    post = chat.kind == "channel" and me is not None and me.may("can_edit_messages")
    if (foreign and not post) or message.is_service or "forward_origin" in message.content:
        raise bad("message can't be edited")
    return message


def _change(call: Call, message: Message, content: Json) -> Json:
    markup = keyboard(call)
    if content == message.content and markup == message.markup:
        raise bad(SAME)
    changed = content != message.content
    message.content, message.markup = content, markup
    if changed:
        message.edited_at = call.now
    call.world.edited(message)
    return message.json()


@method("editMessageText")
def edit_message_text(call: Call) -> Json:
    new = formatted(call)
    message = _own(call)
    if "text" not in message.content:
        raise bad("there is no text in the message to edit")
    kept = {key: value for key, value in message.content.items() if key not in {"text", "entities"}}
    return _change(call, message, kept | new)


@method("editMessageCaption")
def edit_message_caption(call: Call) -> Json:
    new = formatted(call, "caption")
    message = _own(call)
    if not set(MEDIA).intersection(message.content):
        raise bad("there is no caption in the message to edit")
    kept = {
        key: value for key, value in message.content.items() if key not in {"caption", "caption_entities"}
    }
    return _change(call, message, kept | new)


@method("editMessageReplyMarkup")
def edit_message_reply_markup(call: Call) -> Json:
    message = _own(call)
    return _change(call, message, message.content)


@method("setMessageReaction")
def set_message_reaction(call: Call) -> bool:
    chat = chat_of(call, Access.READ)
    message = message_of(chat, call.args.number("message_id"), "message to react")
    given = call.args.parsed("reaction", "reaction types") or []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise bad("expected an Array of ReactionType")
    react(call.world, message, call.bot.user, str(given[0].get("emoji", "")) if given else "")
    return True
