"""The list of commands that Telegram shows, by scope and language."""

from services.moderation.bot.commands import COMMANDS, OF_MEMBERS
from services.moderation.bot.i18n import CATALOGUES, NEAREST, speech_for
from services.moderation.telegram.ports import Caller

SCOPES = {
    "all_private_chats": ("start", "settings", "help"),
    "all_group_chats": tuple(sorted(OF_MEMBERS)),
    "all_chat_administrators": tuple(name for name in COMMANDS if name != "start"),
}
FALLBACK = "en"
"""Shown to people of every other language."""


async def publish(telegram: Caller) -> None:
    """Set the lists; safe to repeat. Raises TelegramError."""
    for scope, names in SCOPES.items():
        for language in ("", *CATALOGUES, *NEAREST):
            speech = speech_for(language, FALLBACK)
            commands = [{"command": n, "description": speech.plain(f"command.{n}")} for n in names]
            params = {"commands": commands, "scope": {"type": scope}, "language_code": language or None}
            await telegram.call("setMyCommands", {k: v for k, v in params.items() if v is not None})
