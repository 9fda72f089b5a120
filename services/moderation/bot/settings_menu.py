"""`/settings`: pages of buttons that fit a phone. Each button carries the value it sets, so pressing it twice
does no harm, and rights are looked up at each press.
"""

from dataclasses import dataclass

from services.moderation.bot.i18n import Html, Speech
from services.moderation.bot.presses import PressTurn
from services.moderation.bot.reply import Rows
from services.moderation.bot.rights import Unknown
from services.moderation.bot.signing import Buttons
from services.moderation.bot.turn import Turn
from services.moderation.domain.settings import SETTINGS, BadSetting, ChatSettings, Setting, parse
from shared.bus.commit import Commit

PURPOSE = "s"
DAYS = 1.0
"""How long the buttons hold; after that /settings gives new ones."""
ON_PAGE = 7
GROUPS = ("media", "service")
Page = tuple[Html, Rows]


@dataclass(frozen=True)
class Menu:
    """The pages of one chat's settings in one language."""

    button: Buttons
    settings: ChatSettings
    speech: Speech

    @classmethod
    def of(cls, turn: Turn, settings: ChatSettings | None = None) -> "Menu":
        button = Buttons.of(turn.deps.keys, turn.chat.id, PURPOSE, turn.reply.now, DAYS)
        return cls(button, settings or turn.settings, turn.speech)

    def home(self) -> Page:
        """The first page: what matters most, and the ways to the others."""
        rows = [self._toggle(one, 0) for one in SETTINGS.values() if one.group not in GROUPS]
        rows += [[self.button(self.speech.plain(f"settings.{group}"), "p", group, "0")] for group in GROUPS]
        rows.append([self.button(self.speech.plain("settings.close"), "x")])
        return self.speech("settings.home_dryrun" if self.settings.dryrun else "settings.home"), rows

    def page(self, group: str, number: int) -> Page:
        """One page of a group; a number beyond the last shows the last."""
        members = [one for one in SETTINGS.values() if one.group == group]
        pages = -(-len(members) // ON_PAGE)
        number = min(max(number, 0), pages - 1)
        rows = [self._toggle(one, number) for one in members[number * ON_PAGE : (number + 1) * ON_PAGE]]
        neighbours = (("‹", number - 1), ("›", number + 1))
        turns = [self.button(sign, "p", group, str(n)) for sign, n in neighbours if 0 <= n < pages]
        rows += [turns] if turns else []
        rows.append([self.button(self.speech.plain("settings.back"), "h")])
        return self.speech(f"settings.page_{group}", page=number + 1, pages=pages), rows

    def around(self, name: str, number: int) -> Page:
        """The page on which a setting stands."""
        group = SETTINGS[name].group
        return self.page(group, number) if group in GROUPS else self.home()

    def _toggle(self, one: Setting, number: int) -> list[dict[str, str]]:
        now = self.settings.get(one.name)
        following = one.choices[(one.choices.index(now) + 1) % len(one.choices)]
        text = f"{self.speech.plain_word('setting', one.name)}: {self.speech.plain_word('value', now)}"
        return [self.button(text, "v", one.name, following, str(number))]


async def pressed(press: PressTurn) -> Commit:
    """Turn a page, or change a setting and show it changed."""
    turn = press.turn
    try:
        rights = await turn.rights()
    except Unknown:
        return Commit.of(events=[press.answer("press.unknown", alert=True)])
    if not rights.is_admin:
        return Commit.of(events=[press.answer("press.not_admin", alert=True)])
    menu = Menu.of(turn)
    match press.press.args:
        case ("x",):
            return Commit.of(events=[press.edit(turn.speech("settings.closed")), press.answer()])
        case ("p", group, number) if group in GROUPS and number.isdigit():
            return Commit.of(events=[press.edit(*menu.page(group, int(number))), press.answer()])
        case ("v", name, value, number) if number.isdigit():
            return _change(press, name, value, int(number))
        case _:
            return Commit.of(events=[press.edit(*menu.home()), press.answer()])


def _change(press: PressTurn, name: str, value: str, number: int) -> Commit:
    turn = press.turn
    try:
        name, value = parse(name, value)
    except BadSetting:
        return Commit.of(events=[press.answer("press.expired", alert=True)])
    menu = Menu.of(turn, turn.settings.with_value(name, value))
    writes = [
        *turn.deps.chats.set_setting(turn.chat.id, name, value),
        *turn.deps.actor_store.audit(turn.chat.id, turn.entry("settings", detail=f"{name}={value}")),
    ]
    said = press.answer(f"dryrun.pressed_{value}", alert=True) if name == "dryrun" else press.answer()
    return Commit.of(writes=writes, events=[press.edit(*menu.around(name, number)), said])
