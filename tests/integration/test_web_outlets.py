"""What leaves the site for other programs and other sites: copies, feeds, exports, frames."""

import csv
import hashlib
import io
import json
import logging
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
import structlog
from defusedxml.ElementTree import fromstring

from services.gateway.app import create_app
from services.gateway.mirror.archive import public_key, signing_key
from services.gateway.mirror.verify import verify
from services.gateway.settings import GatewaySettings
from services.gateway.web.assets import ASSETS
from services.gateway.web.bundle import bundle
from services.gateway.web.offline import SHELL
from shared.bus import Bus
from shared.contracts.directory import AreaChanged
from shared.contracts.listings import Area
from shared.settings import Settings, SettingsError
from shared.telemetry import configure
from tests.conftest import eventually
from tests.gateway import MOMENT, Site, added, listing, listing_id, removed, running

HOSTILE = "\u202e]]></title><script>alert(1)</script>'\"{{7*7}}"
ATOM = "{http://www.w3.org/2005/Atom}"
ORIGIN = "https://dze.example"


@pytest.fixture
async def site(settings: Settings, tmp_path: Path) -> AsyncIterator[Site]:
    chosen = GatewaySettings(
        redis_url=settings.redis_url, key=settings.key, data=tmp_path, public_url=ORIGIN, _env_file=None
    )
    async with running(chosen) as site:
        ring = [(27.4, 53.85), (27.7, 53.85), (27.7, 53.95), (27.4, 53.85)]
        area = Area(id="savecki", level="district", names={"be": "Савецкі раён"}, polygon=[[ring]])
        await site.publish(
            AreaChanged(area_id=area.id, area=area, changed_at=MOMENT),
            added(listing(1, name="Плошча Перамен", members=4312, areas=("savecki",))),
            added(listing(2, name=HOSTILE, description="\x0b" + HOSTILE)),
        )
        yield site


async def test_a_feed_names_what_was_added_and_hostile_names_are_text(site: Site) -> None:
    answer = await site.http.get("/feed.atom?lang=en")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = fromstring(answer.text)
    assert {entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")} == {
        "Плошча Перамен",
        HOSTILE,
    }
    assert all(
        entry.findtext(f"{ATOM}id").startswith(f"{ORIGIN}/listings/") for entry in root.iter(f"{ATOM}entry")
    )


async def test_each_area_has_a_feed_of_its_own(site: Site) -> None:
    root = fromstring((await site.http.get("/areas/savecki/feed.atom")).text)
    assert [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")] == ["Плошча Перамен"]
    assert (await site.http.get("/areas/nowhere/feed.atom")).status_code == 404


async def test_a_removed_listing_leaves_the_feed(site: Site) -> None:
    await site.publish(removed(listing(1)))
    assert "Плошча" not in (await site.http.get("/feed.atom")).text


async def test_exports_hold_everything_once(site: Site) -> None:
    features = (await site.http.get("/export.geojson")).json()["features"]
    assert {feature["id"] for feature in features} == {listing_id(1), listing_id(2)}
    table = (await site.http.get("/export.csv")).content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(table, newline="")))) == 2
    places = fromstring((await site.http.get("/export.kml")).content)
    assert sum(element.tag.endswith("Placemark") for element in places.iter()) == 2


async def test_an_export_of_nothing_can_be_read(settings: Settings) -> None:
    chosen = GatewaySettings(
        redis_url=settings.redis_url, key=settings.key, data=settings.data, _env_file=None
    )
    async with running(chosen) as empty:
        assert (await empty.http.get("/export.geojson")).json()["features"] == []


async def test_only_the_embedded_map_may_be_framed(site: Site) -> None:
    embedded = await site.http.get("/embed?q=%3Cscript%3E&kind=x&at=nan,nan,nan")
    assert "frame-ancestors https: http:" in embedded.headers["content-security-policy"]
    assert "x-frame-options" not in embedded.headers
    assert "<script>" not in embedded.text
    assert "<form" not in embedded.text
    for path in ("/", "/submit", "/share", "/mirror", "/offline"):
        answer = await site.http.get(path)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
        assert answer.headers["x-frame-options"] == "DENY", path


async def test_oembed_leads_to_the_embedded_map(site: Site) -> None:
    answer = (await site.http.get("/oembed", params={"url": f"{ORIGIN}/?q=двор&evil=1&lang=ru"})).json()
    assert (answer["version"], answer["type"]) == ("1.0", "rich")
    assert f'src="{ORIGIN}/embed?q=%D0%B4%D0%B2%D0%BE%D1%80&amp;lang=ru"' in answer["html"]
    one = await site.http.get(
        "/oembed", params={"url": f"{ORIGIN}/listings/{listing_id(2)}", "maxwidth": 300}
    )
    assert one.json()["title"] == HOSTILE
    assert one.json()["width"] == 300
    assert "<script>" not in one.json()["html"]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/", "javascript:alert(1)", "//dze.example/", f"{ORIGIN}.evil/", "http://[",
        f"{ORIGIN}/submissions/x", f"{ORIGIN}/listings/aaaaaaaaaaaaa", "https://x@dze.example/",
    ],
)  # fmt: skip
async def test_oembed_knows_only_addresses_of_this_site(site: Site, url: str) -> None:
    assert (await site.http.get("/oembed", params={"url": url})).status_code == 404


async def test_pages_name_their_feed_and_their_oembed(site: Site) -> None:
    for path in ("/", f"/listings/{listing_id(1)}"):
        text = (await site.http.get(path)).text
        assert 'type="application/atom+xml"' in text
        assert 'type="application/json+oembed"' in text


async def test_the_site_offers_a_copy_of_itself(site: Site, tmp_path: Path) -> None:
    first = await site.http.get("/mirror.zip")
    assert first.status_code == 503
    assert "retry-after" in first.headers

    async def made() -> bool:
        return (await site.http.get("/mirror.zip")).status_code == 200

    await eventually(made, 60)
    body = (await site.http.get("/mirror.zip")).content
    page = (await site.http.get("/mirror")).text
    key = public_key(signing_key(site.gateway.bus.keys))
    assert hashlib.sha256(body).hexdigest() in page
    assert key in page
    (tmp_path / "copy.zip").write_bytes(body)
    assert verify(tmp_path / "copy.zip", key).code == 0


async def test_a_copy_that_the_operator_made_goes_first(site: Site, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mirror.zip", "w") as archive:
        manifest = {"format": "dze-mirror-1", "made": "2026-01-02", "until": "2026-02-01", "listings": 7}
        archive.writestr("manifest.json", json.dumps(manifest | {"public_key": "00"}))
    page = (await site.http.get("/mirror?lang=en")).text
    assert "2\u00a0January\u00a02026" in page
    assert "expired" in page


async def test_what_stands_in_for_a_copy_is_not_offered(site: Site, tmp_path: Path) -> None:
    (tmp_path / "mirror.zip").write_bytes(b"PK nonsense")
    assert (await site.http.get("/mirror.zip")).status_code == 503


@pytest.mark.parametrize("language", ["be", "ru", "en"])
async def test_the_site_can_be_installed(site: Site, language: str) -> None:
    answer = await site.http.get("/manifest.webmanifest", params={"lang": language})
    manifest = answer.json()
    assert answer.headers["content-type"].startswith("application/manifest+json")
    assert manifest["lang"] == language
    for icon in manifest["icons"]:
        assert (await site.http.get(icon["src"])).headers["content-type"] == "image/png"


async def test_the_worker_keeps_only_what_is_there_and_nothing_personal(site: Site) -> None:
    text = (await site.http.get("/sw.js")).text
    assert "{{" not in text
    shell = json.loads(text.partition("const SHELL = ")[2].partition(";\n")[0])
    guide = json.loads(text.partition("const GUIDE = ")[2].partition(";\n")[0])
    for path in [*shell, *guide, "/offline", "/offline.json"]:
        assert (await site.http.get(path)).status_code == 200, path
    assert not any(path.startswith(("/submi", "/api", "/listings")) for path in [*shell, *guide])


async def test_what_is_kept_on_a_phone_has_no_private_links(site: Site) -> None:
    await site.publish(
        added(listing(3, name="Закрыты", link={"kind": "invite", "value": "AAAAAAAAAAAAAAAAAAAA"}))
    )
    answer = await site.http.get("/offline.json")
    assert len(answer.json()["rows"]) == answer.json()["total"] == 3
    assert "AAAAAAAAAAAAAAAAAAAA" not in answer.text


def test_a_basemap_that_cannot_be_used_stops_the_start(settings: Settings, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pmtiles"
    for body in (b"", b"nonsense", b"PMTiles\x03" + bytes(20), b"PMTiles\x03" + b"\xff" * 200):
        broken.write_bytes(body)
        chosen = GatewaySettings(
            redis_url=settings.redis_url, key=settings.key, basemap=str(broken), _env_file=None
        )
        with pytest.raises(SettingsError, match="DZE_BASEMAP") as error:
            create_app(chosen, Bus("gateway", chosen))
        assert "\n" not in str(error.value)


def test_the_worker_keeps_every_script_that_the_kept_page_needs() -> None:
    scripts = {
        name.removeprefix("js/"): asset.body.decode()
        for name, asset in ASSETS.files.items()
        if name.startswith("js/")
    }
    needed = re.findall(r'^modules\["([\w.]+)"\] =', bundle("offline.js", scripts), re.MULTILINE)
    assert {f"js/{name}" for name in needed} <= set(SHELL)


ASKED = (
    "/", "/?q=Плошча&at=53.9,27.56,15", "/list", "/list?q=no such", "/listings/{id}", "/listings/{id}/poster",
    "/listings/{id}/poster.pdf", "/listings/{id}/qr.svg", "/listings/aaaaaaaaaaaaa", "/areas",
    "/areas/savecki",
    "/areas/nowhere", "/areas/savecki/feed.atom", "/feed.atom", "/flags", "/flags/wrw.svg", "/guide/",
    "/guide/start", "/embed", "/share", "/mirror", "/offline", "/offline.json", "/sw.js", "/submit",
    "/manifest.webmanifest", "/export.geojson", "/export.csv", "/export.kml", "/nope", "/openapi.json",
    "/oembed?url=https://dze.example/", "/ground/be/3/4/2.svg", "/ground/be/names.json",
    "/api/v1/listings?q=Плошча", "/api/v1/listings/{id}", "/api/v1/listings.columns", "/api/v1/areas",
    "/api/v1/areas/savecki", "/api/v1/clusters?zoom=12", "/api/v1/clusters?zoom=x", "/api/v1/search?q=Плошча",
    "/api/v1/suggest?q=Пло", "/api/v1/tiles/3/4/2.mvt", "/api/v1/challenge", "/api/v1/submissions/x",
    "/livez",
)  # fmt: skip


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What is logged at the most talkative level."""
    root = logging.getLogger()
    handlers, level, out = root.handlers[:], root.level, io.StringIO()
    with redirect_stdout(out):
        configure("gateway", level="debug", form="json")
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def test_nothing_is_logged_of_who_asks_what(site: Site, logged: io.StringIO) -> None:
    for path in ASKED:
        for language in ("be", "en"):
            headers = {"Accept-Language": language}
            answer = await site.http.get(path.format(id=listing_id(1)), headers=headers)
            assert answer.status_code < 500, path
    await site.http.get(f"/listings/{listing_id(2)}/poster.pdf")  # a name that no font has all signs of
    assert logged.getvalue().splitlines() == []


@pytest.mark.parametrize("path", ["/feed.atom", "/areas/savecki/feed.atom?lang=en"])
async def test_a_feed_that_has_not_changed_is_not_sent_again(site: Site, path: str) -> None:
    first = await site.http.get(path)
    again = await site.http.get(path, headers={"If-None-Match": f'"x", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert "Accept-Language" in again.headers["vary"]
    await site.publish(added(listing(3, areas=("savecki",))))
    after = await site.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert after.status_code == 200


@pytest.mark.parametrize(("most", "given"), [(1, 1), (50, 50), (199, 199), (300, 300), (9999, None)])
async def test_oembed_is_never_larger_than_asked(site: Site, most: int, given: int | None) -> None:
    asked = f"/oembed?url={ORIGIN}/&maxwidth={most}&maxheight={most}"
    answer = (await site.http.get(asked)).json()
    assert (answer["width"], answer["height"]) == ((given, given) if given else (720, 480))
    assert f'width="{answer["width"]}" height="{answer["height"]}"' in answer["html"]


async def test_coordinates_are_printed_as_short_as_they_are_meant(site: Site) -> None:
    await site.publish(added(listing(3, lat=53.897999999999996, lon=27.560000000000002)))
    one = listing_id(3)
    for path in (
        "/api/v1/listings", f"/api/v1/listings/{one}", "/api/v1/clusters?zoom=17", "/api/v1/search?q=Дом 3",
        "/api/v1/suggest?q=Дом 3", "/export.csv", "/export.geojson", "/export.kml", "/areas/savecki",
        "/api/v1/clusters?zoom=1", f"/listings/{one}", "/", "/embed", "/api/v1/areas", "/offline.json",
        f"/oembed?url={ORIGIN}/listings/{one}",
    ):  # fmt: skip
        text = (await site.http.get(path)).text
        assert "53.897999" not in text, path
        assert not re.search(r"\d\.\d{7}", text), path
    assert (await site.http.get(f"/api/v1/listings/{one}")).json()["geometry"]["coordinates"] == [
        27.56,
        53.898,
    ]
