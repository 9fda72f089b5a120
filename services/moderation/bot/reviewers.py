"""Who decides in the review chat: its members; where it is public, so that anybody may join, its admins."""

from services.moderation.bot.ports import Deps
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.rights import LOOK_UP_SECONDS, Unknown, look_up
from services.moderation.telegram.asking import ask
from services.moderation.telegram.errors import TelegramError


async def review_chat(bot: Deps) -> int | None:
    """The reviewers' chat, also after it has become a supergroup."""
    chat_id = bot.settings.review_chat
    return None if chat_id is None else (await bot.actor_store.chat(chat_id)).moved_to or chat_id


async def refusal(press: PressTurn) -> str | None:
    """Key of why the presser decides nothing, asked of Telegram now; None for a reviewer."""
    turn, bot = press.turn, press.turn.deps
    if turn.chat.id != await review_chat(bot) or turn.person is None:
        return "press.forged"
    try:
        rights = await look_up(bot.telegram, turn.chat.id, turn.person.id)
        if not rights.inside:
            return "press.not_reviewer"
    except Unknown:
        return "press.unknown"
    return None if rights.is_admin or not await _is_public(bot, turn.chat.id) else "press.public"


async def _is_public(bot: Deps, chat_id: int) -> bool:
    """Whether the chat has a user name. Where Telegram does not say, it is as private as it was set up."""
    try:
        chat = await ask(bot.telegram, "getChat", chat_id, seconds=LOOK_UP_SECONDS)
    except TelegramError:
        return False
    return isinstance(chat, dict) and bool(chat.get("username") or chat.get("active_usernames"))
