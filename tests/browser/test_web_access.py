"""What everybody can use: checked by axe-core, in each language, light and dark, with scripts and without."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import City, Look
from tests.gateway import listing_id

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PAGES = (
    "/", "/list", f"/listings/{listing_id(1)}", f"/listings/{listing_id(1)}/poster", "/submit", "/guide/",
    "/guide/detained", "/flags", "/nowhere", "/areas", "/areas/savecki", "/share", "/offline", "/embed",
)  # fmt: skip
SERIOUS = {"serious", "critical"}


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{one['id']}: {json.dumps([node['html'][:160] for node in one['nodes']], ensure_ascii=False)}"
        for one in found
        if one["impact"] in SERIOUS
    ]


@pytest.mark.parametrize(
    ("language", "dark", "paths"),
    [("be", False, PAGES), ("ru", True, PAGES[:5:2]), ("en", True, PAGES[1::4])],
)
def test_axe_finds_nothing_serious(
    city: City, look: Look, language: str, dark: bool, paths: tuple[str, ...]
) -> None:
    for path in paths:
        seen = look(f"{city.url}{path}?lang={language}", dark=dark)
        seen.page.wait_for_timeout(300)
        assert violations(seen.page) == [], path


def test_axe_finds_nothing_serious_in_the_drawn_map(city: City, look: Look) -> None:
    """The page as it is without scripts; axe is the only one, so the map's own are kept from loading."""
    seen = look("about:blank")
    seen.page.route("**/*.js", lambda route: route.abort())
    for path in ("/", "/submit"):
        seen.page.goto(f"{city.url}{path}")
        assert violations(seen.page) == [], path


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_pages_speak_the_language_of_the_browser_and_offer_the_others(
    city: City, look: Look, language: str
) -> None:
    seen = look(f"{city.url}/guide/", js=False, language=language)
    assert seen.page.locator("html").get_attribute("lang") == language
    seen.page.locator(".tongues a", has_text="en").click()
    assert seen.page.locator("html").get_attribute("lang") == "en"
    seen.page.get_by_role("link", name="List", exact=True).click()
    assert seen.page.locator("html").get_attribute("lang") == "en"


def test_paper_is_light_and_bears_nothing_to_press(city: City, look: Look) -> None:
    """Also for who reads in the dark: every colour has its value for paper."""
    colours = """() => {
      const style = getComputedStyle(document.documentElement);
      const names = ["paper", "ink", "red", "land", "tint", "border", "grid", "map-ink"];
      return names.map((name) => style.getPropertyValue(`--${name}`).trim());
    }"""
    printed = []
    for dark in (False, True):
        page = look(f"{city.url}/areas/savecki", dark=dark).page
        page.emulate_media(media="print")
        printed.append(page.evaluate(colours))
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".row").first).to_be_visible()
        for hidden in (".top", ".bottom", ".act a.button >> nth=0"):
            expect(page.locator(hidden)).to_be_hidden()
    assert printed[0] == printed[1]
