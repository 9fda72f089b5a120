"""The gateway's API over a real Redis; requests go straight into the application."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.gateway.settings import GatewaySettings
from tests.conftest import KEY
from tests.gateway import Site, added, listing, removed, running


@pytest.fixture
async def site(redis_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    settings = GatewaySettings(redis_url=redis_url, key=KEY, data=tmp_path, challenge_bits=4, _env_file=None)
    async with running(settings) as started:
        yield started


async def test_the_model_catches_up_and_says_so(site: Site) -> None:
    ready = await site.http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "reasons": {}, "listings": 0}


async def test_a_listing_appears_changes_and_goes(site: Site) -> None:
    one = listing(1, members=25)
    await site.publish(added(one))
    found = (await site.http.get("/api/v1/listings")).json()
    assert found["total"] == 1
    assert found["features"][0]["geometry"]["coordinates"] == [27.56, 53.9]
    await site.publish(added(one.model_copy(update={"name": "Двор", "revision": 2})))
    assert (await site.http.get(f"/api/v1/listings/{one.id}")).json()["properties"]["name"] == "Двор"
    await site.publish(removed(one.model_copy(update={"revision": 2})))
    assert (await site.http.get(f"/api/v1/listings/{one.id}")).status_code == 404
