"""People and bots."""

from dataclasses import dataclass, field
from typing import Any

from simulator.world.inbox import Inbox

TELEGRAM_ID = 777000
ANONYMOUS_ID = 1087968824
CHANNEL_BOT_ID = 136817688


@dataclass(slots=True)
class User:
    """A person or a bot, as Telegram shows them."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False
    is_premium: bool = False
    bio: str = ""
    deactivated: bool = False
    photo: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        for key in ("last_name", "username", "language_code"):
            if value := getattr(self, key):
                shown[key] = value
        return shown | ({"is_premium": True} if self.is_premium else {})


@dataclass(slots=True)
class Webhook:
    """Where updates are posted, and how the last attempt went."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error_at: int = 0
    last_error: str = ""


@dataclass(slots=True)
class Bot:
    """A bot account: its token, queue and what it was told about itself."""

    user: User
    token: str
    reads_all: bool = False
    """Privacy mode switched off; administrators see everything anyway."""
    inbox: Inbox = field(default_factory=Inbox)
    webhook: Webhook | None = None
    started_by: set[int] = field(default_factory=set)
    blocked_by: set[int] = field(default_factory=set)
    may_write: dict[int, float] = field(default_factory=dict)
    """People who asked to join, until when the bot may write to them first."""
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    """By scope (as canonical JSON) and language."""
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    """Name, description and short description by language."""
    default_rights: dict[str, dict[str, bool]] = field(default_factory=dict)
    logged_out: bool = False

    def me(self) -> dict[str, Any]:
        """What getMe returns."""
        return self.user.json() | {
            "can_join_groups": True,
            "can_read_all_group_messages": self.reads_all,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }


SERVICE_ACCOUNTS = (
    User(TELEGRAM_ID, "Telegram"),
    User(ANONYMOUS_ID, "Group", username="GroupAnonymousBot", is_bot=True),
    User(CHANNEL_BOT_ID, "Channel", username="Channel_Bot", is_bot=True),
)
