"""A plain client for the operators' commands."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.exceptions import RedisError

from cli.deployment import shown
from cli.errors import FAILED, MISUSED, Stop
from shared.login import login_refused
from shared.settings import NO_ADDRESS


@contextmanager
def client(url: str) -> Iterator[Redis]:
    """A client that is known to reach Redis. Raises Stop with one line when it does not."""
    try:
        connection = Redis.from_url(url, socket_timeout=30, socket_connect_timeout=3, protocol=2)
    except ValueError:
        raise Stop(NO_ADDRESS, MISUSED) from None
    with connection:
        try:
            connection.ping()
        except RedisError as error:
            if login_refused(error):
                raise Stop(f"Redis at {shown(url)} refuses the user or password", MISUSED) from None
            hint = "is it running, and is DZE_REDIS_URL right?"
            raise Stop(f"cannot reach Redis at {shown(url)}; {hint}", FAILED) from None
        yield connection
