"""The map and the list, with scripts and without."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import HOSTILE, LONG, City, Look
from tests.conftest import eventually
from tests.gateway import added, listing, listing_id, removed
from tests.vector import POLYGON, WORLD, archive, tile

WATER = {(1, x, y): tile({"water": [(POLYGON, {"kind": "lake"}, WORLD)]}) for x in (0, 1) for y in (0, 1)}
INSIDE = """() => {
    const [popup, map] = [".leaflet-popup", "#map"].map((one) => document.querySelector(one));
    const [a, b] = [popup, map].map((one) => one.getBoundingClientRect());
    return a.top >= b.top && a.left >= b.left && a.right <= b.right && a.bottom <= b.bottom;
}"""
"""Whether the popup stands within the map."""
BORDER = 2362 / 4096 * 360 - 180
"""A meridian between cells at every zoom from 10 on: what stands beside it is never gathered across."""
BASEMAP = Path(__file__).parents[3] / "shared" / "data" / "basemap-world-z3.pmtiles"


def test_with_scripts_map_and_list_show_the_same(city: City, look: Look) -> None:
    seen = look(f"{city.url}/")
    expect(seen.page.locator("#rows .row")).to_have_count(10)
    expect(seen.page.locator("#static-map")).to_be_hidden()
    flags = seen.page.locator(".leaflet-marker-pane .pin").count()
    discs = [int(text) for text in seen.page.locator(".leaflet-marker-pane .round").all_inner_texts()]
    assert flags + sum(discs) == 10
    assert not seen.complaints


def test_without_scripts_every_listing_can_be_reached_by_links(city: City, look: Look) -> None:
    seen = look(f"{city.url}/", js=False)
    drawn = seen.page.locator("#static-map svg.drawn a")
    counts = [int(text) for text in seen.page.locator("#static-map .count").all_text_contents()]
    assert drawn.count() - len(counts) + sum(counts) == 10
    disc = seen.page.locator("#static-map a:has(use)").first
    disc.click()
    expect(seen.page).to_have_url(re.compile(r"at=|bbox="))


def test_without_scripts_a_spot_with_several_leads_to_all_of_them(city: City, look: Look) -> None:
    seen = look(f"{city.url}/?at=53.87,27.62,18", js=False)
    seen.page.locator("#static-map a:has(use)").click()
    expect(seen.page.locator(".row")).to_have_count(2)


def test_with_scripts_a_spot_with_several_lists_all_of_them(city: City, look: Look) -> None:
    seen = look(f"{city.url}/?at=53.87,27.62,17")
    seen.page.locator(".round").click()
    expect(seen.page.locator(".leaflet-popup .row")).to_have_count(2)


def test_however_many_share_a_spot_each_is_reached_on_a_phone(city: City, look: Look) -> None:
    city.publish(*(added(listing(100 + n, lat=53.88, lon=27.5, name=f"Адзін дом {n:02}")) for n in range(40)))
    city.run(eventually(lambda: city.gateway.model.totals().listings == 50))
    seen = look(f"{city.url}/?at=53.88,27.5,17", width=360)
    disc = seen.page.locator(".round")
    expect(disc).to_have_attribute("aria-label", "На гэтым месцы 40 чатаў")
    disc.focus()
    seen.page.keyboard.press("Enter")
    rows = seen.page.locator(".leaflet-popup .row")
    expect(rows).to_have_count(40)
    seen.page.wait_for_function(INSIDE)
    rows.last.locator("a").click()
    expect(seen.page.locator("h1")).to_contain_text("Адзін дом 39")


@pytest.mark.parametrize(("zoom", "apart"), [(12, 0.00002), (17, 0.00002), (19, 0.0)])
def test_flags_that_lie_on_one_another_open_together_by_touch_and_by_keyboard(
    city: City, look: Look, zoom: int, apart: float
) -> None:
    names = ["Левы бераг", "Правы бераг"]
    places = zip(names, (BORDER - apart, BORDER + apart), strict=True)
    city.publish(
        *(added(listing(50 + n, lat=53.86, lon=lon, name=name)) for n, (name, lon) in enumerate(places))
    )
    seen = look(f"{city.url}/?at=53.86,{BORDER},{min(zoom, 18)}", width=400)
    if zoom > 18:
        seen.page.locator(".leaflet-control-zoom-in").click()
    pins = seen.page.locator(".pin[aria-label*='бераг']")
    expect(pins).to_have_count(2)
    spot = pins.last.locator("img").bounding_box()
    assert spot is not None
    seen.page.mouse.click(spot["x"] + 16, spot["y"] + 10)
    found = seen.page.locator(".leaflet-popup .name")
    expect(found).to_have_count(2)
    assert sorted(found.all_text_contents()) == names
    seen.page.keyboard.press("Escape")
    expect(found).to_have_count(0)
    pins.first.focus()
    seen.page.keyboard.press("Enter")
    expect(found).to_have_count(2)


def test_a_disc_opens_with_the_keyboard(city: City, look: Look) -> None:
    seen = look(f"{city.url}/")
    disc = seen.page.locator(".leaflet-marker-pane .round").first
    expect(disc).to_have_attribute("aria-label", re.compile("чат"))
    before = seen.page.url
    disc.focus()
    seen.page.keyboard.press("Enter")
    expect(seen.page).not_to_have_url(before)


def test_a_flag_opens_with_the_keyboard_and_tells_what_it_is(city: City, look: Look) -> None:
    seen = look(f"{city.url}/?at=53.9,27.56,15")
    seen.page.locator(".pin").first.focus()
    seen.page.keyboard.press("Enter")
    popup = seen.page.locator(".leaflet-popup-content")
    expect(popup).to_contain_text("Плошча Перамен")
    expect(popup).to_contain_text("4312 удзельнікаў")


@pytest.mark.parametrize("js", [True, False])
def test_the_filters_work_and_stay_in_the_address(city: City, look: Look, js: bool) -> None:
    seen = look(f"{city.url}/?lang=ru", js=js)
    seen.page.get_by_label("Что ищем").select_option("carpool")
    if not js:
        seen.page.get_by_role("button", name="Показать").click()
    expect(seen.page.locator("#rows .row")).to_have_count(1)
    expect(seen.page).to_have_url(re.compile("kind=carpool"))
    expect(seen.page).to_have_url(re.compile("lang=ru"))


def test_a_new_listing_appears_without_reloading_and_one_removed_goes(city: City, look: Look) -> None:
    seen = look(f"{city.url}/")
    expect(seen.page.locator("#rows .row")).to_have_count(10)
    city.run(eventually(lambda: city.gateway.feed.open))
    one = listing(20, name="Новы двор", lat=53.91, lon=27.55, members=44)
    city.publish(added(one))
    expect(seen.page.locator("#rows .row")).to_have_count(11)
    expect(seen.page.locator("#live")).to_have_text("Новы чат: Новы двор")
    expect(seen.page.locator("#tally")).to_contain_text("Усяго: 11")
    city.publish(removed(one))
    expect(seen.page.locator("#rows .row")).to_have_count(10)


@pytest.mark.parametrize("js", [True, False])
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("path", ["/", "/list", f"/listings/{listing_id(7)}", f"/listings/{listing_id(8)}"])
def test_hostile_and_endless_names_do_no_harm(
    city: City, look: Look, path: str, width: int, js: bool
) -> None:
    seen = look(f"{city.url}{path}", width=width, js=js)
    page = seen.page
    assert "hit" not in page.title().split()
    assert not page.locator("bdi script, bdi img, .description img").count()
    assert page.locator("bdi").count()
    if js:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(request.startswith((city.url, "data:")) for request in seen.requests)


def test_names_stand_as_they_are(city: City, look: Look) -> None:
    seen = look(f"{city.url}/list", js=False)
    names = seen.page.locator(".row bdi").all_text_contents()
    assert HOSTILE in names
    assert LONG in names


@pytest.mark.parametrize("js", [True, False])
def test_nothing_is_asked_of_anybody_else(city: City, look: Look, js: bool) -> None:
    for path in ("/", "/list", "/submit", "/guide/", "/guide/safety", "/flags", f"/listings/{listing_id(1)}"):
        seen = look(f"{city.url}{path}", js=js)
        assert all(request.startswith((city.url, "data:")) for request in seen.requests), path
        assert not seen.complaints, path


@pytest.mark.skipif(not BASEMAP.exists(), reason=f"no {BASEMAP.name} beside the project")
def test_a_raster_basemap_is_read_in_ranges_with_scripts_and_tile_by_tile_without(
    start_city: Callable[..., City], look: Look
) -> None:
    city = start_city(basemap=str(BASEMAP))
    seen = look(f"{city.url}/?at=53.9,27.56,4")
    expect(seen.page.locator(".leaflet-tile-loaded").first).to_be_visible()
    painted = seen.page.evaluate(
        "[...document.querySelectorAll('canvas')]"
        ".some(canvas => canvas.getContext('2d').getImageData(9, 9, 1, 1).data[3])"
    )
    assert painted
    assert not seen.complaints
    drawn = look(f"{city.url}/?at=53.9,27.56,4", js=False)
    assert any("/basemap/3/" in request for request in drawn.requests)
    assert drawn.page.locator("#static-map image").count() > 4


def test_a_vector_basemap_is_drawn_without_webgl_and_within_the_policy(
    start_city: Callable[..., City], look: Look, tmp_path: Path
) -> None:
    city = start_city(basemap=str(archive(tmp_path / "land.pmtiles", WATER)))
    seen = look(f"{city.url}/?at=53.9,27.56,4")
    expect(seen.page.locator("#map canvas").first).to_be_visible()
    water = (
        "[...document.querySelectorAll('#map canvas')].some(canvas => "
        "canvas.getContext('2d').getImageData(40, 40, 1, 1).data.slice(0, 3).join() === '188,213,224')"
    )
    seen.page.wait_for_function(water)
    assert not seen.complaints
    drawn = look(f"{city.url}/?at=53.9,27.56,4", js=False)
    assert any("/ground/be/3/" in request for request in drawn.requests)
    assert not drawn.complaints
