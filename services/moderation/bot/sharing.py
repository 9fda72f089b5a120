"""Settings as text that can be kept and given away: export, import, and copying to another chat.

Dry run and the chat's language never travel: what acts in a chat is switched on there, by its own admins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.moderation.bot.i18n import Html, Speech, html, joined
from services.moderation.bot.importing import Foreign, text_of
from services.moderation.bot.rights import Rights, Unknown
from services.moderation.bot.settings_menu import Menu, Page
from services.moderation.bot.subject import Subject, administered, here
from services.moderation.bot.targets import answered
from services.moderation.bot.turn import Turn
from services.moderation.domain.settings import SETTINGS, BadSetting, ChatSettings, parse
from services.moderation.telegram.errors import TelegramError
from shared.bus.commit import Command, Commit

STAYS = frozenset({"dryrun", "language"})
FORMAT = "dze-settings"
CHATS_ON_PAGE = 7
BAD_SHOWN = 8
"""Unreadable settings named in an answer."""


def exported(speech: Speech, subject: Subject) -> Html:
    """Every setting that differs from its default, as JSON; what is not named has its default."""
    values = {
        name: subject.settings.get(name)
        for name, one in SETTINGS.items()
        if name not in STAYS and subject.settings.get(name) != one.default
    }
    data = orjson.dumps({"format": FORMAT, "version": 1, "settings": values}, option=orjson.OPT_INDENT_2)
    return joined("\n", [speech("export.how"), Html(f"<pre>{html(data.decode())}</pre>")])


@dataclass(frozen=True)
class Incoming:
    """What a text of settings says. `bad` are names or values that there are not, as written."""

    values: Mapping[str, str] = field(default_factory=dict)
    bad: tuple[str, ...] = ()


def read(text: str | bytes) -> Incoming | None:
    """From an export, or from any JSON object of names and values. None when it is neither."""
    try:
        found: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict) or found.get("format", FORMAT) != FORMAT:
        return None
    named = found.get("settings", found)
    if not isinstance(named, dict):
        return None
    whole = "settings" in found
    values = {name: one.default for name, one in SETTINGS.items() if whole and name not in STAYS}
    bad = []
    for name, value in named.items():
        try:
            name, value = parse(name, value if isinstance(value, str) else str(value))  # noqa: PLW2901
        except BadSetting:
            bad.append(f"{name[:40]} = {str(value)[:20]}")
        else:
            values[name] = value
    return Incoming({name: value for name, value in values.items() if name not in STAYS}, tuple(bad))


async def importing(turn: Turn, words: tuple[str, ...], rights: Rights) -> Commit:
    """`/import` with the text behind it, or as an answer to a message or a file with it."""
    try:
        text = await _text(turn, words)
    except TelegramError:
        return Commit.of(events=[turn.say(turn.speech("import.unread"))])
    except Unknown:
        return Commit.of(events=[turn.say(turn.speech("rights.unknown"))])
    except Foreign:
        return Commit.of(events=[turn.say(turn.speech("import.foreign"))])
    incoming = read(text) if text else None
    if incoming is None:
        return Commit.of(events=[turn.say(turn.speech("import.bad" if text else "import.how"))])
    subject = here(turn)
    writes = changes(turn, subject, rights, incoming.values, "import")
    return Commit.of(writes=writes, events=[turn.say(_report(turn.speech, subject.settings, incoming))])


async def _text(turn: Turn, words: tuple[str, ...]) -> str | bytes:
    """Raises what `importing.text_of` raises."""
    own = turn.update.body.get("text")
    if words and isinstance(own, str):
        return own.split(None, 1)[1]
    replied = answered(turn.update.body)
    return "" if replied is None else await text_of(turn, replied)


def _report(speech: Speech, before: ChatSettings, incoming: Incoming) -> Html:
    changed = sum(before.get(name) != value for name, value in incoming.values.items())
    parts = [speech("import.done", changed=changed, same=len(incoming.values) - changed)]
    if incoming.bad:
        lines = [Html(f"• <code>{html(one)}</code>") for one in incoming.bad[:BAD_SHOWN]]
        parts.append(joined("\n", [speech("import.skipped", count=len(incoming.bad)), *lines]))
    return joined("\n\n", [*parts, speech("import.stays")])


def changes(
    turn: Turn, subject: Subject, rights: Rights, values: Mapping[str, str], how: str
) -> list[Command]:
    """Writes of all that differs, with one line in the log of the chat that is changed.

    Raises LacksRight: then nothing is changed, rather than a part of it.
    """
    fresh = {name: value for name, value in values.items() if subject.settings.get(name) != value}
    if not fresh:
        return []
    rights.require_for(subject.settings, fresh)
    writes = [
        write
        for name, value in fresh.items()
        for write in turn.deps.chats.set_setting(subject.chat_id, name, value)
    ]
    line = turn.entry(f"settings.{how}", count=len(fresh))
    return [*writes, *turn.deps.actor_store.audit(subject.chat_id, line)]


# Copying, alone with the bot.


async def targets(turn: Turn, menu: Menu, number: str) -> Page:
    """The other chats of this admin, to choose from."""
    others = [one for one in await administered(turn) if one.chat_id != menu.subject.chat_id]
    if not others:
        return turn.speech("copy.nowhere"), [[menu.to_home()]]
    page = int(number) if number.isdecimal() else 0
    start = page * CHATS_ON_PAGE if page * CHATS_ON_PAGE < len(others) else 0
    rows = [[menu.to_copy(one)] for one in others[start : start + CHATS_ON_PAGE]]
    if len(others) > CHATS_ON_PAGE:
        rows.append([menu.to_targets("›", page + 1 if start + CHATS_ON_PAGE < len(others) else 0)])
    return turn.speech("copy.where", title=menu.subject.title), [*rows, [menu.to_home()]]


def asked(menu: Menu, target: Subject) -> Page:
    """What will change, and whether that is meant."""
    changed = len(_differing(menu.subject, target))
    text = menu.speech("copy.sure", title=menu.subject.title, target=target.title, changed=changed)
    return text, [[menu.to_copy(target, sure=True)], [menu.to_home()]]


def copied(turn: Turn, source: Subject, target: Subject, rights: Rights) -> tuple[list[Command], Html]:
    """`rights` are those in the chat that is changed. Raises LacksRight."""
    values = _differing(source, target)
    text = turn.speech("copy.done", title=source.title, target=target.title, changed=len(values))
    return changes(turn, target, rights, values, "copy"), text


def _differing(source: Subject, target: Subject) -> dict[str, str]:
    names = (name for name in SETTINGS if name not in STAYS)
    return {n: source.settings.get(n) for n in names if source.settings.get(n) != target.settings.get(n)}
