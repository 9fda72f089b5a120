"""`/settings`: pages of buttons that fit a phone, in the chat or alone with the bot.

Each button carries the value it sets, so pressing it twice does no harm, and rights are looked up at each
press. A setting has a page of its own with a sentence that explains it.
"""

import hashlib
from dataclasses import dataclass

from services.moderation.bot import links
from services.moderation.bot.i18n import Html, Speech, joined
from services.moderation.bot.links import base36
from services.moderation.bot.reply import Row, Rows
from services.moderation.bot.signing import Buttons
from services.moderation.bot.subject import Subject, here
from services.moderation.bot.turn import Turn
from services.moderation.domain.settings import KEEP_DELETE, SETTINGS, TOGETHER, Setting

PURPOSE = "s"
DAYS = 1.0
"""How long the buttons hold; after that /settings gives new ones."""
ON_PAGE = 7
SHORT_LABEL = 17
"""Characters of a label that fits beside another on a phone."""
Page = tuple[Html, Rows]

_SECTION = {
    "suspicious": "people", "newcomer": "people", "trust": "people", "own": "clean", "older": "clean",
    "alert": "clean", "mute": "warn", "ban": "warn", "timezone": "night",
}  # fmt: skip
"""Settings whose page is not named by the first part of their name."""
HOME = ("dryrun", "language")


def section_of(setting: Setting) -> str:
    return _SECTION.get(setting.group, setting.group)


_FIRST = ("media", "service", "clean", "lock", "warn", "people", "night")
_FOUND = dict.fromkeys(section_of(one) for one in SETTINGS.values() if one.name not in HOME)
SECTIONS = (*(one for one in _FIRST if one in _FOUND), *(one for one in _FOUND if one not in _FIRST))
"""Pages; each has the texts `group.<name>` and `grouped.<name>`."""


def code_of(text: str) -> str:
    """Five characters for a setting, or for a setting with a value: names are too long for a button."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return base36(int.from_bytes(digest)).rjust(5, "0")[-5:]


NAMES = {code_of(name): name for name in SETTINGS}
VALUES = {
    code_of(f"{one.name}={choice}"): (one.name, choice) for one in SETTINGS.values() for choice in one.choices
}


@dataclass(frozen=True)
class Menu:
    """The pages of one chat's settings in one language; `alone` with the bot there is more to choose."""

    button: Buttons
    subject: Subject
    speech: Speech
    alone: bool
    bot: str

    @classmethod
    def of(cls, turn: Turn, subject: Subject | None = None) -> "Menu":
        button = Buttons.of(turn.deps.keys, turn.chat.id, PURPOSE, turn.reply.now, DAYS)
        about = subject or here(turn)
        return cls(button, about, turn.speech, turn.chat.type == "private", turn.deps.me.username)

    def home(self) -> Page:
        """The first page: what matters most, and the ways to the others."""
        rows: list[Row] = [[self._entry(SETTINGS[name])] for name in HOME]
        rows += _in_pairs([self._to(self.speech.plain_word("group", one), "g", one, "0") for one in SECTIONS])
        rows.append(
            [
                self._to(self.speech.plain("settings.check"), "k"),
                self._to(self.speech.plain("settings.log"), "l"),
                self._to(self.speech.plain("settings.export"), "e"),
            ]
        )
        if self.alone:
            rows.append([self._to(self.speech.plain("settings.target"), "t", "0")])
        else:
            url = links.to_private(self.bot, links.SETTINGS, self.subject.chat_id)
            rows.append(
                [
                    {"text": self.speech.plain("settings.alone"), "url": url},
                    self._to(self.speech.plain("settings.close"), "x"),
                ]
            )
        key = "settings.home_dryrun" if self.subject.settings.dryrun else "settings.home"
        return self._headed(self.speech(key)), rows

    def page(self, group: str, number: int) -> Page:
        """One page of a group; a number beyond the last shows the last."""
        members = _members(group)
        pages = -(-len(members) // ON_PAGE)
        number = min(max(number, 0), pages - 1)
        rows: list[Row] = [[self._entry(one)] for one in members[number * ON_PAGE : (number + 1) * ON_PAGE]]
        neighbours = (("‹", number - 1), ("›", number + 1))
        turns = [self._to(sign, "g", group, str(n)) for sign, n in neighbours if 0 <= n < pages]
        rows += [turns] if turns else []
        if group in TOGETHER:
            labels = {value: self.speech.plain(f"settings.all_{value}") for value in KEEP_DELETE}
            rows.append([self._to(label, "a", group, value) for value, label in labels.items()])
        rows.append([self._to(self.speech.plain("settings.back"), "h")])
        title = Html(f"<b>{self.speech.word('group', group)}</b>")
        if pages > 1:
            title = Html(f"{title} · {number + 1}/{pages}")
        about = [self.speech.word("grouped", group)] if self.speech.knows("grouped", group) else []
        return self._headed(joined("\n", [title, *about])), rows

    def one(self, name: str) -> Page:
        """A setting by itself: what it does, and a button for each value."""
        setting, now = SETTINGS[name], self.subject.settings.get(name)
        parts = [
            Html(f"<b>{self.speech.word('setting', name)}</b>"),
            self.speech.word("about", name),
            self.speech("settings.now", value=value_word(self.speech, name, now), name=name),
        ]
        if setting.form != "choice":
            parts.append(
                self.speech(f"form.{setting.form}", name=name, least=setting.least, most=setting.most)
            )
        buttons = [self._value(setting, choice, now) for choice in setting.choices]
        fits = all(len(one["text"]) <= SHORT_LABEL for one in buttons)
        rows = _in_pairs(buttons) if fits else [[one] for one in buttons]
        return self._headed(joined("\n\n", parts)), [*rows, [self._back(setting)]]

    def opening(self) -> dict[str, str]:
        """The button of this chat among others."""
        return self._to(self.subject.title, "h")

    def to_home(self) -> dict[str, str]:
        return self._to(self.speech.plain("settings.back"), "h")

    def to_targets(self, label: str, number: int) -> dict[str, str]:
        return self._to(label, "t", str(number))

    def to_copy(self, target: Subject, *, sure: bool = False) -> dict[str, str]:
        """The button of a chat to copy to; `sure` does it."""
        label = self.speech.plain("copy.do") if sure else target.title
        return self._to(label, "y" if sure else "w", target.code)

    def _headed(self, text: Html) -> Html:
        """Above it stands which chat it is about, where that is not plain."""
        if not self.subject.title:
            return text
        return joined("\n", [self.speech("settings.of", title=self.subject.title), text])

    def _back(self, setting: Setting) -> dict[str, str]:
        label = self.speech.plain("settings.back")
        if setting.name in HOME:
            return self._to(label, "h")
        section = section_of(setting)
        return self._to(label, "g", section, str(_members(section).index(setting) // ON_PAGE))

    def _entry(self, one: Setting) -> dict[str, str]:
        value = value_word(self.speech, one.name, self.subject.settings.get(one.name), plain=True)
        return self._to(f"{self.speech.plain_word('setting', one.name)}: {value}", "o", code_of(one.name))

    def _value(self, setting: Setting, choice: str, now: str) -> dict[str, str]:
        label = value_word(self.speech, setting.name, choice, plain=True)
        return self._to(f"● {label}" if choice == now else label, "v", code_of(f"{setting.name}={choice}"))

    def _to(self, label: str, verb: str, *args: str) -> dict[str, str]:
        return self.button(label, verb, self.subject.code, *args)


def value_word(speech: Speech, name: str, value: str, *, plain: bool = False) -> str:
    """A value in words: as this setting, its group or most of them say it. `Html` unless `plain`."""
    ways = (f"{name}.{value}", f"{name.partition('.')[0]}.{value}")
    code = next((way for way in ways if speech.knows("value", way)), value)
    return speech.plain_word("value", code) if plain else speech.word("value", code)


def _members(section: str) -> list[Setting]:
    return [one for one in SETTINGS.values() if one.name not in HOME and section_of(one) == section]


def _in_pairs(buttons: list[dict[str, str]]) -> list[Row]:
    return [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
