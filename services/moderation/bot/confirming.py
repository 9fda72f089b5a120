"""Telegram hides who writes as the chat itself, and what that admin may do. A press has a real sender.

So what would change something waits, sealed and for some minutes, until somebody presses who may do it. What
only shows something is answered at once.
"""

from services.moderation.bot.i18n import Html, joined
from services.moderation.bot.pending_store import PENDING_FOR, Place
from services.moderation.bot.signing import Buttons, Press
from services.moderation.bot.targets import find
from services.moderation.bot.turn import Turn
from shared.bus.commit import Commit
from shared.contracts.telegram import Method, TelegramAction

PURPOSE = "c"
DAYS = PENDING_FOR.total_seconds() / 86400
SHOWN_MOST = 120
"""Characters of a command that are shown again."""


def changes_something(commit: Commit, chat_id: int) -> bool:
    """Whether more than words in this chat follow from it: something written, done, or passed on."""
    return bool(commit.writes) or not all(
        isinstance(event, TelegramAction) and event.method is Method.SEND_MESSAGE and event.chat_id == chat_id
        for event in commit.events
    )


async def ask(turn: Turn, words: tuple[str, ...], *, about_somebody: bool) -> Commit:
    """Keep the command and ask for a press."""
    pending = turn.deps.store.pending
    kept, place = pending.keep(turn.chat.id, turn.update), pending.place(turn.update)
    if kept is None:
        return Commit.of(events=[turn.say(turn.speech("anon.long"))])
    button = Buttons.of(turn.deps.keys, turn.chat.id, PURPOSE, turn.reply.now, DAYS)
    minutes = str(int(PENDING_FOR.total_seconds() // 60))
    text = turn.speech(
        "anon.ask", what=await said(turn, words, about_somebody=about_somebody), minutes=minutes
    )
    rows = [[button(turn.speech.plain("anon.press"), place.code, str(place.slot))]]
    return Commit.of(writes=kept, events=[turn.say(text, rows)])


def place_of(press: Press) -> Place:
    """What the button under the question stands for."""
    code, slot = (*press.args, "", "")[:2]
    return Place(code, int(slot) if slot.isdecimal() else 0)


async def said(turn: Turn, words: tuple[str, ...], *, about_somebody: bool) -> Html:
    """The command as it was written, and whom it is about."""
    text = str(turn.update.body.get("text", ""))
    shown = text if len(text) <= SHOWN_MOST else f"{text[:SHOWN_MOST]}…"
    target, _ = await find(turn, words) if about_somebody else (None, ())
    parts = [Html(joined("", [Html("<code>"), shown, Html("</code>")]))]
    return joined(" — ", [*parts, *([target.name] if target is not None else [])])
