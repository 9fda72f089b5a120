"""Whose settings `/import` takes from the message that it answers.

A text or file is taken from an admin of the chat, written by them and not forwarded; and an export of the
bot's, where it stands or where an admin has forwarded it. Anything else an admin can read and put behind the
command.
"""

from collections.abc import Mapping
from typing import Any

from services.moderation.bot.rights import look_up
from services.moderation.bot.targets import USER_MOST, number
from services.moderation.bot.turn import Turn
from services.moderation.domain.authorship import is_own_word
from services.moderation.domain.content import entities

FILE_MOST = 64 * 1024
"""Bytes of a file with settings; all of them fill about three thousand."""
Message = Mapping[str, Any]


class Foreign(Exception):  # noqa: N818 - reads better where it is caught
    """The message is neither an admin's own word nor an export of the bot's."""


async def text_of(turn: Turn, message: Message) -> str | bytes:
    """The settings as they are written in a message or file; empty where there are none.

    Raises Foreign, rights.Unknown, and TelegramError for a file that cannot be had.
    """
    own, bot = is_own_word(message), turn.deps.me.id
    if own and number(message.get("from"), "id", USER_MOST) == bot:
        return _export(message)
    if not await _is_by_admin(turn, message):
        raise Foreign
    if own:
        return await _written(turn, message)
    origin = message.get("forward_origin")
    user = origin.get("sender_user") if isinstance(origin, dict) else None
    if number(user, "id", USER_MOST) != bot:
        raise Foreign
    return _export(message)


async def _is_by_admin(turn: Turn, message: Message) -> bool:
    """Whether an admin of this chat has sent it, be it anonymously. Raises rights.Unknown."""
    chat = message.get("sender_chat")
    if chat is not None:
        return number(chat, "id", USER_MOST) == turn.chat.id
    sender = message.get("from")
    person = number(sender, "id", USER_MOST)
    if person is None or not isinstance(sender, dict) or sender.get("is_bot") is True:
        return False
    return (await look_up(turn.deps.telegram, turn.chat.id, person)).is_admin


async def _written(turn: Turn, message: Message) -> str | bytes:
    document = message.get("document")
    if isinstance(document, dict) and isinstance(document.get("file_id"), str):
        return await turn.deps.telegram.fetch(document["file_id"], FILE_MOST)
    said = message.get("text")
    return said[said.find("{") : said.rfind("}") + 1] or said if isinstance(said, str) else ""


def _export(message: Message) -> str:
    """What stands as code in a message of the bot's: nobody's name or reason can stand there."""
    return next((text for kind, text in entities(message) if kind == "pre"), "")
