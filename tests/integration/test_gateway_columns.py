"""The whole city in one answer: as columns, small, and the same listings as the pages have."""

import gzip
from collections.abc import AsyncIterator
from itertools import accumulate
from pathlib import Path

import pytest

from services.gateway.api import columns
from services.gateway.settings import GatewaySettings
from tests.conftest import KEY
from tests.gateway import MOMENT, Site, added, listing, running


@pytest.fixture
async def site(redis_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    settings = GatewaySettings(redis_url=redis_url, key=KEY, data=tmp_path, challenge_bits=4, _env_file=None)
    async with running(settings) as started:
        await started.publish(
            *(
                added(
                    listing(
                        number,
                        name=f"Двор {number} \u202e<b>'\"",
                        lat=round(53.9 + number % 7 * 0.0005, 6),
                        lon=round(27.5 + number * 0.0005, 6),
                        members=None if number % 3 else 20 + number,
                        members_below=20 if number % 3 else None,
                        areas=("minsk", f"minsk-{number % 4}") if number % 5 else (),
                        dead_since=MOMENT if number == 7 else None,
                        flag="wrw-linden" if number % 2 else "wrw",
                    )
                )
                for number in range(60)
            )
        )
        yield started


async def test_columns_hold_what_the_pages_do(site: Site) -> None:
    found = (await site.http.get("/api/v1/listings.columns")).json()
    pages = (await site.http.get("/api/v1/listings", params={"limit": 500})).json()
    assert found["total"] == pages["total"] == 60
    places = list(zip(accumulate(found["lon"]), accumulate(found["lat"]), strict=True))
    by_id = {one["id"]: one for one in pages["features"]}
    for row, listing_id in enumerate(found["id"]):
        feature = by_id.pop(listing_id)
        properties = feature["properties"]
        assert [edge / found["scale"] for edge in places[row]] == feature["geometry"]["coordinates"]
        assert found["name"][row] == properties["name"]
        link = found["link"][row]
        assert (f"https://t.me/{link}" if link else None) == properties["link"]
        assert (link is None) == (properties["dead_since"] is not None)
        assert found["members"][row] == properties["members"]
        assert found["kinds"][found["kind"][row]] == properties["kind"]
        assert found["flags"][found["flag"][row]] == properties["flag"]
        area = found["area"][row]
        assert (None if area is None else found["areas"][area]) == (properties["areas"] or [None])[-1]
        assert (row in found["gone"]) == (properties["dead_since"] is not None)
    assert not by_id
    assert found["members_below"] == 20


async def test_columns_are_filtered_like_everything_else(site: Site) -> None:
    query = {"bbox": "27.5,53.9,27.51,53.91", "q": "двор"}
    found = (await site.http.get("/api/v1/listings.columns", params=query)).json()
    pages = (await site.http.get("/api/v1/listings", params=query)).json()
    assert sorted(found["id"]) == sorted(one["id"] for one in pages["features"])
    empty = (await site.http.get("/api/v1/listings.columns", params={"q": "няма"})).json()
    assert (empty["total"], empty["id"], empty["lat"], empty["members_below"]) == (0, [], [], None)


async def test_what_the_reader_has_is_not_sent_again(site: Site) -> None:
    first = await site.http.get("/api/v1/listings.columns")
    again = await site.http.get("/api/v1/listings.columns", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_too_many_are_refused_and_columns_are_smaller_than_geojson(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (await site.http.get("/api/v1/listings", params={"limit": 500})).content
    assert len(gzip.compress((await site.http.get("/api/v1/listings.columns")).content)) < len(whole)
    monkeypatch.setattr(columns, "LISTINGS_MOST", 59)
    refused = await site.http.get("/api/v1/listings.columns?bbox=-180,-90,180,90")  # not the kept answer
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert (await site.http.get("/api/v1/listings.columns", params={"bbox": "1,2,3"})).status_code == 422
