"""The files for containers, as data."""

from pathlib import Path
from typing import Any

import yaml
from redis import Redis
from redis.exceptions import RedisError

ROOT = Path(__file__).parents[1]
COMPOSE = ROOT / "compose.yaml"
SERVICES = ("directory", "submissions", "moderation", "gateway")


def compose() -> dict[str, Any]:
    """compose.yaml, with its anchors resolved and `$$` as the container gets it."""
    text = COMPOSE.read_text(encoding="utf-8").replace("$$", "$")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def acl() -> list[str]:
    """What compose.yaml writes into Redis' access control list; `$hash` stands for the password's."""
    script = compose()["services"]["redis"]["command"][-1]
    lines = [line.strip().removeprefix("echo ") for line in script.splitlines()]
    return [line.strip('"') for line in lines if line.startswith('"user ')]


def kubernetes() -> list[dict[str, Any]]:
    """All objects of ops/kubernetes."""
    files = sorted((ROOT / "ops" / "kubernetes").glob("*.yaml"))
    return [one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


def answers(redis: Redis) -> bool:
    """Whether a Redis that has just been started takes commands."""
    try:
        return bool(redis.ping())
    except RedisError:
        return False
