"""A browser that forbids what Tor Browser and strict settings forbid: no storage, no workers, no WebGL."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import City, Watched

FORBIDDEN = """
const refuse = () => { throw new DOMException("The operation is insecure.", "SecurityError"); };
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
  Object.defineProperty(window, name, { get: refuse });
}
Object.defineProperty(Navigator.prototype, "serviceWorker", { get: refuse });
Object.defineProperty(Navigator.prototype, "connection", { get: () => undefined });
Object.defineProperty(Navigator.prototype, "geolocation", { get: () => undefined });
const context = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith("webgl") ? null : context.call(this, kind, ...more);
};
delete window.WebGLRenderingContext;
delete window.WebGL2RenderingContext;
delete window.OffscreenCanvas;
window.Worker = refuse;
"""


@pytest.fixture
def restricted(browser: Browser) -> Iterator[Callable[[str], Watched]]:
    contexts: list[BrowserContext] = []

    def open_page(url: str) -> Watched:
        context = browser.new_context(viewport={"width": 1000, "height": 800}, locale="be-BY")
        contexts.append(context)
        context.add_init_script(FORBIDDEN)
        context.set_default_timeout(10_000)
        seen = Watched(context.new_page())
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("console", seen.hear)
        seen.page.goto(url)
        return seen

    yield open_page
    for context in contexts:
        context.close()


def test_map_and_list_work_and_nothing_is_complained_of(
    city: City, restricted: Callable[[str], Watched]
) -> None:
    seen = restricted(f"{city.url}/")
    expect(seen.page.locator("#rows .row")).to_have_count(10)
    expect(seen.page.locator("img.leaflet-tile-loaded").first).to_be_attached()
    seen.page.locator(".filters input[name=q]").fill("Горка")
    expect(seen.page.locator("#rows .row")).to_have_count(1)
    seen.page.evaluate("new Promise((resolve) => setTimeout(resolve, 4500))")  # until `keep.js` has tried
    assert not seen.complaints


@pytest.mark.parametrize(
    "path", ["/list", "/submit", "/offline", "/embed", "/areas/savecki", "/guide/safety", "/mirror"]
)
def test_every_other_page_is_as_quiet(city: City, restricted: Callable[[str], Watched], path: str) -> None:
    seen = restricted(f"{city.url}{path}")
    expect(seen.page.locator("main")).to_be_visible()
    seen.page.wait_for_load_state("networkidle")
    assert not seen.complaints


def test_a_proposal_goes_in_without_a_worker(city: City, restricted: Callable[[str], Watched]) -> None:
    seen = restricted(f"{city.url}/submit")
    page = seen.page
    page.fill("#name", "Двор без дазволу")
    page.fill("#link", "https://t.me/dvor_bez_dazvolu")
    page.locator("#pick-map").click(position={"x": 120, "y": 120})
    expect(page.locator("#picked")).to_contain_text("53.")
    page.wait_for_timeout(3_000)  # a form of our own token is not taken sooner
    page.locator("button.main").click()
    expect(page.locator("#state")).to_be_visible()
    assert not seen.complaints
