"""A listing whose link is hidden, as people see it: on a phone and a wide screen, without scripts too."""

import pytest
from playwright.sync_api import expect

from services.gateway.web.i18n import texts
from shared.contracts.listings import Link
from tests.browser.conftest import City, Look
from tests.conftest import eventually
from tests.gateway import MOMENT, added, listing, listing_id

NAME = "secret_yard"
HIDDEN = listing_id(2)


@pytest.fixture(autouse=True)
def hidden(city: City) -> None:
    """The link of a listing is hidden while the site runs."""
    link = Link(kind="username", value=NAME)
    taken = listing(
        2, name="Каменная Горка", lat=53.907, lon=27.43, members=120, link=link, link_hidden_since=MOMENT,
        description=f"Далучайцеся: @{NAME}", revision=2,
    )  # fmt: skip
    city.publish(added(taken))
    city.run(eventually(lambda: city.gateway.model.hidden))


@pytest.mark.parametrize("js", [True, False])
@pytest.mark.parametrize("width", [390, 1280])
def test_its_page_says_in_plain_words_that_the_link_is_checked_and_has_nothing_to_press(
    city: City, look: Look, width: int, js: bool
) -> None:
    for language in ("be", "ru", "en"):
        seen = look(f"{city.url}/listings/{HIDDEN}?lang={language}", js=js, width=width)
        expect(seen.page.locator(".notice")).to_have_text(texts(language)["listing.link_hidden"])
        expect(seen.page.locator(".act, .qr")).to_have_count(0)
        assert "t.me/" not in seen.page.content().replace("t.me/moj_dvor", "")
        assert NAME not in seen.page.content()
        wide = seen.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
        assert seen.complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_its_flag_and_row_say_so_and_lead_to_its_page_alone(city: City, look: Look, width: int) -> None:
    seen = look(f"{city.url}/?at=53.907,27.43,17&lang=en", width=width)
    row = seen.page.locator(f'.row[data-id="{HIDDEN}"]')
    expect(row).to_contain_text("link being checked")
    seen.page.locator(".leaflet-marker-icon.pin").first.click()
    popup = seen.page.locator(".leaflet-popup")
    expect(popup).to_contain_text("link being checked")
    assert [one.get_attribute("href") for one in popup.locator("a[href*='/']").all()] == [
        f"/listings/{HIDDEN}?lang=en"
    ]
    assert NAME not in seen.page.content()


def test_a_change_of_it_asks_for_the_link(city: City, look: Look) -> None:
    seen = look(f"{city.url}/submit?action=change&listing={HIDDEN}&lang=en", js=False)
    expect(seen.page.locator(".notice")).to_have_text(texts("en")["submit.link_hidden"])
    expect(seen.page.locator("#link")).to_have_value("")
    assert NAME not in seen.page.content()


def test_a_live_page_loses_the_link_when_it_is_hidden(city: City, look: Look) -> None:
    seen = look(f"{city.url}/?at=53.887,27.51,17&lang=en")
    seen.page.locator(".leaflet-marker-icon.pin").first.click()
    expect(seen.page.locator(".leaflet-popup")).to_contain_text("Open in Telegram")
    city.publish(
        added(listing(3, name="Грушаўка", lat=53.887, lon=27.51, revision=2, link_hidden_since=MOMENT))
    )
    expect(seen.page.locator(f'.row[data-id="{listing_id(3)}"]')).to_contain_text("link being checked")
    expect(seen.page.locator(".leaflet-popup")).to_have_count(0)
    assert "house_3" not in seen.page.content()
