"""What the bot says to a person who writes to it alone."""

from services.moderation.bot.commands import command_of
from services.moderation.bot.i18n import Html
from services.moderation.bot.turn import Turn
from shared.bus.commit import NOTHING, Commit


def said(turn: Turn) -> Commit:
    """Explain; and remember that this person may be written to."""
    if turn.person is None or turn.person.is_bot:
        return NOTHING
    command = command_of(turn)
    name = command.name if command else ""
    key = {"start": "start.private", "help": "help.private", "settings": "settings.private"}.get(name)
    text: Html = turn.speech(key or "private.other", bot=turn.deps.me.username)
    rows = []
    if name == "start":
        url = f"https://t.me/{turn.deps.me.username}?startgroup=add&admin=delete_messages+restrict_members+invite_users"
        rows = [[{"text": turn.speech.plain("button.add"), "url": url}]]
    writes = turn.deps.store.talks(turn.person.id, now_does=True) + turn.deps.actor_store.unpark(turn.chat.id)
    return Commit.of(writes=writes, events=[turn.say(text, rows)])
