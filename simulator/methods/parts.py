"""Parts that several methods take: texts with entities, keyboards, replies, files."""

from typing import Any

from simulator.methods.access import message_of
from simulator.methods.call import Args, Call, Upload
from simulator.world.chats import Chat, Message
from simulator.world.errors import bad
from simulator.world.markup import parse
from simulator.world.media import MIMES, File
from simulator.world.text import units, with_entities

Json = dict[str, Any]
TEXT_MOST = 4096
CAPTION_MOST = 1024
DATA_MOST = 64
BUTTONS_MOST = 100
BUTTON_KINDS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
)


def formatted(call: Call, field: str = "text") -> Json:
    """The text or caption of a call with its entities. Raises Refusal when it is wrong or too long."""
    raw = call.args.text(field)
    listed = call.args.parsed("entities" if field == "text" else "caption_entities", "entities")
    plain, entities = parse(raw, call.args.text("parse_mode")) if listed is None else (raw, listed)
    if listed is not None and not _are_entities(listed):
        raise bad("can't parse entities: expected an Array of MessageEntity")
    plain = plain if listed else plain.strip()
    if field == "text" and not plain:
        raise bad("message text is empty")
    if units(plain) > (TEXT_MOST if field == "text" else CAPTION_MOST):
        raise bad("message is too long" if field == "text" else "message caption is too long")
    return with_entities(plain, entities, field)


def _are_entities(given: Any) -> bool:
    if not isinstance(given, list):
        return False
    return all(
        isinstance(one, dict)
        and isinstance(one.get("type"), str)
        and isinstance(one.get("offset"), int)
        and isinstance(one.get("length"), int)
        for one in given
    )


def keyboard(call: Call) -> Json | None:
    """`reply_markup`, checked. Raises Refusal."""
    markup = call.args.parsed("reply_markup", "reply keyboard markup")
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    for name in ("inline_keyboard", "keyboard"):
        rows = markup.get(name)
        if rows is None:
            continue
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise bad(f'field "{name}" of the ReplyKeyboardMarkup must be an Array of Arrays')
        if sum(map(len, rows)) > BUTTONS_MOST and name == "inline_keyboard":
            raise bad("REPLY_MARKUP_TOO_LONG")
        for row in rows:
            for button in row:
                _check_button(button, inline=name == "inline_keyboard")
    if markup.get("inline_keyboard") == []:
        return None
    return markup


def _check_button(button: Any, *, inline: bool) -> None:
    if not inline:
        if not isinstance(button, str | dict):
            raise bad("can't parse keyboard button: KeyboardButton must be a String or an Object")
        return
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not str(button.get("text") or ""):
        raise bad("can't parse inline keyboard button: Can't find field \"text\"")
    if not any(kind in button for kind in BUTTON_KINDS):
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= DATA_MOST:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not str(button["url"]).startswith(
        ("http://", "https://", "tg://", "ton://", "t.me/")
    ):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def replied(call: Call, chat: Chat) -> Message | None:
    """The message that is answered. Raises Refusal unless a missing one is allowed."""
    given = call.args.parsed("reply_parameters", "reply parameters") or {}
    if not isinstance(given, dict):
        raise bad("object expected as reply parameters")
    number = Args(given).number("message_id") or call.args.number("reply_to_message_id")
    if not number:
        return None
    if Args(given).flag("allow_sending_without_reply") or call.args.flag("allow_sending_without_reply"):
        message = chat.messages.get(number)
        return None if message is None or message.gone else message
    return message_of(chat, number, "message to be replied")


def attached(call: Call, kind: str, given: str) -> File:
    """A file uploaded with the call, or one known by its id. Raises Refusal."""
    files = call.world.files
    upload: Upload | None = call.args.files.get(given.removeprefix("attach://")) or call.args.files.get(kind)
    if upload is not None:
        return files.add(kind, upload.mime or MIMES.get(kind, ""), upload.name, upload.data)
    if not given:
        raise bad(f"there is no {kind.replace('_', ' ')} in the request")
    if given.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")
    known = files.get(given)
    if known is None:
        raise bad("wrong file identifier/HTTP URL specified")
    return known
