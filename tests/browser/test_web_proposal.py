"""Proposing a chat: with scripts by a map and work, without them by pressing an image."""

import hashlib
import re

import pytest
from playwright.sync_api import Page, Request, expect

from services.gateway.domain.challenge import zero_bits
from shared.contracts.submissions import State, SubmissionChanged
from tests.browser.conftest import City, Look
from tests.gateway import MOMENT, listing_id

RECEIPT = re.compile(r"/submissions/[a-z2-7]{26}")


def fill(page: Page) -> None:
    page.get_by_label("Назва").fill("Двор на рагу")
    page.get_by_label("Спасылка ў Telegram").fill("@dvor_na_rahu")


def test_with_scripts_the_map_gives_the_place_and_work_the_proof(city: City, look: Look) -> None:
    seen = look(f"{city.url}/submit")
    fill(seen.page)
    seen.page.locator("#pick-map").click(position={"x": 300, "y": 150})
    expect(seen.page.locator("#picked")).to_contain_text("Выбрана")
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.post_data or "")

    seen.page.on("request", note)
    seen.page.locator("p.send button").click()
    expect(seen.page).to_have_url(RECEIPT, timeout=30_000)
    assert re.search(r"challenge=w1\.", sent[0])
    expect(seen.page.locator("#state")).to_contain_text("Атрымалі")
    assert not seen.complaints


def test_the_receipt_follows_the_state_by_itself(city: City, look: Look) -> None:
    seen = look(f"{city.url}/submit")
    fill(seen.page)
    seen.page.locator("#pick-map").click(position={"x": 300, "y": 150})
    seen.page.locator("p.send button").click()
    expect(seen.page).to_have_url(RECEIPT, timeout=30_000)
    receipt = seen.page.url.split("/")[-1].split("?")[0]
    submission_id = city.gateway.bus.keys.token("submission", receipt)
    city.publish(
        SubmissionChanged(
            submission_id=submission_id, action="add", state=State.IN_REVIEW, revision=2, changed_at=MOMENT
        )
    )
    expect(seen.page.locator("#state")).to_contain_text("Чытае рэцэнзент")


def test_without_scripts_a_press_on_the_image_picks_the_place_and_keeps_what_was_typed(
    city: City, look: Look
) -> None:
    seen = look(f"{city.url}/submit?lang=be", js=False)
    fill(seen.page)
    seen.page.locator("input[type=image]").click(position={"x": 144, "y": 144})
    expect(seen.page.locator("#picked")).to_contain_text("Выбрана: 53.9")
    expect(seen.page.get_by_label("Назва")).to_have_value("Двор на рагу")
    seen.page.get_by_role("button", name="Аддаліць").click()
    expect(seen.page.locator("#picked")).to_contain_text("Выбрана: 53.9")
    seen.page.wait_for_timeout(3_200)  # faster than a person is refused
    seen.page.locator("p.send button").click()
    expect(seen.page).to_have_url(RECEIPT)
    seen.page.get_by_role("button", name="Забраць").click()
    expect(seen.page).to_have_url(RECEIPT)


@pytest.mark.parametrize("js", [True, False])
def test_each_error_stands_beside_its_field_and_nothing_typed_is_lost(
    city: City, look: Look, js: bool
) -> None:
    seen = look(f"{city.url}/submit", js=js)
    page = seen.page
    page.get_by_label("Спасылка ў Telegram").fill("https://example.org/x")
    page.get_by_label("Апісанне").fill("Апісанне <b>двара</b>")
    page.get_by_text("увесь горад").click()
    page.wait_for_timeout(3_200)
    page.locator("p.send button").click()
    expect(page.locator("#name-problem")).to_have_text("Напішыце назву.", timeout=30_000)
    expect(page.locator("#link-problem")).to_be_visible()
    expect(page.locator("#place-problem")).to_have_text("Выберыце месца на мапе.")
    expect(page.get_by_label("Спасылка ў Telegram")).to_have_value("https://example.org/x")
    expect(page.get_by_label("Апісанне")).to_have_value("Апісанне <b>двара</b>")
    expect(page.locator("input[name=precision][value=city]")).to_be_checked()


def test_a_removal_asks_only_why(city: City, look: Look) -> None:
    seen = look(f"{city.url}/listings/{listing_id(1)}", js=False)
    seen.page.get_by_role("link", name="Папрасіць зняць з мапы").click()
    expect(seen.page.locator(".subject")).to_contain_text("Плошча Перамен")
    seen.page.get_by_label("Чаму").fill("Чат закрыты")
    seen.page.wait_for_timeout(3_200)
    seen.page.locator("p.send button").click()
    expect(seen.page).to_have_url(RECEIPT)


def test_a_change_begins_with_what_stands(city: City, look: Look) -> None:
    seen = look(f"{city.url}/submit?action=change&listing={listing_id(1)}", js=False)
    expect(seen.page.get_by_label("Назва")).to_have_value("Плошча Перамен")
    expect(seen.page.locator("input[name=flag][value=wrw-linden]")).to_be_checked()


SOLVE = """async ([challenge, bits]) => {
    const worker = new Worker(document.querySelector("[data-worker]").dataset.worker);
    const begun = performance.now();
    const proof = await new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage({ challenge, bits });
    });
    worker.terminate();
    return [proof, performance.now() - begun];
}"""


@pytest.mark.parametrize("length", [1, 44, 45, 52, 53, 62, 63, 64, 90, 117, 118, 200])
def test_the_worker_solves_challenges_of_every_length(city: City, look: Look, length: int) -> None:
    seen = look(f"{city.url}/submit")
    proof, _ = seen.page.evaluate(SOLVE, ["c" * length, 10])
    assert proof.startswith("c" * length + ":")
    assert zero_bits(hashlib.sha256(proof.encode()).digest()) >= 10


def test_the_hardest_work_that_is_asked_takes_seconds_and_not_a_quarter_of_a_minute(
    city: City, look: Look
) -> None:
    seen = look(f"{city.url}/submit")
    hashes = milliseconds = 0.0
    for n in range(3):
        proof, took = seen.page.evaluate(SOLVE, [f"speed.{n}", 18])
        hashes += int(proof.rpartition(":")[2]) + 1
        milliseconds += took
    assert hashes / milliseconds > 150, "thousand hashes a second; crypto.subtle made 81"
