"""Suggestions as one types, areas, "near me": with scripts and without, by keyboard."""

import json
import re

import pytest
from playwright.sync_api import expect

from shared.contracts.streets import Street, StreetChanged
from tests.browser.conftest import City, Look
from tests.conftest import eventually
from tests.gateway import MOMENT

STREET = Street(
    id="street-kuetak",
    type="street",
    names={"be": "вуліца Кветак", "ru": "улица Цветов"},
    houses=(("2", 53.9, 27.56), ("12", 53.905, 27.56)),
)


@pytest.fixture
def town(city: City) -> City:
    city.publish(StreetChanged(street_id=STREET.id, street=STREET, changed_at=MOMENT))
    city.run(eventually(lambda: len(city.gateway.search.streets) == 1))
    return city


@pytest.mark.parametrize("path", ["/", "/list"])
def test_suggestions_come_as_one_types_and_are_chosen_by_keyboard(town: City, look: Look, path: str) -> None:
    seen = look(f"{town.url}{path}")
    field = seen.page.get_by_role("combobox").first
    field.press_sequentially("камяная гор", delay=20)
    option = seen.page.get_by_role("option", name=re.compile("Каменная Горка"))
    expect(option).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    field.press("Enter")
    expect(seen.page.locator("h1")).to_have_text("Каменная Горка")
    assert not seen.complaints


def test_escape_closes_and_a_press_leads_to_the_street(town: City, look: Look) -> None:
    seen = look(f"{town.url}/list?lang=ru", width=390)
    field = seen.page.get_by_role("combobox").first
    field.fill("кветок")
    expect(seen.page.locator("#suggestions li").first).to_be_visible()
    field.press("Escape")
    expect(seen.page.get_by_role("listbox")).to_be_hidden()
    field.press("ArrowDown")
    seen.page.get_by_role("option", name="улица Цветов").click()
    expect(seen.page).to_have_url(re.compile(r"/areas/street-kuetak\?lang=ru"))
    expect(seen.page.get_by_role("navigation", name="Где это")).to_contain_text("Районы")


def test_enter_without_a_choice_searches(town: City, look: Look) -> None:
    seen = look(f"{town.url}/list")
    field = seen.page.get_by_role("combobox").first
    field.fill("Уручча")
    expect(seen.page.locator("#suggestions li").first).to_be_visible()
    field.press("Enter")
    expect(seen.page).to_have_url(re.compile("/list.*q="))
    expect(seen.page.locator(".rows .row")).to_have_count(2)


def test_without_scripts_a_search_finds_the_house_and_what_was_perhaps_meant(town: City, look: Look) -> None:
    seen = look(f"{town.url}/list?q=Кветак+12", js=False)
    place = seen.page.locator("#places a").first
    expect(place).to_contain_text("вуліца Кветак, 12")
    place.click()
    expect(seen.page).to_have_url(re.compile(r"at=53\.90500"))
    slip = look(f"{town.url}/list?q=Уручка", js=False)
    expect(slip.page.locator(".row")).to_have_count(2)


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("path", ["/areas", "/areas/savecki", "/areas/street-kuetak", "/list?area=savecki"])
def test_areas_fit_every_screen_and_ask_nobody_else(town: City, look: Look, path: str, width: int) -> None:
    seen = look(f"{town.url}{path}", width=width)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(request.startswith((town.url, "data:")) for request in seen.requests)
    assert not seen.complaints


def test_an_area_leads_to_its_listings_and_back(town: City, look: Look) -> None:
    seen = look(f"{town.url}/areas", js=False, language="en-GB")
    seen.page.get_by_role("link", name="Savecki district").click()
    expect(seen.page.locator(".row")).to_have_count(1)
    seen.page.get_by_role("link", name="All of them as a list").click()
    expect(seen.page.locator(".row")).to_have_count(1)
    expect(seen.page.locator(".chip")).to_contain_text("Savecki district")
    seen.page.locator(".row a").click()
    seen.page.get_by_role("link", name="Savecki district").click()
    expect(seen.page).to_have_url(re.compile("/areas/savecki"))


def test_near_me_sorts_what_is_there_and_tells_nobody(town: City, look: Look) -> None:
    seen = look(f"{town.url}/list")
    context = seen.page.context
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": 53.94611, "longitude": 27.69111})
    expect(seen.page.locator(".row")).to_have_count(10)
    before = len(seen.requests)
    seen.page.get_by_role("button", name="Побач са мной").click()
    expect(seen.page.locator(".row .name").first).to_have_text("Уручча 2")
    assert "53.946" not in json.dumps(seen.requests[before:])
    assert all("/flags/" in request for request in seen.requests[before:])


def test_what_lies_just_outside_the_view_is_told(town: City, look: Look) -> None:
    for js in (True, False):
        seen = look(f"{town.url}/?at=53.945,27.69,14", js=js)
        expect(seen.page.locator("#outside")).to_be_visible()
    far = look(f"{town.url}/?at=53.9,27.56,10")
    expect(far.page.locator("#tally")).to_contain_text("10")
    expect(far.page.locator("#outside")).to_be_hidden()
