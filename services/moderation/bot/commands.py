"""Commands in groups. Only admins are heard, and members of standing who vouch for a newcomer; anybody else
gets no answer, so that nobody can make noise.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.moderation.bot import (
    check,
    closing,
    confirming,
    deeds,
    linking,
    links,
    log_view,
    settings_menu,
    settings_press,
    sharing,
    stopwords,
    vouching,
    warning,
    wiping,
)
from services.moderation.bot.i18n import Html, joined
from services.moderation.bot.membership import rights_text
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.rights import EVERY_RIGHT, LacksRight, Rights, Unknown, look_up
from services.moderation.bot.settings_menu import value_word
from services.moderation.bot.subject import here
from services.moderation.bot.turn import Turn
from services.moderation.domain import settings as chat_settings
from services.moderation.domain.settings import SETTINGS, BadSetting
from shared.bus.commit import NOTHING, Commit

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+(.*))?\Z", re.DOTALL)
LACKING_SHOWN = 5
"""Settings named in an answer that a right is missing for them."""
WORDS_MOST = 40
"""Words read after a command; the rest is ignored."""


@dataclass(frozen=True)
class Command:
    name: str
    words: tuple[str, ...]


def command_of(turn: Turn) -> Command | None:
    """None for what is no command, one for another bot, or not the sender's own word."""
    return _written(turn) if turn.message.is_own else None


def _written(turn: Turn) -> Command | None:
    """The command in the text, whoever's word it is."""
    text = turn.update.body.get("text")
    match = _COMMAND.match(text) if isinstance(text, str) else None
    if match is None or (match[2] or turn.deps.me.username).lower() != turn.deps.me.username.lower():
        return None
    return Command(match[1].lower(), tuple((match[3] or "").split()[:WORDS_MOST]))


async def said(turn: Turn) -> Commit:
    """Answer an admin's command, or a member's word for a newcomer."""
    command = _written(turn)
    if command is None or command.name not in COMMANDS or not turn.chat.is_group:
        return NOTHING
    if not turn.message.is_own:
        return await _refused(turn, command)
    if command.name in OF_MEMBERS:
        return await vouching.said(turn, command.words)
    try:
        return await _obeyed(turn, command)
    except Unknown:
        return Commit.of(events=[turn.say(turn.speech("rights.unknown"))])
    except LacksRight as lacks:
        return Commit.of(events=[turn.say(_lacking(turn, lacks))])


async def _obeyed(turn: Turn, command: Command) -> Commit:
    """Raises rights.Unknown and LacksRight."""
    if turn.is_anonymous_admin:
        return await _shown_or_asked(turn, command)
    rights = await turn.rights()
    return await COMMANDS[command.name](turn, command, rights) if rights.is_admin else NOTHING


async def _shown_or_asked(turn: Turn, command: Command) -> Commit:
    """Of an admin whom Telegram hides: the answer where it is only words, else the question who it is."""
    found = await COMMANDS[command.name](turn, command, EVERY_RIGHT)
    if not confirming.changes_something(found, turn.chat.id):
        return found
    return await confirming.ask(turn, command.words, about_somebody=command.name in ABOUT_SOMEBODY)


async def confirmed(press: PressTurn) -> Commit:
    """Carry out, once, what was asked for in the chat's name; on the word of the first who may do it.

    Raises rights.Unknown and LacksRight.
    """
    chat_id, pending = press.turn.chat.id, press.turn.deps.store.pending
    place = confirming.place_of(press.press)
    kept = await pending.get(chat_id, place)
    if kept is not None and kept.update is None:
        return Commit.of(events=[press.answer("anon.already", alert=True)])
    turn = press.turn.confirms(kept.update) if kept and kept.update else None
    command = command_of(turn) if turn else None
    if kept is None or turn is None or command is None:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    rights = await turn.rights()
    rights.require_admin()
    done = await COMMANDS[command.name](turn, command, rights)
    what = await confirming.said(turn, command.words, about_somebody=command.name in ABOUT_SOMEBODY)
    return done + Commit.of(
        writes=pending.spend(chat_id, place),
        events=[press.edit(turn.speech("anon.done", what=what)), press.answer()],
        expect=[kept.unchanged],
    )


def _lacking(turn: Turn, lacks: LacksRight) -> Html:
    """Which right is missing, and for which settings where there are several."""
    names = [Html(f"<code>{name}</code>") for name in lacks.names[:LACKING_SHOWN]]
    more = "…" if len(lacks.names) > LACKING_SHOWN else ""
    told = joined("", [joined(", ", names), more])
    return joined("\n", [turn.speech(lacks.key), *([told] if names else [])])


async def _refused(turn: Turn, command: Command) -> Commit:
    """Say to an admin that a quote beside a command keeps it from being one; nothing to anybody else."""
    if command.name in OF_MEMBERS:
        return NOTHING
    try:
        rights = await turn.rights()
    except Unknown:
        return NOTHING
    return Commit.of(events=[turn.say(turn.speech("heard.quoted"))]) if rights.is_admin else NOTHING


async def _start(turn: Turn, _command: Command, _rights: Rights) -> Commit:
    """What the bot is, and how it stands in this chat."""
    state = turn.speech("greet.dryrun" if turn.settings.dryrun else "greet.acting")
    parts = [turn.speech("greet.group"), await _own_rights(turn), state]
    return Commit.of(events=[turn.say(joined("\n\n", parts))])


async def _own_rights(turn: Turn) -> str:
    try:
        return rights_text(turn.speech, await look_up(turn.deps.telegram, turn.chat.id, turn.deps.me.id))
    except Unknown:
        return turn.speech("rights.mine_unknown")


async def _help(turn: Turn, _command: Command, _rights: Rights) -> Commit:
    return Commit.of(events=[turn.say(turn.speech("help.group"))])


async def _set(turn: Turn, command: Command, rights: Rights) -> Commit:
    """`/set NAME VALUE`; says what may be written when it is something else."""
    if not command.words:
        return Commit.of(events=[turn.say(turn.speech("set.usage"))])
    name, value = command.words[0], " ".join(command.words[1:])
    if (together := chat_settings.parse_together(name, value)) is not None:
        return _changed_together(turn, rights, *together)
    try:
        name, value = chat_settings.parse(name, value)
    except BadSetting as bad:
        return Commit.of(events=[turn.say(_bad(turn, bad))])
    return _changed(turn, rights, name, value)


def _bad(turn: Turn, bad: BadSetting) -> Html:
    key = f"set.{bad.code}" if bad.close else "set.no_such"
    text = turn.speech(key, name=bad.name, close=", ".join(bad.close))
    setting = SETTINGS.get(bad.name)
    if setting is None or setting.form == "choice":
        return text
    hint = turn.speech(f"form.{setting.form}", name=bad.name, least=setting.least, most=setting.most)
    return joined("\n", [text, hint])


async def _dryrun(turn: Turn, command: Command, rights: Rights) -> Commit:
    """`/dryrun on|off`; without a word it tells which."""
    word = command.words[0] if command.words else ""
    try:
        name, value = chat_settings.parse("dryrun", word)
    except BadSetting:
        key = "dryrun.is_on" if turn.settings.dryrun else "dryrun.is_off"
        return Commit.of(events=[turn.say(turn.speech(key))])
    return _changed(turn, rights, name, value)


def _changed(turn: Turn, rights: Rights, name: str, value: str) -> Commit:
    key = f"dryrun.now_{value}" if name == "dryrun" else "set.done"
    shown = {"label": turn.speech.word("setting", name), "value": value_word(turn.speech, name, value)}
    writes = settings_press.written(turn, here(turn), rights, name, value)
    return Commit.of(writes=writes, events=[turn.say(turn.speech(key, name=name, **shown))])


def _changed_together(turn: Turn, rights: Rights, group: str, value: str) -> Commit:
    shown = {"label": turn.speech.word("group", group), "value": value_word(turn.speech, group, value)}
    writes = settings_press.all_written(turn, here(turn), rights, group, value)
    return Commit.of(writes=writes, events=[turn.say(turn.speech("set.done", name=group, **shown))])


async def _settings(turn: Turn, _command: Command, _rights: Rights) -> Commit:
    text, rows = settings_menu.Menu.of(turn).home()
    return Commit.of(events=[turn.say(text, rows)])


async def _export(turn: Turn, _command: Command, _rights: Rights) -> Commit:
    return Commit.of(events=[turn.say(sharing.exported(turn.speech, here(turn)))])


async def _copy(turn: Turn, _command: Command, _rights: Rights) -> Commit:
    """Which chats somebody administers is not said before everybody: that goes on alone with the bot."""
    url = links.to_private(turn.deps.me.username, links.COPY, turn.chat.id)
    button = {"text": turn.speech.plain("settings.alone"), "url": url}
    return Commit.of(events=[turn.say(turn.speech("copy.alone"), [[button]])])


async def _check(turn: Turn, _command: Command, _rights: Rights) -> Commit:
    return Commit.of(events=[turn.say(await check.text(turn, here(turn)))])


async def _vouch(turn: Turn, command: Command, _rights: Rights) -> Commit:
    return await vouching.said(turn, command.words)


def _deed(verb: str) -> "Run":
    async def run(turn: Turn, command: Command, rights: Rights) -> Commit:
        return await deeds.asked(turn, verb, command.words, rights)

    return run


def _words(run: Callable[[Turn, tuple[str, ...], Rights], Awaitable[Commit]]) -> "Run":
    """A command that reads only the words behind it."""

    async def go(turn: Turn, command: Command, rights: Rights) -> Commit:
        return await run(turn, command.words, rights)

    return go


Run = Callable[[Turn, Command, Rights], Awaitable[Commit]]
COMMANDS: dict[str, Run] = {
    "start": _start,
    "help": _help,
    "settings": _settings,
    "set": _set,
    "dryrun": _dryrun,
    "check": _check,
    "log": _words(log_view.asked),
    "why": _words(log_view.why),
    **{verb: _deed(verb) for verb in deeds.VERBS},
    "warn": _words(warning.warn),
    "warnings": _words(warning.warnings),
    "unwarn": _words(warning.unwarn),
    "trust": _words(warning.trust),
    "untrust": _words(warning.untrust),
    vouching.NAME: _vouch,
    "stopword": _words(stopwords.asked),
    "purge": _words(wiping.asked),
    "link": _words(linking.asked),
    "lock": _words(closing.lock),
    "unlock": _words(closing.open_again),
    "night": _words(closing.night),
    "export": _export,
    "import": _words(sharing.importing),
    "copy": _copy,
}
ABOUT_SOMEBODY = frozenset({*deeds.VERBS, "warn", "unwarn", "trust", "untrust"})
"""Commands that name a person, by a reply or in words."""
OF_MEMBERS = frozenset({vouching.NAME})
"""Heard from members too; whose word counts is decided there."""
