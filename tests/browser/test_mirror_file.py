"""A mirror opened from a folder, as from a USB stick: nothing is asked of anybody, everything works."""

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from services.gateway.mirror.build import build
from services.gateway.mirror.contents import Contents
from services.gateway.web.assets import ASSETS
from shared.clock import now
from shared.contracts.listings import Area, Kind, Link
from shared.settings import City
from shared.text import fold
from tests.browser.conftest import HOSTILE, LONG, Look
from tests.gateway import listing_id, shown

RING = [(27.4, 53.85), (27.7, 53.85), (27.7, 53.95), (27.4, 53.95), (27.4, 53.85)]
AREAS = (Area(id="savecki", level="district", names={"be": "Савецкі раён"}, polygon=[[RING]]),)
LISTINGS = (
    shown(1, name="Плошча Перамен", members=4312, areas=("savecki",)),
    shown(2, name="Каменная Горка", lat=53.907, lon=27.43, members=120),
    shown(3, name="Закрыты двор", lat=53.93, lon=27.65, link=Link(kind="invite", value="A" * 20)),
    shown(4, name="Падвозка", lat=53.93, lon=27.5, kind=Kind.CARPOOL),
    shown(5, name="На адным месцы А", lat=53.87, lon=27.62),
    shown(6, name="На адным месцы Б", lat=53.87, lon=27.62),
    shown(7, name=HOSTILE, lat=53.94, lon=27.5, description="<img src=x onerror=alert(1)>"),
    shown(8, name=LONG, lat=53.92, lon=27.47),
)


def unpacked(folder: Path, made: date) -> str:
    contents = Contents.of(LISTINGS, AREAS, city=City(), languages=("be", "ru", "en"), site="", made=made)
    build(folder / "dze.zip", contents, bytes(32))
    with zipfile.ZipFile(folder / "dze.zip") as archive:
        archive.extractall(folder / "copy")
    return (folder / "copy").as_uri()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> str:
    return unpacked(tmp_path_factory.mktemp("stick"), now().date())


@pytest.mark.parametrize("page", ["index.html", "be/index.html", "ru/index.html", "en/index.html"])
def test_map_and_list_show_the_same_and_nothing_leaves(copy: str, look: Look, page: str) -> None:
    seen = look(f"{copy}/{page}")
    expect(seen.page.locator("#rows .row")).to_have_count(8)
    discs = [int(text) for text in seen.page.locator(".leaflet-marker-pane .round").all_inner_texts()]
    assert seen.page.locator(".leaflet-marker-pane .pin").count() + sum(discs) == 8
    expect(seen.page.locator("img.leaflet-tile-loaded").first).to_be_attached()
    expect(seen.page.locator("#expired")).to_be_hidden()
    assert all(request.startswith(("file://", "data:")) for request in seen.requests)
    assert not seen.complaints


@pytest.mark.parametrize("page", ["index.html", "ru/index.html"])
def test_without_scripts_the_map_is_there_and_leads_on(copy: str, look: Look, page: str) -> None:
    seen = look(f"{copy}/{page}", js=False)
    expect(seen.page.locator("form.filters")).to_be_hidden()
    drawn = seen.page.locator("#static-map svg.drawn")
    counts = [int(text) for text in drawn.locator(".count").all_text_contents()]
    assert drawn.locator("a").count() - len(counts) + sum(counts) == 8
    images = seen.page.locator("#static-map svg.drawn > image")
    expect(images.first).to_be_attached()
    assert len({each for each in seen.requests if "/ground/" in each}) == images.count()
    drawn.locator("a:has(image)").first.click()
    expect(seen.page.locator("h1")).to_be_visible()
    assert "/listings/" in seen.page.url
    assert not seen.complaints


def test_an_area_has_a_page_with_its_listings(copy: str, look: Look) -> None:
    seen = look(f"{copy}/be/areas.html", js=False)
    seen.page.get_by_role("link", name="Савецкі раён").click()
    expect(seen.page.locator("h1")).to_have_text("Савецкі раён")
    expect(seen.page.locator(".rows .row")).to_have_count(1)
    seen.page.locator(".rows a").first.click()
    expect(seen.page.locator("h1")).to_have_text("Плошча Перамен")
    assert not seen.complaints


@pytest.mark.parametrize("words", ["камен", "KAMENNAJA horka", "каменная горка"])
def test_the_search_knows_spellings(copy: str, look: Look, words: str) -> None:
    seen = look(f"{copy}/index.html")
    seen.page.locator("input[type=search]").fill(words)
    expect(seen.page.locator("#rows .row")).to_have_count(1)
    expect(seen.page.locator("#rows .name")).to_have_text("Каменная Горка")


def test_the_search_finds_areas_and_the_filter_kinds(copy: str, look: Look) -> None:
    seen = look(f"{copy}/index.html")
    seen.page.locator("input[type=search]").fill("советский")
    expect(seen.page.locator("#rows .row")).to_have_count(0)
    seen.page.locator("input[type=search]").fill("савецки раен")
    expect(seen.page.locator("#rows .row")).to_have_count(1)
    seen.page.locator("input[type=search]").fill("")
    seen.page.locator("select[name=kind]").select_option("carpool")
    expect(seen.page.locator("#rows .row")).to_have_count(1)


def test_a_spot_with_several_leads_to_all_of_them_and_each_has_a_page(copy: str, look: Look) -> None:
    seen = look(f"{copy}/ru/index.html")
    seen.page.locator("input[type=search]").fill("месцы")
    disc = seen.page.locator(".round")
    expect(disc).to_have_count(1)
    for _ in range(12):
        if seen.page.locator(".leaflet-popup .row").count():
            break
        disc.click()
        seen.page.wait_for_timeout(400)
    expect(seen.page.locator(".leaflet-popup .row")).to_have_count(2)
    seen.page.locator(".leaflet-popup .row a").first.click()
    expect(seen.page.locator("h1")).to_contain_text("На адным месцы")
    expect(seen.page.locator("figure.qr img")).to_be_visible()
    assert seen.page.locator("figure.qr img").evaluate("img => img.naturalWidth > 0")


def test_a_closed_chat_is_named_and_its_link_is_not_there(copy: str, look: Look) -> None:
    seen = look(f"{copy}/be/listings/{listing_id(3)}.html")
    expect(seen.page.locator("h1")).to_have_text("Закрыты двор")
    assert "t.me" not in seen.page.content()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_hostile_names_do_no_harm_in_a_copy(copy: str, look: Look, width: int) -> None:
    for page in ("index.html", "be/list-1.html", f"be/listings/{listing_id(7)}.html"):
        seen = look(f"{copy}/{page}", width=width)
        assert "hit" not in seen.page.title().split()
        assert not seen.page.locator("bdi script, bdi img, .description img").count()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert not seen.complaints


def test_without_scripts_the_whole_list_and_the_guide_can_be_read(copy: str, look: Look) -> None:
    seen = look(f"{copy}/index.html", js=False)
    seen.page.locator(".more a").click()
    expect(seen.page.locator(".row")).to_have_count(8)
    seen.page.get_by_role("link", name="Даведнік").click()
    seen.page.locator(".cards a").first.click()
    expect(seen.page.locator("article h1")).to_be_visible()
    assert all(request.startswith(("file://", "data:")) for request in seen.requests)


def test_links_inside_the_copy_lead_somewhere(copy: str, look: Look) -> None:
    seen = look(f"{copy}/en/guide/start.html", js=False)
    links = seen.page.locator("a").evaluate_all("links => links.map((a) => a.href)")
    inside = [href for href in links if href.startswith("file://")]
    assert len(inside) > 5
    for href in inside:
        assert Path(href.removeprefix("file://").partition("#")[0]).is_file(), href


def test_an_expired_copy_says_so_on_its_first_page(look: Look, tmp_path: Path) -> None:
    old = unpacked(tmp_path, datetime(2020, 9, 16, tzinfo=UTC).date())
    seen = look(f"{old}/ru/index.html")
    expect(seen.page.locator("#expired")).to_be_visible()
    expect(seen.page.locator("#rows .row")).to_have_count(8)


def test_folding_in_a_copy_is_the_servers(copy: str, look: Look) -> None:
    seen = look(f"{copy}/index.html")
    texts = [
        "Вуліца Я. Коласа, 53к2", "Ёлка ў двары", "улица Якуба Коласа", "Hrodna / Grodno / Горадня", "Щучин",
        "Zhdanovichi Ждановичи Жданавічы", "камп’ютар", "№ 7", "Łošyca Лошица", "ÆØ ß", "🍐💪", "ﬁ", HOSTILE,
    ]  # fmt: skip
    source = ASSETS.files["js/fold.js"].body.decode().replace("export function", "function")
    folded = seen.page.evaluate(f"texts => {{ {source}; return texts.map(fold); }}", texts)
    assert folded == [fold(text) for text in texts]
