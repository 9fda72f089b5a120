"""What a press in the settings does: turn a page, change a setting, copy all of them to another chat."""

from services.moderation.bot import check, log_view, sharing
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.rights import Rights
from services.moderation.bot.settings_menu import NAMES, SECTIONS, VALUES, Menu, Page
from services.moderation.bot.subject import Subject, from_code, rights_in
from services.moderation.bot.turn import Turn
from services.moderation.domain.settings import KEEP_DELETE, TOGETHER, kinds_of
from shared.bus.commit import Command, Commit


async def pressed(press: PressTurn) -> Commit:
    """Rights are looked up in the chat that the button is about, and that may be another one."""
    verb, code, *args = (*press.press.args, "", "")
    subject = await from_code(press.turn, code)
    if subject is None:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    return await _turned(press, subject, await _admins(press.turn, subject), verb, args)


async def _admins(turn: Turn, subject: Subject) -> Rights:
    """The presser's rights in the chat that it is about. Raises Unknown, and LacksRight for no admin."""
    rights = await rights_in(turn, subject.chat_id)
    rights.require_admin()
    return rights


async def _turned(press: PressTurn, subject: Subject, rights: Rights, verb: str, args: list[str]) -> Commit:
    menu = Menu.of(press.turn, subject)
    match verb, args[0]:
        case "a", group if group in TOGETHER and args[1] in KEEP_DELETE:
            return _change_all(press, subject, rights, group, args[1])
        case "v", value if value in VALUES:
            return _change(press, subject, rights, *VALUES[value])
        case (("w" | "y"), code) if menu.alone:
            return await _copy(press, menu, code, sure=verb == "y")
        case "l", _:
            text, rows = await log_view.Log.of(press.turn, subject).page(0)
            return Commit.of(events=[press.say(text, rows), press.answer()])
        case "e", _:
            return Commit.of(events=[press.say(sharing.exported(press.turn.speech, subject)), press.answer()])
        case _:
            return _show(press, await _page(press, menu, verb, args))


async def _page(press: PressTurn, menu: Menu, verb: str, args: list[str]) -> Page:
    """The page that a button leads to; the first one for a button of an older release."""
    match verb, args[0]:
        case "x", _:
            return press.turn.speech("settings.closed"), ()
        case "g", section if section in SECTIONS:
            return menu.page(section, int(args[1]) if args[1].isdecimal() else 0)
        case "o", name if name in NAMES:
            return menu.one(NAMES[name])
        case "k", _:
            return await check.text(press.turn, menu.subject), [[menu.to_home()]]
        case "t", number if menu.alone:
            return await sharing.targets(press.turn, menu, number)
    return menu.home()


def _show(press: PressTurn, page: Page) -> Commit:
    return Commit.of(events=[press.edit(*page), press.answer()])


def _change(press: PressTurn, subject: Subject, rights: Rights, name: str, value: str) -> Commit:
    changed = Subject(subject.chat_id, subject.settings.with_value(name, value), subject.title)
    said = press.answer(f"dryrun.pressed_{value}", alert=True) if name == "dryrun" else press.answer()
    page = press.edit(*Menu.of(press.turn, changed).one(name))
    return Commit.of(writes=written(press.turn, subject, rights, name, value), events=[page, said])


def _change_all(press: PressTurn, subject: Subject, rights: Rights, group: str, value: str) -> Commit:
    settings = subject.settings
    for name in kinds_of(group):
        settings = settings.with_value(name, value)
    page = press.edit(*Menu.of(press.turn, Subject(subject.chat_id, settings, subject.title)).page(group, 0))
    writes = all_written(press.turn, subject, rights, group, value)
    return Commit.of(writes=writes, events=[page, press.answer()])


def all_written(turn: Turn, subject: Subject, rights: Rights, group: str, value: str) -> list[Command]:
    """The writes of every kind of a group at once, with one line in the chat's log. Raises LacksRight."""
    changed = [name for name in kinds_of(group) if subject.settings.get(name) != value]
    rights.require_for(subject.settings, dict.fromkeys(changed, value))
    if not changed:
        return []
    line = turn.entry("settings.all", detail=f"{group}={value}", count=len(changed))
    chats, chat_id = turn.deps.chats, subject.chat_id
    writes = [write for name in changed for write in chats.set_setting(chat_id, name, value)]
    return [*writes, *turn.deps.actor_store.audit(subject.chat_id, line)]


def written(turn: Turn, subject: Subject, rights: Rights, name: str, value: str) -> list[Command]:
    """The writes of one changed setting, with its line in the chat's log. Raises LacksRight."""
    rights.require_for(subject.settings, {name: value})
    line = turn.entry("settings", detail=f"{name}={value}", before=subject.settings.get(name))
    return [
        *turn.deps.chats.set_setting(subject.chat_id, name, value),
        *turn.deps.actor_store.audit(subject.chat_id, line),
    ]


async def _copy(press: PressTurn, menu: Menu, code: str, *, sure: bool) -> Commit:
    """To the chat of `code`: the presser must be an admin of both, with the rights for what changes there."""
    target = await from_code(press.turn, code)
    if target is None:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    rights = await _admins(press.turn, target)
    if not sure:
        return _show(press, sharing.asked(menu, target))
    writes, text = sharing.copied(press.turn, menu.subject, target, rights)
    return Commit.of(writes=writes, events=[press.edit(text, [[menu.to_home()]]), press.answer()])
