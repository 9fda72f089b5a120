"""One deployment, one key: data made with another `DZE_KEY` could neither be opened nor found again."""

from typing import Any

from redis.asyncio import Redis

from shared.keys import Keys
from shared.settings import SettingsError

FINGERPRINT = "bus:key"
"""A keyed hash that tells the deployment's key from others and gives nothing of it away."""


async def check_key(redis: Redis, keys: Keys) -> None:
    """Raises SettingsError when the data in this Redis was made with another key."""
    ours = keys.token("fingerprint", "dze").encode()
    stored: Any = await redis.set(FINGERPRINT, ours, nx=True, get=True)
    if stored is not None and stored != ours:
        raise SettingsError(
            "DZE_KEY is not the key with which the data in this Redis was made; nothing was changed."
        )
