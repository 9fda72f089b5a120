"""The ground beneath the listings, as the gateway draws it."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from defusedxml.ElementTree import fromstring

from services.directory.exchange import import_areas
from services.directory.exchange.published import snapshot
from services.directory.sample import AREAS, GROUND
from services.gateway.settings import GatewaySettings
from shared.contracts.directory import AreaChanged
from shared.contracts.ground import Ground, GroundChanged
from shared.contracts.listings import Area
from shared.contracts.registry import GROUND_CHANGED
from shared.settings import Settings
from tests.conftest import eventually
from tests.gateway import MOMENT, Site, running
from tests.integration.test_directory_service import directory
from tests.vector import LINE, POLYGON, WORLD, archive, tile

RING = [(27.5, 53.88), (27.62, 53.88), (27.62, 53.92), (27.5, 53.92), (27.5, 53.88)]
LAKE = Ground(id="lake", kind="water", rank=1, polygon=[[RING]])
HERE = "be/10/590/329"
"""The tile around the centre of the city, for a map of zoom 11."""


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    chosen = GatewaySettings(
        redis_url=settings.redis_url, key=settings.key, data=settings.data, _env_file=None
    )
    async with running(chosen) as made:
        yield made


async def lay(site: Site, *pieces: Ground) -> None:
    before = site.gateway.ground.version
    await site.gateway.bus.publish(
        *(GroundChanged(ground_id=piece.id, ground=piece, changed_at=MOMENT) for piece in pieces)
    )
    await eventually(lambda: site.gateway.ground.version != before)


async def test_the_map_without_scripts_shows_images_that_are_there(site: Site) -> None:
    await lay(site, LAKE)
    page = fromstring(_drawing((await site.http.get("/")).text))
    images = [
        each.get("href")
        for each in page.iter()
        if each.tag.endswith("image") and "/ground/" in each.get("href")
    ]
    assert 1 <= len(images) <= 9
    bodies = [await site.http.get(href) for href in images]
    assert all(body.headers["content-type"].startswith("image/svg+xml") for body in bodies)
    assert any('class="k5"' in body.text for body in bodies), "the lake is in none of them"
    assert not [each for each in page.iter() if each.get("class") == "graticule"]


async def test_without_anything_to_draw_rings_and_a_graticule_take_its_place(site: Site) -> None:
    page = fromstring(_drawing((await site.http.get("/")).text))
    assert {"graticule", "rings"} <= {each.get("class") for each in page.iter()}


async def test_a_piece_that_changes_is_drawn_anew_under_another_address(site: Site) -> None:
    await lay(site, LAKE)
    first = await site.http.get(f"/ground/{HERE}.svg")
    kept = {"If-None-Match": first.headers["etag"]}
    assert (await site.http.get(f"/ground/{HERE}.svg", headers=kept)).status_code == 304
    version = site.gateway.ground.version
    assert f"?v={version}" in (await site.http.get("/")).text
    await lay(site, LAKE.model_copy(update={"polygon": [[[(x + 0.01, y) for x, y in RING]]]}))
    again = await site.http.get(f"/ground/{HERE}.svg", headers=kept)
    assert again.status_code == 200
    assert again.text != first.text
    assert f"?v={version}" not in (await site.http.get("/")).text


async def test_an_image_may_hold_a_style_and_nothing_else(site: Site) -> None:
    policy = (await site.http.get(f"/ground/{HERE}.svg")).headers["content-security-policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@pytest.mark.parametrize(
    "path",
    ["be/0/1/0.svg", "be/-1/0/0.svg", "be/18/0/0.svg", "xx/1/0/0.svg", "xx/names.json", "be/1/0/a.svg"],
)
async def test_what_is_no_tile_is_not_found(site: Site, path: str) -> None:
    assert (await site.http.get(f"/ground/{path}")).status_code in {404, 422}


async def test_names_of_areas_come_with_their_middle_and_width(site: Site) -> None:
    area = Area(id="a", level="district", names={"be": "Раён", "ru": "Район"}, polygon=[[RING]])
    await site.publish(AreaChanged(area_id="a", area=area, changed_at=MOMENT))
    assert (await site.http.get("/ground/ru/names.json")).json() == [["Район", "district", 53.9, 27.56, 0.12]]


async def test_the_place_is_picked_on_the_same_ground_within_one_image(site: Site) -> None:
    await lay(site, LAKE)
    body = await site.http.get("/submit")
    start = body.text.index("data:image/svg+xml;base64,")
    drawn = base64.b64decode(body.text[start:].split('"', 1)[0].split(",", 1)[1]).decode()
    assert 'class="k5"' in drawn
    assert not [each for each in fromstring(drawn).iter() if each.tag.endswith("image")]


async def test_a_vector_basemap_is_drawn_by_the_server(settings: Settings, tmp_path: Path) -> None:
    road = (LINE, {"kind": "highway", "name": "Кальцо"}, [[(0, 2048), (4096, 2048)]])
    body = tile({"water": [(POLYGON, {"kind": "lake"}, WORLD)], "roads": [road]})
    path = archive(tmp_path / "city.pmtiles", {(10, 590, 329): body})
    chosen = GatewaySettings(
        redis_url=settings.redis_url, key=settings.key, data=settings.data, basemap=str(path), _env_file=None
    )
    async with running(chosen) as site:
        assert f"/ground/{HERE}.svg?v=" in (await site.http.get("/")).text
        drawn = (await site.http.get(f"/ground/{HERE}.svg")).text
        assert 'class="k5" d="M0 0l1024 0 0 1024-1024 0z"' in drawn
        assert 'class="k10"' in drawn
        assert '<path class="k5"' not in (await site.http.get("/ground/be/10/0/0.svg")).text
        nearer = (await site.http.get("/ground/be/12/2361/1318.svg")).text
        assert 'class="k5"' in nearer
        assert 'class="k10"' in nearer or 'href="#s10"' in nearer


async def test_the_sample_is_taken_in_once(bus_factory: Any, nothing_pending: Any, tmp_path: Path) -> None:
    both = tmp_path / "both.geojson"
    features = [
        each for path in (AREAS, GROUND) for each in json.loads(path.read_text(encoding="utf-8"))["features"]
    ]
    odd = {"type": "Feature", "properties": {"kind": "park"}, "geometry": None}
    both.write_text(json.dumps({"type": "FeatureCollection", "features": [*features, odd]}), encoding="utf-8")
    async with directory(bus_factory) as bus:
        report = await import_areas(bus, both)
        assert (report.added, report.changed, report.unchanged) == (len(features), 0, 0)
        assert [(each.number, each.code) for each in report.skipped] == [
            (len(features) + 1, "ground.not_drawn")
        ]
        again = await import_areas(bus, both)
        assert (again.added, again.changed, again.unchanged) == (0, 0, len(features))
        known = {event.ground_id async for event in snapshot(bus, GROUND_CHANGED)}
        assert len(known) == len(json.loads(GROUND.read_text(encoding="utf-8"))["features"])


def _drawing(page: str) -> str:
    start = page.index('<svg class="drawn"')
    return page[start : page.index("</svg>", start) + len("</svg>")]
