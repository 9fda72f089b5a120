"""Signals of the operator's own: each file in `signals/` of `DZE_DATA` is one.

The file is Python that this process runs, with all that it may do: it is as trusted as the project itself,
and it must be pure. It says `NAME` (`own.something`), `SAYS` (language and sentence for the card) and
`find(facts)`, which gives a weight in log-odds, or None when the sign is not there.
"""

import importlib.util
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

import structlog

from services.moderation.domain.standing import Facts, Found
from shared.settings import SettingsError

log = structlog.get_logger()
_NAME = re.compile(r"own\.[a-z][a-z0-9_]{0,30}")
WEIGHT_MOST = 4.0
SAYS_MOST = 200
SLOW = 1.0
"""Seconds that one look at a person may take."""
SLOW_MOST = 3
"""So many slow looks, and the signal is asked no more until the next start: all others wait for it."""


@dataclass
class Plugin:
    """One signal; when it fails it is silent and says so once in the log, without a word about anybody."""

    name: str
    says: Mapping[str, str]
    find: Callable[[Facts], float | None]
    failed: bool = False
    slow: int = 0
    clock: Callable[[], float] = perf_counter

    def __call__(self, facts: Facts) -> Iterable[Found]:
        if self.slow >= SLOW_MOST:
            return
        begun = self.clock()
        weight = self._weight(facts)
        if self.clock() - begun > SLOW:
            self._noted_slow()
        if weight:
            yield self.name, {"weight": max(-WEIGHT_MOST, min(weight, WEIGHT_MOST))}

    def _weight(self, facts: Facts) -> float:
        try:
            return _number(self.find(facts))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - somebody else's code must not stop the stream
            if not self.failed:
                log.error(  # noqa: TRY400 - a trace would show what is known of a person
                    "signal_failed", signal=self.name, reason=type(error).__name__, line=_line(error)
                )
            self.failed = True
            return 0.0

    def _noted_slow(self) -> None:
        self.slow += 1
        if self.slow == SLOW_MOST:
            log.error("signal_slow", signal=self.name, reason=f"{SLOW_MOST} looks took over {SLOW:g} s each")


def _number(given: Any) -> float:
    """A weight, 0 for none. Raises TypeError or ValueError for what is neither."""
    if given is None:
        return 0.0
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise TypeError
    if not isfinite(given):
        raise ValueError
    return float(given)


def _line(error: BaseException) -> int:
    """Where in the signal's file it failed, 0 when what it gave was no weight."""
    deeper = error.__traceback__.tb_next if error.__traceback__ else None
    return deeper.tb_lineno if deeper and deeper.tb_frame.f_code is not _number.__code__ else 0


def load(folder: Path) -> tuple[Plugin, ...]:
    """The signals of a folder, by file name. Raises SettingsError that names the file."""
    found: dict[str, Plugin] = {}
    for path in sorted(folder.glob("*.py")) if folder.is_dir() else ():
        plugin = _plugin(path)
        if plugin.name in found:
            raise SettingsError(f"{path}: a second signal of the name {plugin.name}")
        found[plugin.name] = plugin
    return tuple(found.values())


def _plugin(path: Path) -> Plugin:
    module = _module(path)
    name, says = getattr(module, "NAME", None), getattr(module, "SAYS", None)
    find: Any = getattr(module, "find", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SettingsError(f"{path}: NAME must be like own.courier")
    if not isinstance(says, dict) or not says or not all(_says(*one) for one in says.items()):
        raise SettingsError(f'{path}: SAYS must give a sentence for each language, such as {{"en": "..."}}')
    if not callable(find):
        raise SettingsError(f"{path}: find(facts) is missing")
    return Plugin(name, {code: " ".join(text.split())[:SAYS_MOST] for code, text in says.items()}, find)


def _says(code: Any, text: Any) -> bool:
    return isinstance(code, str) and isinstance(text, str) and bool(text.strip())


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"dze_signal_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever is wrong, the operator reads one line
        said = " ".join(str(error).split())
        raise SettingsError(f"{path}: {type(error).__name__}: {said}") from None
    return module
