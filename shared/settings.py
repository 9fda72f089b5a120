"""Settings that all services share, from the environment or a `.env` file, prefix `DZE_`.

Each secret has a `_FILE` form. An unknown or bad value stops the start with one clear line. The `.env` file
is that of the working directory, which in a container is one where nobody can put a file.
"""

import os
import re
from collections.abc import Collection
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as UnparsedError

from shared.keys import KEY_LEAST, Keys

PREFIX = "DZE_"
SERVICE_SETTINGS = {
    "DZE_STREAMS_MOST",
    "DZE_CONNECTIONS_MOST",
    "DZE_SUBMISSIONS_PER_MINUTE",
    "DZE_CHALLENGE_BITS",
    "DZE_ROLE",
}
"""What single services add: all of them read one `.env`, so each must know the others' settings by name."""
SECRETS = ("DZE_KEY", "DZE_TELEGRAM_TOKEN", "DZE_TELEGRAM_SECRET", "DZE_REDIS_URL", "DZE_REDIS_PASSWORD")
ENV_FILE = ".env"
NO_ADDRESS = "DZE_REDIS_URL is no address of a Redis: redis://host:6379/0, rediss:// or unix://."


class SettingsError(Exception):
    """A setting is missing, unknown or wrong; the text is one line for the operator."""


class City(BaseModel):
    """`DZE_CITY`, as JSON: the name, where the map opens, and the box inside which listings may lie."""

    name: dict[str, str] = Field(default_factory=lambda: {"be": "Мінск", "ru": "Минск", "en": "Minsk"})
    lat: float = Field(default=53.9023, ge=-90, le=90)
    lon: float = Field(default=27.5619, ge=-180, le=180)
    zoom: float = Field(default=11, ge=0, le=19)
    area: tuple[float, float, float, float] = (26.9, 53.55, 28.3, 54.25)
    """West, south, east, north, in degrees."""
    time_zone: str = "Europe/Minsk"

    def local(self, moment: datetime) -> datetime:
        """The moment by the city's clocks; by UTC where this machine does not know its time zone."""
        try:
            return moment.astimezone(ZoneInfo(self.time_zone))
        except (ZoneInfoNotFoundError, ValueError, OSError, OverflowError):
            return moment.astimezone(UTC)

    def contains(self, lat: float, lon: float) -> bool:
        west, south, east, north = self.area
        return west <= lon <= east and south <= lat <= north


def _languages(value: Any) -> Any:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def _no_trailing_slash(value: str) -> str:
    return value.rstrip("/")


class Settings(BaseSettings):
    """What every process reads. A service adds its own in its `settings.py`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    redis_url: SecretStr | None = None
    redis_password: SecretStr | None = None
    """Goes into `redis_url`, so that the address need not be a secret."""
    data: Path = Path("./data")
    key: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: Annotated[str, AfterValidator(_no_trailing_slash)] = ""
    internal_host: str = "127.0.0.1"
    internal_port: int = Field(default=0, ge=0, le=65535)
    """Where `/livez`, `/readyz` and `/metrics` of this process are; 0: any free port."""
    telegram_token: SecretStr | None = None
    telegram_api: Annotated[str, AfterValidator(_no_trailing_slash)] = "https://api.telegram.org"
    telegram_mode: Literal["poll", "webhook"] = "poll"
    telegram_secret: SecretStr | None = None
    review_chat: int | None = None
    chats: Literal["review", "guest", "closed"] = "review"
    """Who may use the bot: chats come as guests and the reviewers are asked, or nobody is; or only those come
    that somebody has let in."""
    city: City = Field(default_factory=City)
    basemap: str = "none"
    languages: Annotated[tuple[str, ...], NoDecode, AfterValidator(lambda v: v)] = ("be", "ru", "en")
    onion: str = ""
    """Address of the onion service, sent as `Onion-Location` when set."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    """`auto`: plain lines in a terminal, JSON elsewhere."""
    instance: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,63}$")
    """What `dze status` calls this process; `hostname`: the host's name, in a container its id."""

    def __init__(self, **values: Any) -> None:
        if "languages" not in values and (told := named("DZE_LANGUAGES")):
            values["languages"] = _languages(told)
        super().__init__(**values)

    def keys(self) -> Keys:
        """The deployment's keys. Raises SettingsError without `DZE_KEY`."""
        if self.key is None:
            raise SettingsError("DZE_KEY is not set. It is required with DZE_REDIS_URL; `dze key` makes one.")
        return Keys(self.key.get_secret_value())

    def redis(self) -> str:
        """URL of Redis, with its password. Raises SettingsError when none is set."""
        if self.redis_url is None:
            raise SettingsError("DZE_REDIS_URL is not set; `dze up` starts an embedded Redis by itself.")
        url = self.redis_url.get_secret_value()
        return url if self.redis_password is None else _with_password(url, self.redis_password)


def _with_password(url: str, password: SecretStr) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SettingsError(NO_ADDRESS) from None
    if ":" in parts.netloc.rpartition("@")[0]:
        raise SettingsError(
            "DZE_REDIS_PASSWORD: there is a password in DZE_REDIS_URL already; leave one out."
        )
    user, _, host = parts.netloc.rpartition("@")
    login = f"{user}:{quote(password.get_secret_value(), safe='')}"
    return f"{parts.scheme}://{login}@{host}{url.partition('://')[2][len(parts.netloc) :]}"


SettingsT = TypeVar("SettingsT", bound=Settings)


def load(model: type[SettingsT], *, unread: Collection[str] = (), **overrides: Any) -> SettingsT:
    """Read the settings. Raises SettingsError with one line that names the setting.

    `unread`: secrets whose files are left alone.
    """
    _refuse_unknown(model)
    try:
        settings = model(**(_from_files(unread) | overrides))
    except ValidationError as error:
        first = error.errors()[0]
        where = "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{PREFIX}{where}: {first['msg']}") from None
    except UnparsedError as error:
        field = re.search(r'field "(\w+)"', str(error))
        where = field[1].upper() if field else "..."
        raise SettingsError(f"{PREFIX}{where}: must be JSON") from None
    if settings.key is not None and len(settings.key.get_secret_value()) < KEY_LEAST:
        raise SettingsError(f"DZE_KEY needs at least {KEY_LEAST} characters; `dze key` makes one.")
    if settings.redis_password is not None and settings.redis_url is None:
        raise SettingsError("DZE_REDIS_PASSWORD is set without DZE_REDIS_URL; the embedded Redis has none.")
    return settings


def _from_files(unread: Collection[str]) -> dict[str, str]:
    """Values of secrets named by `DZE_..._FILE`. An empty file counts as not set, like an empty value.

    A secret that stands in the environment itself is not looked for in a file.
    """
    found = {}
    for name in SECRETS:
        if name in unread:
            continue
        path = None if os.environ.get(name) else named(f"{name}_FILE")
        if path and (value := _text(f"{name}_FILE", Path(path)).strip()):
            found[name.removeprefix(PREFIX).lower()] = value
    return found


def _text(name: str, path: Path) -> str:
    """What a file says. Raises SettingsError, which does not show it."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{name}: cannot read {path}: {error.strerror}") from None
    except ValueError:
        raise SettingsError(f"{name}: {path} is not a text file in UTF-8") from None


def _refuse_unknown(model: type[Settings]) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in model.model_fields} | {f"{name}_FILE" for name in SECRETS}
    known |= SERVICE_SETTINGS
    for name in sorted(_all_named()):
        if name not in known and not name.startswith("DZE_TEST_"):
            raise SettingsError(f"{name} is not a setting; see the list in docs/settings.md.")


def _all_named() -> set[str]:
    return {name for name in os.environ if name.startswith(PREFIX)} | set(_dotenv())


def named(name: str) -> str | None:
    """What the environment or the `.env` file says of a setting, None where it is not set or empty."""
    return os.environ.get(name) or _dotenv().get(name)


def _dotenv() -> dict[str, str]:
    """The settings in the `.env` file. Raises SettingsError where there is one that cannot be read."""
    from dotenv import dotenv_values  # noqa: PLC0415

    path = Path(ENV_FILE)
    try:
        there = path.is_file()
    except OSError as error:  # a working directory that this user may not enter
        raise SettingsError(f"cannot look for {path.absolute()}: {error.strerror}") from None
    values = dotenv_values(stream=StringIO(_text(ENV_FILE, path))) if there else {}
    return {name: value for name, value in values.items() if value and re.match(PREFIX, name)}
