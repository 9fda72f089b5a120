"""A chat's own settings: dotted names, values, defaults. The same in buttons, `/set`, exports and code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.moderation.domain.content import MEDIA, OTHER, SERVICE

ON_OFF = ("on", "off")
KEEP_DELETE = ("keep", "delete")
LANGUAGES = ("be", "ru", "en")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; `choices` in the order in which a button goes through them."""

    name: str
    choices: tuple[str, ...]
    default: str

    @property
    def group(self) -> str:
        """`service`, `media`, or the whole name."""
        return self.name.partition(".")[0]


class BadSetting(ValueError):  # noqa: N818 - reads better where it is caught
    """`code` is `unknown_name` or `bad_value`; `close` are names that may have been meant."""

    def __init__(self, code: str, name: str, close: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {name}")
        self.code = code
        self.name = name
        self.close = close


def _all() -> dict[str, Setting]:
    service = [
        Setting(f"service.{kind}", KEEP_DELETE, "delete" if kind in ("joined", "left") else "keep")
        for kind in (*dict.fromkeys(SERVICE.values()), OTHER)
    ]
    order = ("photo", "video", "video_note", "animation", "sticker", "document")
    kinds = (*order, *(kind for kind in MEDIA if kind not in order), OTHER)
    media = [Setting(f"media.{kind}", KEEP_DELETE, "keep") for kind in kinds]
    settings = [
        Setting("dryrun", ON_OFF, "on"),
        Setting("language", LANGUAGES, "be"),
        Setting("suspicious", ("advise", "remove"), "advise"),
        *service,
        *media,
    ]
    return {setting.name: setting for setting in settings}


SETTINGS: dict[str, Setting] = _all()
"""Every setting of a chat by its name, in the order in which `/settings` lists them."""

ALIASES: dict[str, str] = {f"service.{field}": f"service.{kind}" for field, kind in SERVICE.items()}
"""The Bot API's own names for service messages are understood too."""

_WORDS = {"true": "on", "yes": "on", "1": "on", "false": "off", "no": "off", "0": "off"}
_NAME = re.compile(r"[a-z][a-z0-9_.]{0,63}")


def canonical(name: str) -> str:
    """The setting's own name. Raises BadSetting."""
    low = name.strip().lower()
    if low in SETTINGS:
        return low
    if low in ALIASES:
        return ALIASES[low]
    tail = low.rpartition(".")[2]
    close = tuple(known for known in SETTINGS if tail and tail in known)[:5] if _NAME.fullmatch(low) else ()
    raise BadSetting("unknown_name", low[:64], close)


def parse(name: str, value: str) -> tuple[str, str]:
    """The canonical name and value of what somebody wrote after `/set`. Raises BadSetting."""
    setting = SETTINGS[canonical(name)]
    low = value.strip().lower()
    chosen = _WORDS.get(low, low) if setting.choices == ON_OFF else low
    if chosen not in setting.choices:
        raise BadSetting("bad_value", setting.name, setting.choices)
    return setting.name, chosen


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """One chat's settings: what was set, and the default for the rest."""

    values: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Raises KeyError for a name that is no setting. A stored value no longer allowed is the default."""
        setting = SETTINGS[name]
        value = self.values.get(name, setting.default)
        return value if value in setting.choices else setting.default

    @property
    def dryrun(self) -> bool:
        return self.get("dryrun") == "on"

    @property
    def language(self) -> str:
        return self.get("language")

    def with_value(self, name: str, value: str) -> "ChatSettings":
        return ChatSettings({**self.values, name: value})
