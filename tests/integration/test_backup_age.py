"""What has a time to live grows old in a backup as well."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from cli.backup import _put_back, _records

HOUR = 3600


@pytest.mark.parametrize("year", [2024, 2038, 2040])
def test_what_is_kept_for_a_time_grows_old_in_a_backup_whatever_the_clock_of_redis(
    redis_url: str, year: int
) -> None:
    made = datetime(year, 2, 28, 23, 30, tzinfo=UTC)
    with Redis.from_url(redis_url) as redis:
        redis.set("moderation:{02}:kept", "x", ex=72 * HOUR)
        redis.set("directory:{02}:for:ever", "y")
        records = _records(redis, [b"moderation:{02}:kept", b"directory:{02}:for:ever"], made)
        redis.flushdb()
        assert _put_back(redis, records, made + timedelta(hours=70)) == 2
        assert HOUR < redis.ttl("moderation:{02}:kept") <= 2 * HOUR
        assert redis.ttl("directory:{02}:for:ever") == -1
        redis.flushdb()
        assert _put_back(redis, records, made + timedelta(hours=72)) == 1
        assert redis.keys() == [b"directory:{02}:for:ever"]
