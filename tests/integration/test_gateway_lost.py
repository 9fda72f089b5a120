"""Redis comes back with less than it had: what the gateway loads then is no news, and readers are told."""

from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from services.gateway.domain.readmodel import ReadModel
from services.gateway.settings import GatewaySettings
from shared.contracts.registry import DIRECTORY_CHANGED
from tests.conftest import KEY, eventually
from tests.gateway import Site, added, listing, running

SNAPSHOTS = [DIRECTORY_CHANGED.snapshot_key(partition) for partition in range(8)]


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> GatewaySettings:
    return GatewaySettings(redis_url=redis_url, key=KEY, data=tmp_path, _env_file=None)


def go_back_to(kept: dict[str, bytes], client: Redis) -> None:
    """As after a restart with what was on disk: no streams, an older snapshot, every connection broken."""
    everything = client.pipeline(transaction=True)
    everything.flushdb()
    for key, value in kept.items():
        everything.restore(key, 0, value)
    everything.execute()
    client.client_kill_filter(_type="normal", skipme=True)


async def test_what_is_loaded_after_a_loss_is_no_news_and_readers_load_everything(
    settings: GatewaySettings, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[bool] = []
    load = ReadModel.load

    def watched(model: ReadModel, bodies: list[bytes]) -> Any:
        loads.append(site.gateway.feed.live)
        return load(model, bodies)

    async with running(settings) as site:
        with Redis.from_url(redis_url) as client:
            await site.publish(*(added(listing(number)) for number in range(20)))
            kept = {key: value for key in SNAPSHOTS if isinstance(value := client.dump(key), bytes)}
            await site.publish(added(listing(99)))
            monkeypatch.setattr(ReadModel, "load", watched)
            feed, before = site.gateway.feed, site.gateway.feed.now
            with feed.reading(None) as reader:
                go_back_to(kept, client)
                await eventually(lambda: reader.missed)
                assert await reader.take(0.01) == []
        assert loads
        assert not any(loads), "what is loaded is no news"
        assert feed.live
        assert site.gateway.model.totals().listings == 20
        await _goes_on(site, before)


async def _goes_on(site: Site, before: str) -> None:
    feed = site.gateway.feed
    with feed.reading(before) as reader:
        assert reader.missed, "its numbers were those of another model"
    with feed.reading(None) as reader:
        await site.publish(added(listing(100)))
        (change,) = await reader.take(60)
        assert change.event.listing_id == listing(100).id
