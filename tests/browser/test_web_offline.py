"""Without a network: what was there last is there again, and nothing personal is kept."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from shared.clock import now
from tests.browser.conftest import City, Look, Watched
from tests.gateway import listing_id

KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  }
  return found;
}"""


def kept(page: Page) -> list[str]:
    found: Any = page.evaluate(KEPT)
    return list(found)


@pytest.fixture
def visited(city: City, look: Look) -> Watched:
    """Somebody looked at a listing, searched, began a proposal; then the network went."""
    seen = look(f"{city.url}/listings/{listing_id(2)}")
    for path in ("/list?q=secret", "/submit", "/"):
        seen.page.goto(f"{city.url}{path}")
    for _ in range(60):
        if "/offline.json" in kept(seen.page):
            break
        seen.page.wait_for_timeout(250)
    seen.complaints.clear()
    seen.page.context.set_offline(True)
    return seen


def test_map_list_and_search_work_from_what_is_kept_with_its_date(city: City, visited: Watched) -> None:
    page = visited.page
    for path in ("/", "/list"):
        page.goto(f"{city.url}{path}")
        expect(page.locator("#told")).to_contain_text("Звесткі на")
        expect(page.locator("#rows .row")).to_have_count(10)
        expect(page.locator(".leaflet-marker-pane > *").first).to_be_visible()
    page.locator("input[type=search]").fill("kamennaja")
    expect(page.locator("#rows .row")).to_have_count(1)
    assert not visited.complaints


def test_the_guide_can_be_read(city: City, visited: Watched) -> None:
    visited.page.goto(f"{city.url}/guide/")
    visited.page.locator(".cards a").nth(1).click()
    expect(visited.page.locator("article h1")).to_be_visible()


def test_a_listing_is_shown_from_what_is_kept(city: City, visited: Watched) -> None:
    visited.page.goto(f"{city.url}/listings/{listing_id(1)}")
    expect(visited.page.locator("#detail h2")).to_have_text("Плошча Перамен")


def test_a_proposal_needs_a_network_and_that_is_told(city: City, visited: Watched) -> None:
    visited.page.goto(f"{city.url}/submit")
    expect(visited.page.locator("#told")).to_contain_text("патрэбна сетка")


def test_nothing_that_somebody_did_is_kept(visited: Watched) -> None:
    found = kept(visited.page)
    assert "/offline.json" in found
    personal = [
        path for path in found if path.startswith(("/submi", "/api", "/listings", "/list", "/telegram"))
    ]
    assert personal == []


def test_what_is_kept_can_be_erased(city: City, visited: Watched) -> None:
    visited.page.goto(f"{city.url}/")
    visited.page.locator("#forget").click()
    expect(visited.page.locator("#told")).to_contain_text("Сцёрта")
    assert kept(visited.page) == []


def test_a_page_that_is_open_tells_from_when_its_data_is(city: City, look: Look) -> None:
    seen = look(f"{city.url}/?lang=en")
    expect(seen.page.locator("#fresh")).to_contain_text("Last update")
    seen.page.route("**/api/v1/**", lambda route: route.abort())
    seen.page.locator("select[name=kind]").select_option("group")
    expect(seen.page.locator("#fresh")).to_contain_text("No connection. Data as of")
    expect(seen.page.locator("#rows .row")).to_have_count(10)


@pytest.mark.clock
@pytest.mark.parametrize("js", [True, False])
def test_the_time_is_that_of_the_city_wherever_the_reader_is(city: City, look: Look, js: bool) -> None:
    seen = look(f"{city.url}/?lang=en", js=js, zone="America/New_York")
    if js:
        expect(seen.page.locator("#map .round").first).to_be_visible()
    told = re.search(r"(\d\d):(\d\d)", seen.page.locator("#fresh").inner_text())
    assert told is not None
    there = now().astimezone(ZoneInfo("Europe/Minsk"))
    late = (there.hour * 60 + there.minute - int(told[1]) * 60 - int(told[2])) % (24 * 60)
    assert late <= 5


def test_where_storage_is_blocked_nothing_is_missing(city: City, look: Look) -> None:
    seen = look("about:blank")
    seen.page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'serviceWorker', "
        "{get() { throw new DOMException('blocked', 'SecurityError'); }});"
        "for (const name of ['caches', 'localStorage', 'indexedDB']) Object.defineProperty(window, name, "
        "{get() { throw new DOMException('blocked', 'SecurityError'); }});"
    )
    seen.page.goto(f"{city.url}/")
    expect(seen.page.locator("#rows .row")).to_have_count(10)
    seen.page.wait_for_timeout(4500)
    assert not seen.complaints
