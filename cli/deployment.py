"""Which Redis and which key a command works on: the configured one, the running embedded one, or its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from pydantic import SecretStr

from cli.errors import FAILED, Stop
from shared.server import EmbeddedRedis, ensure_key, running_url
from shared.settings import Settings, load

SERVICES = ("directory", "submissions", "moderation", "gateway")
"""In the order in which they are started and shown."""


def completed(settings: Settings, url: str) -> Settings:
    """Settings with the embedded Redis, and with its key unless another one is set."""
    key = settings.key or SecretStr(ensure_key(settings.data))
    return settings.model_copy(update={"redis_url": SecretStr(url), "key": key})


def running() -> Settings:
    """Settings of the deployment that now runs. Raises Stop when there is none."""
    settings = load(Settings)
    if settings.redis_url is not None:
        return settings
    if url := running_url(settings.data):
        return completed(settings, url)
    raise Stop(f"nothing runs on {settings.data}; start it with `dze up`, or set DZE_REDIS_URL", FAILED)


@contextmanager
def attended() -> Iterator[tuple[Settings, bool]]:
    """Settings of a deployment whose Redis answers, and whether it was running before.

    An embedded one that is at rest is started for as long as the command lasts.
    """
    settings = load(Settings)
    if settings.redis_url is not None:
        yield settings, True
    elif url := running_url(settings.data):
        yield completed(settings, url), True
    else:
        with EmbeddedRedis(settings.data) as server:
            yield completed(settings, server.url), False


def environment(settings: Settings) -> dict[str, str]:
    """The environment in which a service of this deployment runs."""
    secrets = {
        "DZE_REDIS_URL": settings.redis_url,
        "DZE_REDIS_PASSWORD": settings.redis_password,
        "DZE_KEY": settings.key,
    }
    told = {name: secret.get_secret_value() for name, secret in secrets.items() if secret is not None}
    return dict(os.environ) | told | {"DZE_DATA": str(settings.data.absolute())}


def shown(url: str) -> str:
    """A Redis URL for people to read, without its password."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return parts.path
    return f"{parts.scheme}://{parts.hostname}:{parts.port or 6379}{parts.path}"
