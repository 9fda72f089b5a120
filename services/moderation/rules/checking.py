"""From the tables of `rules.toml` to rules; what is wrong is told with its place."""

import re
from collections.abc import Collection
from difflib import get_close_matches
from math import isfinite
from typing import Any, cast, get_args

from services.moderation.domain.conditions import (
    ACTIONS,
    FACTS,
    ROADS,
    Action,
    Condition,
    Every,
    Fact,
    Rule,
    Signals,
)
from services.moderation.rules.lines import Path

DEEP_MOST = 8
HOW = ("all", "any", "not")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_FORMS = "a condition is { signal = ... }, { fact = ... } or { all = [...] }, also any or not"
assert set(get_args(Action)) == set(ACTIONS)


class BadRule(Exception):  # noqa: N818 - never leaves this package
    """`at` leads to what is wrong; where something is missing, to where it ought to stand."""

    def __init__(self, problem: str, at: Path) -> None:
        super().__init__(problem)
        self.at = at


def rule(table: Any, at: Path, signals: Collection[str], names: Collection[str]) -> Rule:
    """`signals` exist, `names` are taken. Raises BadRule."""
    if not isinstance(table, dict):
        raise BadRule("a rule begins with [[rule]], and holds name, action and when", at)
    if unknown := sorted(table.keys() - {"name", "when", "action", "chats"}):
        raise BadRule(f"a rule has no {unknown[0]!r}, only name, action, chats, when", (*at, unknown[0]))
    if missing := [key for key in ("name", "action", "when") if key not in table]:
        raise BadRule(f"a rule needs {missing[0]!r}", at)
    name, action, chats = table["name"], table["action"], table.get("chats", [])
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadRule("name: small letters, digits, - and _, at most 40", (*at, "name"))
    if name in names:
        raise BadRule(f"a second rule of the name {name!r}", (*at, "name"))
    if action not in ACTIONS:
        raise BadRule(f"action: one of {', '.join(ACTIONS)}", (*at, "action"))
    when = _condition(table["when"], (*at, "when"), signals, DEEP_MOST)
    return Rule(name, when, cast("Action", action), _chats(chats, (*at, "chats")))


def _chats(value: Any, at: Path) -> frozenset[int]:
    if not isinstance(value, list):
        raise BadRule("chats: a list of chat ids", at)
    for number, one in enumerate(value):
        if isinstance(one, bool) or not isinstance(one, int):
            raise BadRule(f"chats: {one!r} is no chat id; they are written without quotes", (*at, number))
    return frozenset(value)


def _condition(value: Any, at: Path, signals: Collection[str], deep: int) -> Condition:
    if not deep:
        raise BadRule(f"conditions within conditions, more than {DEEP_MOST} deep", at)
    if not isinstance(value, dict):
        raise BadRule(_FORMS, at)
    kind = next((one for one in (*HOW, "signal", "fact") if one in value), "")
    match kind:
        case "":
            word = next(iter(value), "")
            raise BadRule(f"{word!r} is none of signal, fact, all, any, not" if word else _FORMS, (*at, word))
        case "signal":
            return _signal(value, at, signals)
        case "fact":
            return _fact(value, at)
        case _:
            return _every(kind, value, at, signals, deep)


def _every(how: str, value: dict[str, Any], at: Path, signals: Collection[str], deep: int) -> Every:
    _only(value, at, how, ())
    inside, parts = (*at, how), value[how]
    if not isinstance(parts, list):
        return Every(cast("Any", how), (_condition(parts, inside, signals, deep - 1),))
    if not parts:
        raise BadRule(f"{how}: nothing in it", inside)
    found = (_condition(part, (*inside, n), signals, deep - 1) for n, part in enumerate(parts))
    return Every(cast("Any", how), tuple(found))


def _signal(value: dict[str, Any], at: Path, signals: Collection[str]) -> Signals:
    _only(value, at, "signal", ("least",))
    name = value["signal"]
    if not isinstance(name, str) or name not in signals:
        near = get_close_matches(str(name), signals) or sorted(signals)
        raise BadRule(f"{name!r} is no signal; there are {', '.join(near)}", (*at, "signal"))
    return Signals(name, _number(value, at, "least"))


def _fact(value: dict[str, Any], at: Path) -> Fact:
    _only(value, at, "fact", ("least", "most", "is"))
    name = value["fact"]
    if name not in FACTS:
        raise BadRule(f"{name!r} is no fact; there are: {', '.join(FACTS)}", (*at, "fact"))
    if name == "road":
        return _road(value, at)
    if "is" in value:
        raise BadRule(f"{name} is compared by least and most", (*at, "is"))
    least, most = _number(value, at, "least"), _number(value, at, "most")
    if least is None and most is None:
        raise BadRule(f"{name}: least or most is missing", at)
    if least is not None and most is not None and least > most:
        raise BadRule(f"{name}: least is more than most, so this never holds", (*at, "least"))
    return Fact(name, least, most)


def _road(value: dict[str, Any], at: Path) -> Fact:
    _only(value, at, "fact", ("is",), "road is compared by `is`")
    if value.get("is") not in ROADS:
        raise BadRule(f"road: `is` is one of {', '.join(one or 'empty' for one in ROADS)}", (*at, "is"))
    return Fact("road", equals=value["is"])


def _only(value: dict[str, Any], at: Path, kind: str, beside: tuple[str, ...], problem: str = "") -> None:
    if unknown := sorted(value.keys() - {kind, *beside}):
        raise BadRule(problem or f"{unknown[0]!r} does not go with {kind!r}", (*at, unknown[0]))


def _number(value: dict[str, Any], at: Path, key: str) -> float | None:
    found = value.get(key)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not isfinite(found):
        raise BadRule(f"{key}: a number", (*at, key))
    return float(found)
