"""Dates and times of day on pages: those of the city, wherever the server is."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from services.gateway.settings import GatewaySettings
from shared.settings import Settings
from tests.gateway import Site, added, listing, listing_id, running


@pytest.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    chosen = GatewaySettings(
        redis_url=settings.redis_url, key=settings.key, data=settings.data, _env_file=None
    )
    async with running(chosen) as site:
        yield site


@pytest.mark.parametrize(
    ("moment", "day", "words"),
    [
        ("2027-12-31T20:59:59Z", "2027-12-31", "31 снежня 2027"),
        ("2027-12-31T21:00:00Z", "2028-01-01", "1 студзеня 2028"),
        ("2028-02-28T22:30:00Z", "2028-02-29", "29 лютага 2028"),
        ("0001-01-01T00:00:00Z", "0001-01-01", "1 студзеня 1"),
    ],
)
async def test_dates_are_those_of_the_city(site: Site, moment: str, day: str, words: str) -> None:
    at = datetime.fromisoformat(moment)
    await site.publish(added(listing(1, updated_at=at, checked_at=at, dead_since=at)))
    page = (await site.http.get(f"/listings/{listing_id(1)}", params={"lang": "be"})).text
    assert page.replace("\u00a0", " ").count(words) == 3
    assert page.count(f'datetime="{day}"') == 2
