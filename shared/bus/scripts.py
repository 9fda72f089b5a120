"""The Lua scripts, loaded from beside this file and called by their hash."""

from functools import cache
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript


@cache
def _source(name: str) -> str:
    return files(__package__).joinpath(f"{name}.lua").read_text(encoding="utf-8")


class Scripts:
    """`await scripts.run("commit", keys, args)`; loads the script again when Redis has forgotten it."""

    def __init__(self, redis: Redis) -> None:
        names = ("commit", "lease", "renew", "release", "members", "trim", "read")
        self._scripts: dict[str, AsyncScript] = {name: redis.register_script(_source(name)) for name in names}

    async def run(self, name: str, keys: list[Any], args: list[Any]) -> Any:
        return await self._scripts[name](keys=keys, args=args)
