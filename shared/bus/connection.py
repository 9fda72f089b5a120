"""redis-py's client over one shared line, and connections that pack commands in C.

redis-py's asyncio connections read with hiredis and write with Python, and a commit of a batch has thousands
of arguments: packing them took a third of a handler's time.
"""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import RedisError, ResponseError

from shared.bus.line import Line, pack

PLAIN = frozenset(
    """GET SET MGET MSET DEL UNLINK EXISTS EXPIRE PEXPIRE TTL PTTL INCR INCRBY PING TIME EVALSHA
    HGET HSET HMGET HGETALL HDEL HLEN HINCRBY HKEYS HVALS HEXISTS SADD SREM SMEMBERS SISMEMBER SMISMEMBER
    SCARD ZADD ZREM ZRANGE ZRANGEBYSCORE ZCARD ZCOUNT ZSCORE ZMSCORE LPUSH RPUSH LRANGE LLEN LTRIM
    XADD XACK XLEN XRANGE XREVRANGE XDEL XPENDING XCLAIM""".split()  # noqa: SIM905 - a word list
)
"""Commands that neither wait nor change the connection they come on."""
ANSWER_SECONDS = 5.0
"""Longer than anybody lets a command wait."""
Staged = tuple[tuple[Any, ...], dict[str, Any]]
"""A command and what redis-py needs to read its answer."""


class Shared(Redis):
    """A redis-py client whose plain commands share one line; all others go by redis-py's own pool."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        pool: Any = self.connection_pool
        pool.connection_class = _PACKED.get(pool.connection_class, pool.connection_class)
        self._seconds: float = pool.connection_kwargs.get("socket_timeout") or ANSWER_SECONDS
        self._line = Line(pool, self._seconds)
        self._apart: list[Line] = []

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Raises as redis-py does; what was sent when the line broke may or may not be done."""
        if args[0] == "XREAD":
            found = await self._ask_apart(args)
        elif args[0] in PLAIN:
            found = await self._line.ask(args)
        else:
            own: Any = super().execute_command
            return await own(*args, **options)
        answer = self._read(args[0], found, options)
        if isinstance(answer, RedisError):
            raise answer
        return answer

    async def _ask_apart(self, words: tuple[Any, ...]) -> Any:
        """A command that may wait, on a line that is its own meanwhile. One given up takes its line along."""
        line = self._apart.pop() if self._apart else Line(self.connection_pool, self._seconds)
        try:
            answer = await line.ask(words)
        except BaseException:
            await line.close()
            raise
        self._apart.append(line)
        return answer

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        """Without a transaction, plain commands go out on the shared line."""
        if transaction or shard_hint:
            return super().pipeline(transaction, shard_hint)
        return _Together(self)

    async def together(self, commands: Sequence[Staged]) -> list[Any]:
        """Answers to plain commands in one write; a refusal stands in the place of its answer."""
        answers = await self._line.ask_all(words for words, _ in commands)
        return [
            self._read(words[0], answer, options)
            for (words, options), answer in zip(commands, answers, strict=True)
        ]

    def _read(self, name: str, answer: Any, options: dict[str, Any]) -> Any:
        """The answer as redis-py would give it."""
        read: Any = self.response_callbacks.get(name)
        if read is None or isinstance(answer, RedisError):
            return answer
        options.pop("keys", None)  # for redis-py's cache only
        return read(answer, **options)

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        for line in (self._line, *self._apart):
            await line.close()
        await super().aclose(close_connection_pool)


class _Together(Pipeline):
    """A pipeline of redis-py's that goes out on the shared line when all its commands are plain."""

    def __init__(self, client: Shared) -> None:
        super().__init__(
            client.connection_pool, client.response_callbacks, transaction=False, shard_hint=None
        )
        self._client = client

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        staged: Any = self.command_stack
        special = self.scripts or self.watching or self.explicit_transaction
        if special or any(words[0] not in PLAIN for words, _ in staged):
            return await super().execute(raise_on_error)
        self.command_stack = []
        answers = await self._client.together(staged)
        for answer in answers:
            if isinstance(answer, RedisError) and (raise_on_error or not isinstance(answer, ResponseError)):
                raise answer
        return answers


class _Packed:
    def pack_command(self, *args: Any) -> list[bytes]:
        return [pack(args)]


class _Tcp(_Packed, Connection):
    pass


class _Tls(_Packed, SSLConnection):
    pass


class _Unix(_Packed, UnixDomainSocketConnection):
    pass


_PACKED = {Connection: _Tcp, SSLConnection: _Tls, UnixDomainSocketConnection: _Unix}
