"""The tables of the admin guide: every setting and every command, in the words that the bot itself uses.

`python -m services.moderation.bot.guide` writes them into `docs/admin-guide.*.md`; a test holds them to it.
"""

import re
from pathlib import Path

from services.moderation.bot.commands import COMMANDS
from services.moderation.bot.i18n import CATALOGUES, Speech
from services.moderation.bot.settings_menu import HOME, SECTIONS, section_of, value_word
from services.moderation.domain.settings import SETTINGS, Setting

DOCS = Path(__file__).parents[3] / "docs"
_MARKED = re.compile(r"(<!-- (settings|commands) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str, language: str) -> str:
    """The guide with its tables as they should be."""
    tables = {"settings": settings_table(language), "commands": commands_table(language)}
    return _MARKED.sub(lambda found: f"{found[1]}{tables[found[2]]}{found[3]}", text)


def settings_table(language: str) -> str:
    """A heading and a table for each page of the bot's menu."""
    speech = Speech(language)
    parts = [_rows(speech, [SETTINGS[name] for name in HOME])]
    for section in SECTIONS:
        members = [one for one in SETTINGS.values() if one.name not in HOME and section_of(one) == section]
        title = f"### {speech.plain_word('group', section)}\n\n{speech.plain_word('grouped', section)}\n\n"
        parts.append(title + _rows(speech, members))
    return "\n" + "\n".join(parts) + "\n"


def _rows(speech: Speech, settings: list[Setting]) -> str:
    head = f"| {speech.plain('guide.name')} | {speech.plain('guide.values')} | {speech.plain('guide.what')} |"
    lines = [head, "| --- | --- | --- |"]
    lines += [f"| `{one.name}` | {_values(speech, one)} | {_about(speech, one)} |" for one in settings]
    return "\n".join(lines) + "\n"


def _values(speech: Speech, one: Setting) -> str:
    """Every value with its words, the usual one first and in bold."""
    shown = []
    for choice in sorted(one.choices, key=lambda choice: choice != one.default):
        words = value_word(speech, one.name, choice, plain=True)
        value = f"`{choice}`" if words == choice else f"`{choice}` {words}"
        shown.append(f"**{value}**" if choice == one.default else value)
    return ", ".join(shown)


def _about(speech: Speech, one: Setting) -> str:
    return f"{speech.plain_word('setting', one.name)}. {speech.plain_word('about', one.name)}"


def commands_table(language: str) -> str:
    speech = Speech(language)
    lines = [f"| {speech.plain('guide.command')} | {speech.plain('guide.what')} |", "| --- | --- |"]
    lines += [f"| `/{name}` | {speech.plain(f'command.{name}')} |" for name in COMMANDS]
    return "\n" + "\n".join(lines) + "\n\n"


def main() -> None:
    """Write the tables of every guide that there is."""
    for language in CATALOGUES:
        path = DOCS / f"admin-guide.{language}.md"
        if path.exists():
            path.write_text(filled(path.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
