"""Signals of the operator's own: each file in `signals/` of `DZE_DATA` is one.

The file is Python that this process runs, with all that it may do: it is as trusted as the project itself,
and it must be pure. It says `NAME` (`own.something`), `SAYS` (language and sentence for the card) and
`find(facts)`, which gives a weight in log-odds, or None when the sign is not there.
"""

import importlib.util
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import structlog

from services.moderation.domain.standing import Facts, Found
from shared.settings import SettingsError

log = structlog.get_logger()
_NAME = re.compile(r"own\.[a-z][a-z0-9_]{0,30}")
WEIGHT_MOST = 4.0


@dataclass
class Plugin:
    """One signal; when it fails it is silent and says so once in the log, without a word about anybody."""

    name: str
    says: Mapping[str, str]
    find: Callable[[Facts], float | None]
    failed: bool = field(default=False)

    def __call__(self, facts: Facts) -> Iterable[Found]:
        try:
            weight = self.find(facts)
            if weight:
                yield self.name, {"weight": max(-WEIGHT_MOST, min(float(weight), WEIGHT_MOST))}
        except Exception as error:  # noqa: BLE001 - somebody else's code must not stop the stream
            if not self.failed:
                log.error("signal_failed", signal=self.name, reason=type(error).__name__)  # noqa: TRY400
            self.failed = True


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
    if not isinstance(says, dict) or not says or not all(isinstance(one, str) for one in says.values()):
        raise SettingsError(f"{path}: SAYS must give a sentence for each language")
    if not callable(find):
        raise SettingsError(f"{path}: find(facts) is missing")
    return Plugin(name, {str(language): text[:200] for language, text in says.items()}, find)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"dze_signal_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001 - whatever is wrong in the file, the operator reads one line
        raise SettingsError(f"{path}: {type(error).__name__}: {error}") from None
    return module
