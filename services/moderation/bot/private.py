"""What the bot says to a person who writes to it alone."""

from services.moderation.bot import links, news, sharing
from services.moderation.bot.commands import Command, command_of
from services.moderation.bot.i18n import Html
from services.moderation.bot.reply import Row, Rows
from services.moderation.bot.rights import Unknown
from services.moderation.bot.settings_menu import Menu
from services.moderation.bot.subject import Subject, administered, rights_in, subject_of
from services.moderation.bot.turn import Turn
from shared.bus.commit import NOTHING, Commit

RIGHTS = "delete_messages+restrict_members+invite_users"
"""What the bot asks for when it is added by the button."""
CHATS_MOST = 30


async def said(turn: Turn) -> Commit:
    """Answer; and remember that this person may be written to."""
    if turn.person is None or turn.person.is_bot:
        return NOTHING
    command = command_of(turn)
    writes = turn.deps.store.talks(turn.person.id, now_does=True) + turn.deps.actor_store.unpark(turn.chat.id)
    return Commit.of(writes=writes) + await _answer(turn, command)


async def _answer(turn: Turn, command: Command | None) -> Commit:
    name = command.name if command else ""
    what, chat_id = links.read_start(command.words[0]) if command and command.words else ("", 0)
    if name == "start" and what:
        return await _linked(turn, what, chat_id)
    if name == "start":
        own = await administered(turn)
        return _say(turn, turn.speech("start.private"), _add(turn)) + await _news(turn, own)
    if name == "settings":
        return _chats(turn, await administered(turn))
    key = "help.private" if name == "help" else "private.other"
    return _say(turn, turn.speech(key, bot=turn.deps.me.username))


async def _linked(turn: Turn, what: str, chat_id: int) -> Commit:
    """What a link out of a chat opens, for its admins only."""
    subject = await subject_of(turn, chat_id)
    try:
        rights = await rights_in(turn, subject.chat_id)
    except Unknown:
        return _say(turn, turn.speech("rights.unknown"))
    if not rights.is_admin:
        return _say(turn, turn.speech("press.not_admin"))
    found = await news.deliver(turn, [subject.chat_id])
    if what == links.NEWS:
        return found if found != NOTHING else _say(turn, turn.speech("news.none", title=subject.title))
    menu = Menu.of(turn, subject)
    page = await sharing.targets(turn, menu, "0") if what == links.COPY else menu.home()
    return _say(turn, *page) + found


async def _news(turn: Turn, own: list[Subject]) -> Commit:
    return await news.deliver(turn, [one.chat_id for one in own])


def _chats(turn: Turn, own: list[Subject]) -> Commit:
    """The settings of one's chats, without anybody looking on."""
    if not own:
        return _say(turn, turn.speech("settings.nowhere"), _add(turn))
    rows: list[Row] = [[Menu.of(turn, one).opening()] for one in own[:CHATS_MOST]]
    return _say(turn, turn.speech("settings.private"), rows)


def _add(turn: Turn) -> Rows:
    url = f"https://t.me/{turn.deps.me.username}?startgroup=add&admin={RIGHTS}"
    return [[{"text": turn.speech.plain("button.add"), "url": url}]]


def _say(turn: Turn, text: Html, rows: Rows = ()) -> Commit:
    return Commit.of(events=[turn.say(text, rows)])
