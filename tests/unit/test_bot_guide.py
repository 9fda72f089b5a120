"""The guide for admins says of commands and settings what the bot says."""

from pathlib import Path

import pytest

from services.moderation.bot.guide import DOCS, filled
from services.moderation.domain.settings import SETTINGS

GUIDES = sorted(DOCS.glob("admin-guide.*.md"))


def test_there_is_a_guide_in_each_language_of_the_site() -> None:
    assert {path.name.split(".")[1] for path in GUIDES} >= {"be", "ru", "en"}


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_the_tables_of_the_guide_are_what_the_bot_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert filled(text, path.name.split(".")[1]) == text, "run: python -m services.moderation.bot.guide"
    assert all(f"| `{name}` |" in text for name in SETTINGS)


def test_the_guides_have_the_same_chapters() -> None:
    shapes = [
        [line.split(" ")[0] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
        for path in GUIDES
    ]
    assert shapes[0]
    assert all(shape == shapes[0] for shape in shapes)
