"""A chat's settings as the hot path reads them: looked up once, then kept until they change."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from services.moderation.domain import schedule
from services.moderation.domain.settings import LOCKS, TOGETHER, ChatSettings, kinds_of, stop_words

DAY = 24 * 3600
ALWAYS = "always"
CHATS_KEPT = 8192
_KINDS = tuple(name for group in TOGETHER for name in kinds_of(group))


@dataclass(frozen=True, slots=True)
class Policy:
    """What a chat wants; sets hold names of settings, times are seconds."""

    settings: ChatSettings
    dryrun: bool
    erased: frozenset[str]
    """`service.<kind>` and `media.<kind>` that are to go."""
    media: bool
    """Whether any kind of media is to go."""
    media_for: str
    media_hours: str
    media_linked: bool
    media_admins: bool
    grace: int
    zone: str
    locks: Mapping[str, str]
    """Kinds that are locked, with what follows."""
    lock_for: str
    allowed: frozenset[str]
    newcomer: int
    trust_days: int
    alert: bool
    spam: str
    spam_for: str
    stop_words: tuple[str, ...]
    raids: bool
    """Whether waves of joins are watched for."""

    @property
    def text_goes(self) -> bool:
        """Whether a message may go for its words."""
        return self.spam in ("delete", "remove") or bool(self.stop_words)

    @property
    def reads(self) -> bool:
        """Whether anybody's text is read at all."""
        return self.spam != "off" or bool(self.stop_words)

    def media_now(self, moment: int) -> bool:
        """Whether pictures go at this time of day."""
        return self.media and (
            self.media_hours == ALWAYS or schedule.inside(self.media_hours, self.zone, moment)
        )


def of(settings: ChatSettings) -> Policy:
    """The same object for the same settings."""
    return _of(tuple(sorted(settings.values.items())))


@lru_cache(maxsize=CHATS_KEPT)
def _of(values: tuple[tuple[str, str], ...]) -> Policy:
    settings = ChatSettings(dict(values))
    get, number = settings.get, settings.number
    erased = frozenset(name for name in _KINDS if get(name) == "delete")
    allow = get("lock.allow")
    return Policy(
        settings=settings,
        dryrun=settings.dryrun,
        erased=erased,
        media=any(name.startswith("media.") for name in erased),
        media_for=get("media.for"),
        media_hours=get("media.hours"),
        media_linked=get("media.linked") == "delete",
        media_admins=get("media.admins") == "delete",
        grace=60 * number("media.grace"),
        zone=settings.timezone,
        locks={kind: how for kind in LOCKS if (how := get(f"lock.{kind}")) != "off"},
        lock_for=get("lock.for"),
        allowed=frozenset() if allow == "none" else frozenset(allow.split()),
        newcomer=DAY * number("newcomer.days"),
        trust_days=number("trust.days"),
        alert=get("alert.rights") == "on",
        spam=get("spam"),
        spam_for=get("spam.for"),
        stop_words=stop_words(get("spam.words")),
        raids=number("raid.joins") > 0,
    )
