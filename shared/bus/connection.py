"""Redis connections that pack commands in C.

redis-py's asyncio connections read with hiredis and write with Python, and a commit of a batch has thousands
of arguments: packing them took a third of a handler's time.
"""

from typing import Any

import hiredis
from redis.asyncio import Redis
from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import DataError


class _Packed:
    def pack_command(self, *args: Any) -> list[bytes]:
        """One command as bytes; a name of two words (`XINFO GROUPS`) goes as two. Raises DataError."""
        name, rest = args[0], args[1:]
        words = name.encode().split() if isinstance(name, str) else name.split()
        try:
            return [hiredis.pack_command((*words, *rest))]
        except TypeError as error:
            raise DataError(str(error)) from None


class _Tcp(_Packed, Connection):
    pass


class _Tls(_Packed, SSLConnection):
    pass


class _Unix(_Packed, UnixDomainSocketConnection):
    pass


_PACKED = {Connection: _Tcp, SSLConnection: _Tls, UnixDomainSocketConnection: _Unix}


def packed(redis: "Redis") -> "Redis":
    """The same client, whose new connections pack in C."""
    pool: Any = redis.connection_pool
    pool.connection_class = _PACKED.get(pool.connection_class, pool.connection_class)
    return redis
