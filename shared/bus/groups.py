"""Groups are created at the beginning of a stream, before anyone publishes or reads."""

from collections.abc import Iterable

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from shared.contracts.base import AnyStream


async def ensure_group(redis: Redis, key: str, group: str) -> None:
    """Create the group at id 0, and the stream with it, unless it is there."""
    try:
        await redis.xgroup_create(key, group, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise


async def ensure_groups(redis: Redis, streams: Iterable[AnyStream]) -> None:
    """Create every registered group of these streams, so that none misses what is published from now on."""
    pairs = [(key, group) for stream in streams for key in stream.partitions() for group in stream.consumers]
    async with redis.pipeline(transaction=False) as pipe:
        for key, group in pairs:
            pipe.xgroup_create(key, group, id="0", mkstream=True)
        for answer in await pipe.execute(raise_on_error=False):
            if isinstance(answer, Exception) and "BUSYGROUP" not in str(answer):
                raise answer
