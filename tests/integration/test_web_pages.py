"""Pages as a browser gets them, from a running gateway."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.gateway.settings import GatewaySettings
from services.gateway.web.assets import ASSETS
from shared.contracts.listings import Link
from shared.contracts.submissions import State, SubmissionChanged
from shared.settings import Settings
from tests.gateway import MOMENT, Site, added, listing, listing_id, running

BASEMAP = Path(__file__).parents[3] / "shared" / "data" / "basemap-world-z3.pmtiles"
HOSTILE = "</title><script>alert(1)</script>\u202e'\"{{7*7}}"
PATHS = ("/", "/list", "/submit", "/guide/", "/guide/safety", "/flags", f"/listings/{listing_id(1)}")


@pytest.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    chosen = GatewaySettings(
        redis_url=settings.redis_url, key=settings.key, data=settings.data, _env_file=None
    )
    async with running(chosen) as site:
        await site.publish(
            added(listing(1, name="Плошча Перамен", members=4312, description="Двор & сябры")),
            added(listing(2, name=HOSTILE, members_below=20, lat=53.91)),
            added(
                listing(
                    3, name="Канал", kind="channel", link=Link(kind="invite", value="AAAAAE_x-1"), lat=53.95
                )
            ),
        )
        yield site


@pytest.mark.parametrize("language", ["be", "ru", "en"])
@pytest.mark.parametrize("path", PATHS)
async def test_pages_are_complete_strict_and_keep_the_language(site: Site, path: str, language: str) -> None:
    answer = await site.http.get(path, params={"lang": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    assert not re.search(r"\sstyle=|\son\w+=", answer.text)
    assert "set-cookie" not in answer.headers
    inside = re.findall(r'<a[^>]* href="(/[^"]*)"', answer.text)
    kept = [href for href in inside if not href.startswith(("/flags/", "/openapi"))]
    assert all("lang=" in href for href in kept), kept


@pytest.mark.parametrize("path", PATHS)
async def test_pages_are_small(site: Site, path: str) -> None:
    answer = await site.http.get(path)
    assert len(gzip.compress(answer.content)) < 16_000
    for url in re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text):
        static = await site.http.get(url)
        assert static.status_code == 200
        assert "immutable" in static.headers["cache-control"]
        assert static.headers["content-type"].partition(";")[0] in {
            "text/css", "text/javascript", "image/svg+xml", "image/png",
        }  # fmt: skip


async def test_scripts_and_styles_of_the_map_weigh_less_than_one_photo(site: Site) -> None:
    names = (
        "style.css",
        "vendor/leaflet/leaflet.js",
        "vendor/leaflet/leaflet.css",
        "js/home.js",
        "js/ground.js",
    )
    assert sum(len(gzip.compress(ASSETS.files[name].body, 9)) for name in names) < 70_000


async def test_names_of_strangers_are_text_everywhere(site: Site) -> None:
    for path in ("/", "/list", f"/listings/{listing_id(2)}", f"/listings/{listing_id(2)}/poster"):
        answer = await site.http.get(path)
        assert "<script>alert" not in answer.text, path
        assert "&lt;script&gt;alert" in answer.text, path


async def test_small_chats_show_no_number(site: Site) -> None:
    answer = await site.http.get(f"/listings/{listing_id(2)}?lang=en")
    assert "fewer than 20 members" in answer.text


NONSENSE = (
    "at=x", "at=1e99,nan,3", "kind=%00", "kind=nope", "q=" + "%D0%B6" * 160, "cursor=AAAA", "bbox=1,2",
    "bbox=nan,1,2,3", "lang=../../etc", "lang=%3Cscript%3E",
)  # fmt: skip


@pytest.mark.parametrize("query", NONSENSE)
@pytest.mark.parametrize("path", ["/", "/list"])
async def test_nonsense_in_an_address_still_gives_a_page(site: Site, path: str, query: str) -> None:
    answer = await site.http.get(f"{path}?{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text


async def test_what_is_not_there_gets_a_page_that_says_so(site: Site) -> None:
    for path in (
        "/nowhere",
        "/listings/aaaaaaaaaaaaz",
        "/guide/nothing",
        "/static/0/../../routes.py",
        "/basemap.pmtiles",
    ):
        answer = await site.http.get(path)
        assert answer.status_code == 404
        assert "text/html" in answer.headers["content-type"] or path.startswith("/static")


async def test_prints_and_flags_come_as_what_they_are(site: Site) -> None:
    one = listing_id(1)
    sheet = await site.http.get(f"/listings/{one}/poster.pdf")
    assert sheet.headers["content-type"] == "application/pdf"
    assert sheet.content.startswith(b"%PDF-")
    for path in (f"/listings/{one}/qr.svg", "/flags/wrw.svg", "/flags/unknown-one.svg"):
        drawing = await site.http.get(path)
        assert drawing.headers["content-type"].startswith("image/svg+xml")
        assert "<svg" in drawing.text


async def test_a_file_of_an_old_release_is_served_but_not_kept(site: Site) -> None:
    answer = await site.http.get("/static/0000000000/style.css")
    assert answer.status_code == 200
    assert "immutable" not in answer.headers["cache-control"]
    again = await site.http.get(ASSETS.url("style.css"), headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_a_form_without_scripts_is_refused_field_by_field_in_the_readers_language(site: Site) -> None:
    form = {
        "action": "add",
        "name": "",
        "link": "https://invite.viber.com/?g2=x",
        "kind": "group",
        "lang": "ru",
    }
    answer = await site.http.post("/submit?lang=ru", data=form)
    assert answer.status_code == 422
    for text in ("Напишите название.", "Это ссылка Viber.", "Выберите место на карте.", "Форма устарела."):
        assert text in answer.text
    assert "https://invite.viber.com/?g2=x" in answer.text


async def test_a_pressed_place_is_never_part_of_an_address(site: Site) -> None:
    answer = await site.http.post(
        "/submit", data={"action": "add", "name": "Двор", "pick.x": "10", "pick.y": "20"}
    )
    assert answer.status_code == 200
    assert 'value="Двор"' in answer.text
    assert re.search(r'name="lat"[^>]*value="5\d\.\d+"', answer.text)
    assert not re.search(r'(src|href|action)="/[^"]*5\d\.\d{4}', answer.text)


@pytest.mark.parametrize(
    "press", [{"pick.x": "-1", "pick.y": "9" * 40}, {"pick.x": "٣", "pick.y": "x"}, {"zoom": "?"}]
)
async def test_a_press_that_no_browser_makes_changes_nothing(site: Site, press: dict[str, str]) -> None:
    answer = await site.http.post("/submit", data={"action": "add", "name": "Двор", "at": "x"} | press)
    assert answer.status_code == 200
    assert 'value="Двор"' in answer.text


async def test_a_proposal_by_form_leads_to_its_receipt_and_can_be_taken_back(site: Site) -> None:
    form = {
        "action": "add",
        "name": "Двор",
        "link": "@dvor_na_rahu",
        "kind": "group",
        "lat": "53.9",
        "lon": "27.56",
    }
    sent = await site.http.post("/submit?lang=en", data=form | {"challenge": await site.solved()})
    assert sent.status_code == 303
    assert sent.headers["cache-control"] == "no-store"
    place = sent.headers["location"]
    page = await site.http.get(place)
    assert "Received" in page.text
    assert page.headers["cache-control"] == "no-store"
    path = place.partition("?")[0]
    assert (await site.http.post(f"{path}/withdraw")).status_code == 303


@pytest.mark.parametrize("state", [state for state in State if state is not State.FORGOTTEN])
async def test_the_receipt_tells_every_state_in_words(site: Site, state: State) -> None:
    receipt = "a" * 26
    event = SubmissionChanged(
        submission_id=site.gateway.bus.keys.token("submission", receipt),
        action="add",
        state=state,
        reasons=("link.duplicate", "code.nobody.knows"),
        revision=1,
        changed_at=MOMENT,
    )
    site.gateway.model.apply_submission(event)
    page = await site.http.get(f"/submissions/{receipt}?lang=en")
    assert page.status_code == 200
    assert f'data-state="{state.value}"' in page.text
    assert "This link is on the map already." in page.text
    assert "code.nobody.knows" not in page.text


@pytest.mark.parametrize("receipt", ["b" * 26, "x", "%00", "a" * 500])
async def test_a_receipt_that_nobody_has_is_not_found(site: Site, receipt: str) -> None:
    assert (await site.http.get(f"/submissions/{receipt}")).status_code == 404
    assert (await site.http.post(f"/submissions/{receipt}/withdraw")).status_code == 404


@pytest.mark.skipif(not BASEMAP.exists(), reason=f"no {BASEMAP.name} beside the project")
async def test_a_basemap_is_served_in_ranges_and_tile_by_tile(settings: Settings) -> None:
    chosen = GatewaySettings(
        redis_url=settings.redis_url,
        key=settings.key,
        data=settings.data,
        basemap=str(BASEMAP),
        _env_file=None,
    )
    async with running(chosen) as site:
        part = await site.http.get("/basemap.pmtiles", headers={"Range": "bytes=0-126"})
        assert part.status_code == 206
        assert part.content.startswith(b"PMTiles")
        assert len(part.content) == 127
        image = await site.http.get("/basemap/0/0/0")
        assert image.headers["content-type"].startswith("image/")
        for beyond in ("/basemap/0/1/0", "/basemap/-1/0/0", "/basemap/30/0/0", "/basemap/9/1/1"):
            assert (await site.http.get(beyond)).status_code in {404, 422}
