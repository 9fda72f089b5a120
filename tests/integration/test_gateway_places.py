"""Search, suggestions and areas of a running gateway, from what the directory publishes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.gateway.settings import GatewaySettings
from shared.contracts.directory import AreaChanged
from shared.contracts.listings import Area
from shared.contracts.streets import Street, StreetChanged
from tests.conftest import KEY, eventually
from tests.gateway import MOMENT, Site, added, listing, removed, running


def ring(west: float, south: float, east: float, north: float) -> list[list[list[tuple[float, float]]]]:
    return [[[(west, south), (east, south), (east, north), (west, north), (west, south)]]]


CITY = Area(id="minsk", level="city", names={"be": "Мінск"}, polygon=ring(27.4, 53.8, 27.8, 54.0))
EAST = Area(
    id="east",
    level="district",
    names={"be": "Усход", "ru": "Восток"},
    parent="minsk",
    polygon=ring(27.6, 53.8, 27.8, 54.0),
)
WEST = Area(
    id="west", level="district", names={"be": "Захад"}, parent="minsk", polygon=ring(27.4, 53.8, 27.6, 54.0)
)
STREET = Street(
    id="street-surhanaua",
    type="street",
    names={"be": "вуліца Сурганава", "ru": "улица Сурганова"},
    houses=(("2", 53.9, 27.65), ("12", 53.91, 27.65)),
)


@pytest.fixture
async def site(redis_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    settings = GatewaySettings(redis_url=redis_url, key=KEY, data=tmp_path, _env_file=None)
    async with running(settings) as site:
        await site.publish(
            *(AreaChanged(area_id=a.id, area=a, changed_at=MOMENT) for a in (CITY, EAST, WEST))
        )
        await site.publish(
            added(
                listing(
                    1, name="Двор", lat=53.9101, lon=27.6501, members=50, areas=("minsk", "east", STREET.id)
                )
            ),
            added(listing(2, name="Суседзі", lat=53.85, lon=27.7, kind="channel", areas=("minsk", "east"))),
            added(listing(3, name="Захад", lat=53.9, lon=27.45, members=20, areas=("minsk", "west"))),
        )
        await site.gateway.bus.publish(StreetChanged(street_id=STREET.id, street=STREET, changed_at=MOMENT))
        await eventually(lambda: len(site.gateway.search.streets) == 1)
        yield site


async def get(site: Site, path: str) -> dict[str, Any]:
    answer = await site.http.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_address_is_found_with_the_listings_around_it(site: Site) -> None:
    found = (await get(site, "/search?q=ул.+Сурганова,+д.12"))["features"]
    assert [each["properties"]["type"] for each in found] == ["address", "listing"]
    assert found[0]["properties"]["names"]["be"] == "вуліца Сурганава, 12"
    assert found[0]["geometry"]["coordinates"] == [27.65, 53.91]
    assert found[1]["properties"]["nearby"]
    assert found[1]["properties"]["metres"] < 20


async def test_suggestions_lead_somewhere(site: Site) -> None:
    told = (await get(site, "/suggest?q=сург"))["suggestions"]
    assert [(each["type"], each["page"]) for each in told] == [
        ("street", "/areas/street-surhanaua"),
        ("listing", "/listings/" + listing(1).id),
    ] or told[0]["type"] == "street"
    (door,) = [
        e for e in (await get(site, "/suggest?q=сурганава+12"))["suggestions"] if e["type"] == "address"
    ]
    assert door["page"] == "/?at=53.91000,27.65000,17"


async def test_an_area_tells_its_numbers_its_path_and_its_neighbours(site: Site) -> None:
    east = (await get(site, "/areas/east"))["properties"]
    assert (east["listings"], east["members"], east["kinds"]) == (2, 50, {"group": 1, "channel": 1})
    assert (east["path"], east["areas"], east["neighbours"]) == (["minsk"], [], ["west", STREET.id])
    street = (await get(site, f"/areas/{STREET.id}"))["properties"]
    assert (street["path"], street["listings"], street["houses"]) == (["minsk", "east"], 1, ["2", "12"])


async def test_areas_filter_lists_and_clusters_and_streets_are_areas(site: Site) -> None:
    assert (await get(site, "/listings?area=east"))["total"] == 2
    assert (await get(site, f"/listings?area={STREET.id}"))["total"] == 1
    assert (await get(site, "/clusters?zoom=5&area=east"))["total"] == 2
    assert [each["id"] for each in (await get(site, "/areas"))["features"]] == ["minsk", "east", "west"]
    assert [each["id"] for each in (await get(site, "/areas?level=street"))["features"]] == [STREET.id]
    assert [each["id"] for each in (await get(site, "/areas?parent=minsk"))["features"]] == ["east", "west"]


async def test_what_lies_just_outside_the_view_is_told(site: Site) -> None:
    inside = await get(site, "/listings?bbox=27.6,53.88,27.8,53.95")
    assert (inside["total"], inside["outside"]) == (1, 2)
    assert (await get(site, "/listings"))["outside"] is None
    assert (await get(site, "/listings?bbox=-180,-90,180,90"))["outside"] == 0


async def test_what_goes_is_found_no_more(site: Site) -> None:
    await site.publish(removed(listing(2)))
    assert (await get(site, "/search?q=Суседзі"))["features"] == []
    await site.gateway.bus.publish(StreetChanged(street_id=STREET.id, changed_at=MOMENT))
    await eventually(lambda: len(site.gateway.search.streets) == 0)
    assert (await site.http.get(f"/api/v1/areas/{STREET.id}")).status_code == 404


@pytest.mark.parametrize(
    "text", ["%00", "%F0%9F%8F%A0", "a" * 200, "%2e%2a%5b", "%E2%80%AE", "%D7%A9", "1", "%25"]
)
async def test_hostile_questions_get_an_answer(site: Site, text: str) -> None:
    for path in ("search", "suggest"):
        assert (await site.http.get(f"/api/v1/{path}?q={text}")).status_code == 200


@pytest.mark.parametrize(
    "path", ["/search?q=", "/suggest", "/suggest?q=" + "a" * 201, "/suggest?q=a&limit=99", "/areas?level=x"]
)
async def test_bad_parameters_are_named(site: Site, path: str) -> None:
    assert (await site.http.get(f"/api/v1{path}")).status_code == 422


@pytest.mark.parametrize("area", ["none", "..", "a" * 300, "%00", "<script>"])
async def test_an_unknown_area_is_not_there(site: Site, area: str) -> None:
    assert (await site.http.get(f"/api/v1/areas/{area}")).status_code == 404
