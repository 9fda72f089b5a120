"""A link that is hidden is nowhere: on no page, in no print, file or answer; nor is it found by a search."""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from services.gateway.api.changes import _changed
from services.gateway.feed import Change
from services.gateway.mirror import keeper
from services.gateway.settings import GatewaySettings
from services.gateway.web.i18n import LANGUAGES, texts
from shared.clock import now
from shared.contracts.directory import AreaChanged
from shared.contracts.listings import Area, Link, Listing
from shared.settings import Settings
from tests.conftest import eventually
from tests.gateway import MOMENT, Site, added, listing, listing_id, running

NAME = "secret_yard"
WORDS = f"Нас шмат: https://t.me/{NAME}, @{NAME.upper()}, {NAME}.t.me, tg://resolve?domain={NAME}&x=1"
HIDDEN, DEAD, SHOWN = listing_id(1), listing_id(2), listing_id(3)
FILLED = {
    "area_id": "savecki", "name": "wrw", "slug": "safety", "language": "be", "z": "15", "x": "18892",
    "y": "10592", "receipt": "a" * 26, "version": "0",
}  # fmt: skip
APART = {"/api/v1/changes", "/mirror", "/mirror.zip"}
"""What never ends, or is not there at once; each has a test of its own."""


def taken(**values: Any) -> Listing:
    """A listing whose name another chat has."""
    link = Link(kind="username", value=NAME)
    usual = {"name": f"@{NAME}", "description": WORDS, "areas": ("savecki",), "link_hidden_since": now()}
    return listing(1, link=link, **(usual | values))


@pytest.fixture
async def site(settings: Settings, tmp_path: Path) -> AsyncIterator[Site]:
    chosen = GatewaySettings(
        redis_url=settings.redis_url, key=settings.key, data=tmp_path, public_url="http://dze.test",
        _env_file=None,
    )  # fmt: skip
    async with running(chosen) as site:
        ring = [(27.4, 53.85), (27.7, 53.85), (27.7, 53.95), (27.4, 53.85)]
        area = Area(id="savecki", level="district", names={"be": "Савецкі раён"}, polygon=[[ring]])
        dead = {"link": Link(kind="username", value=f"{NAME}_2"), "dead_since": MOMENT}
        await site.publish(
            AreaChanged(area_id=area.id, area=area, changed_at=MOMENT),
            added(taken()),
            added(listing(2, name="Памёр", areas=("savecki",), **dead)),
            added(listing(3, name="Жывы", areas=("savecki",))),
        )
        yield site


def routes(part: Any) -> Iterator[str]:
    """Paths of everything that answers GET, also of routers within routers."""
    for one in part.routes:
        if (inner := getattr(one, "original_router", None)) is not None:
            yield from routes(inner)
        elif isinstance(one, Route) and "GET" in (one.methods or ()):
            yield one.path


def addresses(site: Site, listing: str) -> list[str]:
    """Every address of the gateway, filled in for a listing."""
    filled = FILLED | {"listing_id": listing}
    transport: Any = site.http._transport
    paths = [path.replace(":path", "") for path in routes(transport.app) if path not in APART]
    asked = {
        "/oembed": f"?url=http://dze.test/listings/{listing}",
        "/submit": f"?action=change&listing={listing}",
        "/api/v1/clusters": "?zoom=19",
        "/api/v1/search": "?q=жывы",
        "/api/v1/suggest": "?q=жывы",
    }
    return [path.format_map(filled) + asked.get(path, "") for path in paths]


@pytest.mark.parametrize("listing", [HIDDEN, DEAD])
async def test_no_address_gives_a_link_that_is_not_shown(site: Site, listing: str) -> None:
    asked = addresses(site, listing)
    assert len(asked) > 40
    for address in asked:
        answer = await site.http.get(address)
        assert answer.status_code < 500, address
        assert NAME.encode() not in answer.content.lower(), address
        assert "location" not in answer.headers or "t.me" not in answer.headers["location"], address


@pytest.mark.parametrize("path", ["qr.svg", "poster", "poster.pdf"])
async def test_there_is_nothing_to_print_of_it_and_the_page_says_why(site: Site, path: str) -> None:
    for one in (HIDDEN, DEAD):
        answer = await site.http.get(f"/listings/{one}/{path}?lang=en")
        assert answer.status_code == 404
        if path != "qr.svg":
            assert "nothing to print" in answer.text
    assert (await site.http.get(f"/listings/{SHOWN}/{path}")).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_listing_stays_on_map_and_list_and_says_that_its_link_is_checked(
    site: Site, language: str
) -> None:
    words = texts(language)
    page = (await site.http.get(f"/listings/{HIDDEN}", params={"lang": language})).text
    assert words["listing.link_hidden"] in page
    assert words["listing.open"] not in page
    assert "/submit?" in page
    assert words["listing.open"] in (await site.http.get(f"/listings/{SHOWN}?lang={language}")).text
    for path in ("/", "/list", "/areas/savecki"):
        text = (await site.http.get(path, params={"lang": language})).text
        assert f"/listings/{HIDDEN}" in text, path
        assert words["listing.link_checked"] in text, path
    dead = (await site.http.get(f"/listings/{DEAD}", params={"lang": language})).text
    assert words["listing.dead"].partition("(")[0] in dead
    assert words["listing.open"] not in dead


async def test_it_cannot_be_found_by_its_link_and_programs_are_told_why_there_is_none(site: Site) -> None:
    for path in ("listings", "clusters"):
        found = (await site.http.get(f"/api/v1/{path}", params={"q": NAME, "zoom": 12})).json()
        assert found["features"] == []
    for path in ("search", "suggest"):
        text = (await site.http.get(f"/api/v1/{path}", params={"q": NAME})).text
        assert HIDDEN not in text
    properties = (await site.http.get(f"/api/v1/listings/{HIDDEN}")).json()["properties"]
    assert properties["link"] is None
    assert properties["link_hidden_since"] is not None
    assert properties["name"] == "@…"
    dead = (await site.http.get(f"/api/v1/listings/{DEAD}")).json()["properties"]
    assert (dead["link"], dead["link_hidden_since"]) == (None, None)
    columns = (await site.http.get("/api/v1/listings.columns")).json()
    row = columns["id"].index(HIDDEN)
    assert (columns["link"][row], columns["hidden"]) == (None, [row])


async def test_a_link_that_is_shown_again_is_everywhere_again(site: Site) -> None:
    await site.publish(added(taken(revision=2, link_hidden_since=None)))
    assert f"https://t.me/{NAME}" in (await site.http.get(f"/listings/{HIDDEN}")).text
    assert (await site.http.get(f"/listings/{HIDDEN}/qr.svg")).status_code == 200
    found = (await site.http.get("/api/v1/listings", params={"q": NAME})).json()
    assert {one["id"] for one in found["features"]} == {HIDDEN}
    await site.publish(added(taken(revision=3)))
    assert (await site.http.get(f"/listings/{HIDDEN}/qr.svg")).status_code == 404


async def test_live_changes_carry_no_hidden_link(site: Site) -> None:
    told = _changed(site.gateway.feed, Change(1, added(taken(revision=2))))
    assert NAME.encode() not in told.lower()
    assert json.loads(told.partition(b"data: ")[2])["listing"]["properties"]["link"] is None


async def test_a_snapshot_is_loaded_without_hidden_links(site: Site) -> None:
    model = site.gateway.model
    model.forget_listings()
    model.load([added(taken()).model_dump_json().encode(), added(listing(3)).model_dump_json().encode()])
    found = model.listing(HIDDEN)
    assert found is not None
    assert (found.link, found.name) == (None, "@…")
    assert model.hidden.keys() == {HIDDEN}


async def zipped(site: Site) -> bytes | None:
    answer = await site.http.get("/mirror.zip")
    if answer.status_code != 200:
        return None
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.timeout(240)
async def test_a_mirror_that_has_a_link_is_offered_no_more_when_the_link_is_hidden(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "SOON", 0.0)
    await site.publish(added(taken(revision=2, link_hidden_since=None)))
    first: bytes = await eventually(lambda: zipped(site))
    assert f"https://t.me/{NAME}".encode() in first
    await site.publish(added(taken(revision=3)))
    while (offered := await zipped(site)) is None:
        assert "/mirror" in (await site.http.get("/mirror")).text
    assert NAME.encode() not in offered.lower()
    assert texts("en")["mirror.link_hidden"].encode() in offered


async def test_an_operators_mirror_that_is_older_than_a_hidden_link_is_not_offered(
    site: Site, tmp_path: Path
) -> None:
    kept = keeper.Keeper(site.gateway)
    written = now().timestamp()
    found = keeper.Offered(tmp_path, written, 1, "", MOMENT.date(), MOMENT.date(), 1, "")
    assert not kept._is_younger(found)
    await site.publish(added(taken(revision=2, link_hidden_since=now() - timedelta(hours=1))))
    assert kept._is_younger(found)
