"""Many reads in one round trip and one command: a pipeline of as many costs the client ten times as much."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis

from shared.bus.commit import Command

_SOURCE = files(__package__).joinpath("read.lua").read_text(encoding="utf-8")


class Reads:
    def __init__(self, redis: Redis) -> None:
        self._script: Any = redis.register_script(_SOURCE)

    async def __call__(self, commands: list[Command]) -> list[Any]:
        """The answers in order, as RESP2 gives them: hashes as flat lists, scores as bytes."""
        if not commands:
            return []
        args: list[Any] = []
        for command in commands:
            args.append(len(command))
            args.extend(command)
        return list(await self._script(args=args))


def hash_of(answer: list[bytes] | None) -> Mapping[bytes, bytes]:
    """HGETALL's answer."""
    return dict(zip(answer[::2], answer[1::2], strict=True)) if answer else {}


def scores_of(people: list[str], answer: list[bytes | None]) -> dict[str, float]:
    """ZMSCORE's answer."""
    return {person: float(score) for person, score in zip(people, answer, strict=True) if score is not None}
