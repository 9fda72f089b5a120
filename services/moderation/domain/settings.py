"""A chat's own settings: dotted names, values, defaults. The same in buttons, `/set`, exports and code.

The sentence that explains a setting to people stands in the catalogues of texts under `about.<name>`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from services.moderation.domain import schedule
from services.moderation.domain.allowing import allowed_entry
from services.moderation.domain.content import MEDIA, OTHER, SERVICE

ON_OFF = ("on", "off")
KEEP_DELETE = ("keep", "delete")
LANGUAGES = ("be", "ru", "uk", "en")
WHOM = ("everyone", "untrusted", "newcomers")
"""Whom a rule is for; admins are nobody's business here. `untrusted`: who has not yet written on enough
days (`trust.days`); `newcomers`: who was seen to join lately (`newcomer.days`)."""
NIGHTS = ("22:00-07:00", "23:00-06:00", "00:00-06:00", "21:00-09:00")
LOCKS = (
    "link", "invite", "forward", "mention", "phone", "card", "voice", "contact", "location", "bot", "channel",
)  # fmt: skip
"""What may be locked, each with a setting `lock.<kind>`, in the order in which they are looked at."""
ZONES = (
    "Europe/Minsk", "Europe/Warsaw", "Europe/Vilnius", "Europe/Kyiv", "Europe/Moscow", "Asia/Tbilisi", "UTC",
)  # fmt: skip
CLOSE_MOST = 5
"""Names that are offered in place of one that there is not."""
ALLOWED_MOST = 30
"""Entries of `lock.allow`."""
WORDS_MOST, WORD_LEAST, WORD_MOST = 50, 2, 40
"""Entries of `spam.words`, and their lengths in characters."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; `choices` in the order in which a button goes through them.

    `form` says what else may be written: `choice` nothing, `number` a whole number from `least` to `most`,
    `hours` a window of the day (`22:00-07:00`), `zone` an IANA time zone, `names` sites and @names, `words`
    words and phrases between commas.
    """

    name: str
    choices: tuple[str, ...]
    default: str
    form: str = "choice"
    least: int = 0
    most: int = 0

    @property
    def group(self) -> str:
        """The first part of the name."""
        return self.name.partition(".")[0]

    @property
    def is_free_text(self) -> bool:
        """Whether admins write it in their own words: then it is sealed wherever it is kept."""
        return self.form in _FREE

    def following(self, value: str) -> str:
        """The choice that a press of the button gives; the first after a value that is none of them."""
        if value not in self.choices:
            return self.choices[0]
        return self.choices[(self.choices.index(value) + 1) % len(self.choices)]

    def read(self, text: str) -> str | None:  # noqa: PLR0911 - one return for each form
        """The one way in which a value is kept; None when it is not allowed."""
        low = text.strip().lower()
        low = _WORDS.get(low, low) if self.choices == ON_OFF else low
        chosen = next((choice for choice in self.choices if choice.lower() == low), None)
        if chosen is not None:
            return chosen
        match self.form:
            case "number":
                return _number(low, self.least, self.most)
            case "hours":
                found = schedule.window(low)
                return schedule.written(found) if found else None
            case "zone":
                return text.strip() if schedule.zone(text.strip()) else None
            case "names":
                return _names(text)
            case "words":
                return _stop_words(low)
        return None


_FREE = frozenset({"names", "words"})
_WORDS = {"true": "on", "yes": "on", "1": "on", "false": "off", "no": "off", "0": "off"}
_NAME = re.compile(r"[a-z][a-z0-9_.]{0,63}")


def _number(text: str, least: int, most: int) -> str | None:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        return None
    return str(int(text)) if least <= int(text) <= most else None


def _names(text: str) -> str | None:
    """What may be linked, each in its one form and put in order; None when some of it is no such thing."""
    found = {allowed_entry(word) for word in re.split(r"[\s,;]+", text) if word}
    return " ".join(sorted(found)) if found and "" not in found and len(found) <= ALLOWED_MOST else None


def stop_words(value: str) -> tuple[str, ...]:
    """The words and phrases in a value of `spam.words`."""
    found = {" ".join(word.split()) for word in re.split(r"[,;\n]", value.lower())}
    return tuple(sorted(word for word in found if word and word != "none"))


def _stop_words(text: str) -> str | None:
    """Words and phrases between commas, put in order."""
    found = stop_words(text)
    fit = all(len(word.rstrip("*")) >= WORD_LEAST and len(word) <= WORD_MOST for word in found)
    return ", ".join(found) if found and fit and len(found) <= WORDS_MOST else None


def _media() -> list[Setting]:
    order = ("photo", "video", "video_note", "animation", "sticker", "document")
    kinds = (*order, *(kind for kind in MEDIA if kind not in order), "poll", OTHER)
    return [
        *(Setting(f"media.{kind}", KEEP_DELETE, "keep") for kind in kinds),
        Setting("media.for", WHOM, "everyone"),
        Setting("media.hours", ("always", *NIGHTS), "always", "hours"),
        Setting("media.grace", ("0", "1", "5", "15", "60", "720"), "0", "number", 0, 1440),
        Setting("media.linked", KEEP_DELETE, "keep"),
        Setting("media.admins", KEEP_DELETE, "keep"),
    ]


def _traces() -> list[Setting]:
    kinds = (*dict.fromkeys(SERVICE.values()), OTHER)
    return [
        *(
            Setting(f"service.{k}", KEEP_DELETE, "delete" if k in ("joined", "left") else "keep")
            for k in kinds
        ),
        Setting("alert.rights", ON_OFF, "on"),
        Setting("own.minutes", ("60", "5", "15", "720", "0"), "60", "number", 0, 2800),
        Setting("older.hours", ("0", "1", "6", "12", "24", "47"), "0", "number", 0, 47),
        Setting("older.for", ("everyone", "members"), "everyone"),
    ]


def _locks() -> list[Setting]:
    return [
        *(Setting(f"lock.{kind}", ("off", "delete", "warn", "mute"), "off") for kind in LOCKS),
        Setting("lock.for", WHOM, "everyone"),
        Setting("lock.allow", ("none",), "none", "names"),
        Setting("warn.most", ("3", "2", "5", "1"), "3", "number", 1, 20),
        Setting("warn.then", ("ladder", "mute", "ban"), "ladder"),
        Setting("warn.days", ("30", "7", "90", "1"), "30", "number", 1, 90),
        Setting("mute.minutes", ("60", "15", "360", "1440"), "60", "number", 1, 43200),
        Setting("ban.days", ("0", "1", "7", "30"), "0", "number", 0, 366),
    ]


def _people() -> list[Setting]:
    return [
        Setting("suspicious", ("advise", "remove"), "advise"),
        Setting("suspicious.threshold", ("70", "50", "80", "90", "95", "99"), "70"),
        Setting("suspicious.days", ("30", "1", "7", "90"), "30", "number", 1, 366),
        Setting("raid.joins", ("10", "5", "20", "50", "0"), "10", "number", 0, 500),
        Setting("raid.minutes", ("10", "5", "30", "60"), "10", "number", 1, 60),
        Setting("raid.action", ("tell", "restrict", "requests"), "tell"),
        Setting("raid.quiet", ("30", "10", "60", "240"), "30", "number", 5, 1440),
    ]


def _spam() -> list[Setting]:
    return [
        Setting("spam", ("advise", "delete", "remove", "off"), "advise"),
        Setting("spam.for", ("untrusted", "newcomers", "everyone"), "untrusted"),
        Setting("spam.words", ("none",), "none", "words"),
    ]


def _night() -> list[Setting]:
    return [
        Setting("night.hours", ("off", *NIGHTS), "off", "hours"),
        Setting("night.mode", ("silent", "text"), "silent"),
        Setting("night.say", ON_OFF, "on"),
    ]


def _all() -> dict[str, Setting]:
    settings = [
        Setting("dryrun", ON_OFF, "on"),
        Setting("language", LANGUAGES, "be"),
        Setting("timezone", ZONES, "Europe/Minsk", "zone"),
        *_people(),
        *_spam(),
        Setting("newcomer.days", ("7", "1", "3", "30"), "7", "number", 1, 30),
        Setting("trust.days", ("3", "1", "7", "14"), "3", "number", 1, 60),
        *_traces(),
        *_media(),
        *_locks(),
        *_night(),
    ]
    return {setting.name: setting for setting in settings}


SETTINGS: dict[str, Setting] = _all()
"""Every setting of a chat by its name, in the order in which `/settings` lists them."""

TOGETHER = ("media", "service")
"""Groups whose kinds can be kept or deleted all at once."""


def kinds_of(group: str) -> tuple[str, ...]:
    """The settings `<group>.<kind>` that say whether a kind is kept."""
    found = (one.name for one in SETTINGS.values() if one.group == group and one.choices == KEEP_DELETE)
    return tuple(name for name in found if name not in {"media.linked", "media.admins"})


ALIASES: dict[str, str] = {f"service.{field}": f"service.{kind}" for field, kind in SERVICE.items()}
"""The Bot API's own names for service messages are understood too."""


def canonical(name: str) -> str:
    """The setting's own name. Raises BadSetting."""
    low = name.strip().lower()
    if low in SETTINGS:
        return low
    if low in ALIASES:
        return ALIASES[low]
    raise BadSetting("unknown_name", low[:64], _close(low) if _NAME.fullmatch(low) else ())


def _close(low: str) -> tuple[str, ...]:
    """Names that may have been meant: with the last word in them, or with a slip in it."""
    tail = low.rpartition(".")[2]
    inside = [known for known in SETTINGS if tail and tail in known]
    return tuple(dict.fromkeys([*inside, *get_close_matches(low, SETTINGS, 5, 0.8)]))[:CLOSE_MOST]


class BadSetting(ValueError):  # noqa: N818 - reads better where it is caught
    """`code` is `unknown_name` or `bad_value`; `close` are names that may have been meant."""

    def __init__(self, code: str, name: str, close: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {name}")
        self.code = code
        self.name = name
        self.close = close


def parse(name: str, value: str) -> tuple[str, str]:
    """The canonical name and value of what somebody wrote after `/set`. Raises BadSetting."""
    setting = SETTINGS[canonical(name)]
    chosen = setting.read(value)
    if chosen is None:
        raise BadSetting("bad_value", setting.name, setting.choices)
    return setting.name, chosen


def parse_together(name: str, value: str) -> tuple[str, str] | None:
    """Group and value of `/set media delete`, which means every kind; None for anything else."""
    group, choice = name.strip().lower().removesuffix(".all").removesuffix(".*"), value.strip().lower()
    return (group, choice) if group in TOGETHER and choice in KEEP_DELETE else None


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """One chat's settings: what was set, and the default for the rest."""

    values: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Raises KeyError for a name that is no setting. A stored value no longer allowed is the default."""
        setting = SETTINGS[name]
        value = self.values.get(name)
        if value is None or value in setting.choices:
            return setting.default if value is None else value
        return setting.read(value) or setting.default

    def number(self, name: str) -> int:
        """The value of a setting whose form is `number`."""
        return int(self.get(name))

    @property
    def dryrun(self) -> bool:
        return self.get("dryrun") == "on"

    @property
    def language(self) -> str:
        return self.get("language")

    @property
    def timezone(self) -> str:
        return self.get("timezone")

    def with_value(self, name: str, value: str) -> "ChatSettings":
        return ChatSettings({**self.values, name: value})
