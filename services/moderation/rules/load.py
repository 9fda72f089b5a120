"""Reads `rules.toml`, and names the line that is wrong."""

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any, cast, get_args

from services.moderation.domain.conditions import (
    ACTIONS,
    FACTS,
    Action,
    Condition,
    Every,
    Fact,
    Rule,
    Signals,
)
from shared.settings import SettingsError

RULES_MOST = 200
DEEP_MOST = 8
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_HEAD = re.compile(r"^\s*\[\[\s*rule\s*\]\]")
assert set(get_args(Action)) == set(ACTIONS)


class _BadRule(Exception):  # noqa: N818 - never leaves this module
    """`word` is what to look for in the rule's lines."""

    def __init__(self, problem: str, word: str = "") -> None:
        super().__init__(problem)
        self.word = word


def load(path: Path, signals: Collection[str]) -> tuple[Rule, ...]:
    """The rules of a file, none without it. `signals` are the names that exist. Raises SettingsError."""
    if not path.is_file():
        return ()
    text = path.read_text(encoding="utf-8")
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f", line {line[1]}" if line else ""
        raise SettingsError(f"{path}{where}: {str(error).partition(' (')[0]}") from None
    if unknown := sorted(found.keys() - {"rule"}):
        raise SettingsError(f"{path}, line {_line(text, 0, unknown[0])}: {unknown[0]!r} is not known here")
    tables = found.get("rule", [])
    if not isinstance(tables, list) or len(tables) > RULES_MOST:
        raise SettingsError(f"{path}: rules are written as [[rule]], at most {RULES_MOST}")
    rules: list[Rule] = []
    for number, table in enumerate(tables):
        try:
            rules.append(_rule(table, signals, {one.name for one in rules}))
        except _BadRule as error:
            line_number = _line(text, number, error.word)
            raise SettingsError(f"{path}, line {line_number}: {error}") from None
    return tuple(rules)


def _line(text: str, number: int, word: str) -> int:
    """The first line of the rule with this number in which the word stands, or its head."""
    lines = text.splitlines()
    heads = [n for n, line in enumerate(lines) if _HEAD.match(line)] or [0]
    start = heads[number] if number < len(heads) else 0
    end = heads[number + 1] if number + 1 < len(heads) else len(lines)
    whole = re.compile(rf"(?<![\w.]){re.escape(word)}(?![\w.])") if word else None
    for n in range(start, end):
        if whole is not None and whole.search(lines[n].partition("#")[0]):
            return n + 1
    return start + 1


def _rule(table: dict[str, Any], signals: Collection[str], names: Collection[str]) -> Rule:
    if unknown := sorted(table.keys() - {"name", "when", "action", "chats"}):
        raise _BadRule(f"a rule has no {unknown[0]!r}", unknown[0])
    name, action, chats = table.get("name"), table.get("action"), table.get("chats", [])
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _BadRule("name: small letters, digits, - and _, at most 40", "name")
    if name in names:
        raise _BadRule(f"a second rule of the name {name!r}", name)
    if action not in ACTIONS:
        raise _BadRule(f"action: one of {', '.join(ACTIONS)}", "action")
    if not isinstance(chats, list) or any(isinstance(one, bool) or not isinstance(one, int) for one in chats):
        raise _BadRule("chats: a list of chat ids", "chats")
    if "when" not in table:
        raise _BadRule("a rule needs `when`")
    when = _condition(table["when"], signals, DEEP_MOST)
    return Rule(name, when, cast("Action", action), frozenset(chats))


def _condition(value: Any, signals: Collection[str], deep: int) -> Condition:
    if not isinstance(value, dict) or not deep:
        raise _BadRule("a condition is { signal = ... }, { fact = ... } or { all = [...] }", "when")
    for how in ("all", "any", "not"):
        if how in value:
            return _every(how, value, signals, deep)
    if "signal" in value:
        _only(value, {"signal", "least"})
        if value["signal"] not in signals:
            raise _BadRule(f"{value['signal']!r} is no signal", str(value["signal"]))
        return Signals(value["signal"], _number(value, "least"))
    if "fact" in value:
        return _fact(value)
    word = next(iter(value), "when")
    raise _BadRule(f"{word!r} is none of signal, fact, all, any, not", word)


def _every(how: str, value: dict[str, Any], signals: Collection[str], deep: int) -> Every:
    _only(value, {how})
    parts = value[how] if isinstance(value[how], list) else [value[how]]
    if not parts:
        raise _BadRule(f"{how}: nothing in it", how)
    found = tuple(_condition(part, signals, deep - 1) for part in parts)
    return Every(cast("Any", how), found)


def _fact(value: dict[str, Any]) -> Fact:
    _only(value, {"fact", "least", "most", "is"})
    name, equals = value["fact"], value.get("is")
    if name not in FACTS:
        raise _BadRule(f"{name!r} is no fact; there are: {', '.join(FACTS)}", str(name))
    if (name == "road") != isinstance(equals, str):
        raise _BadRule("road is compared by `is`, every other fact by `least` and `most`", str(name))
    least, most = _number(value, "least"), _number(value, "most")
    if name != "road" and least is None and most is None:
        raise _BadRule(f"{name}: least or most is missing", str(name))
    return Fact(name, least, most, equals)


def _only(value: dict[str, Any], allowed: set[str]) -> None:
    if unknown := sorted(value.keys() - allowed):
        raise _BadRule(f"{unknown[0]!r} does not go with {min(allowed)!r}", unknown[0])


def _number(value: dict[str, Any], key: str) -> float | None:
    found = value.get(key)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise _BadRule(f"{key}: a number", str(found))
    return float(found)
