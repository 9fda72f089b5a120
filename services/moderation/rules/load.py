"""Reads `rules.toml`, and names the line that is wrong."""

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from services.moderation.domain.conditions import Rule
from services.moderation.rules.checking import BadRule, rule
from services.moderation.rules.lines import lines
from shared.settings import SettingsError

RULES_MOST = 200


def load(path: Path, signals: Collection[str]) -> tuple[Rule, ...]:
    """The rules of a file, none without it. `signals` are the names that exist. Raises SettingsError."""
    if not path.is_file():
        return ()
    text = _text(path)
    found = _toml(path, text)
    rules: list[Rule] = []
    try:
        for number, table in enumerate(_tables(found)):
            rules.append(rule(table, ("rule", number), signals, {one.name for one in rules}))
    except BadRule as error:
        known, at = lines(text), error.at
        while at and at not in known:
            at = at[:-1]
        raise SettingsError(f"{path}, line {known.get(at, 1)}: {error}") from None
    return tuple(rules)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}, line {line}: the file is not UTF-8") from None


def _toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = line[1] if line else len(text.splitlines()) or 1
        raise SettingsError(f"{path}, line {where}: {str(error).partition(' (')[0]}") from None
    except RecursionError:
        deepest = max(enumerate(text.splitlines(), 1), key=lambda one: len(re.findall(r"[\[{]", one[1])))
        raise SettingsError(f"{path}, line {deepest[0]}: brackets within brackets without end") from None


def _tables(found: dict[str, Any]) -> list[Any]:
    if unknown := sorted(found.keys() - {"rule"}):
        raise BadRule(f"{unknown[0]!r} is not known here; a rule begins with [[rule]]", (unknown[0],))
    tables = found.get("rule", [])
    if not isinstance(tables, list):
        raise BadRule("a rule begins with [[rule]], in two pairs of brackets", ("rule",))
    if len(tables) > RULES_MOST:
        raise BadRule(f"more than {RULES_MOST} rules", ("rule", RULES_MOST))
    return tables
