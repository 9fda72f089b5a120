"""Lists of words from `words.toml`, as patterns for single words."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from services.directory.exchange.columns.names import words_of

_FILE = Path(__file__).with_name("words.toml")


@cache
def words(name: str) -> re.Pattern[str]:
    """The list of this dotted name: a pattern to match whole words with, as `words_of` gives them."""
    table: Any = _catalogue()
    for part in name.split("."):
        table = table[part]
    texts = [word for text in table.values() for word in text.split()]
    found = {"".join(words_of(word)) + r"\w*" * word.endswith("*") for word in texts}
    return re.compile("|".join(sorted(found, key=lambda each: (-len(each), each))))


@cache
def _catalogue() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
