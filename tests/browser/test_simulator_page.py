"""The simulator's page in a real browser: what a newcomer does in the demo."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from simulator.demo import ALENA, DEMO_TOKEN, REVIEW_CHAT, STRANGER, UPPER_TOWN
from simulator.methods import METHODS, Call
from simulator.methods.call import Args
from simulator.server import Simulator, serving
from tests.browser.conftest import CHROMIUM, ENVIRONMENT

pytestmark = pytest.mark.browser
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with serving() as running:
        yield running


@pytest.fixture(params=[1280, 390])
async def page(request: pytest.FixtureRequest, sim: Simulator) -> AsyncIterator[Page]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=QUIET, env=ENVIRONMENT)
        page = await browser.new_page(viewport={"width": request.param, "height": 780})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        await page.goto(sim.url)
        yield page
        assert faults == []
        wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0
        await browser.close()


def call(sim: Simulator, method: str, **arguments: Any) -> Any:
    return METHODS[method.lower()](Call(sim.world, sim.world.tokens[DEMO_TOKEN], Args(arguments)))


async def become(page: Page, user: int) -> None:
    await page.select_option("#person", str(user))


async def test_a_resident_writes_and_sends_an_album(sim: Simulator, page: Page) -> None:
    await page.click("a.entry >> text=Верхні горад")
    await page.fill("textarea", "Добры дзень <b>суседзі</b>")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".messages >> text=Добры дзень <b>суседзі</b>")
    await page.click(".composer .round >> nth=0")
    await page.click("text=Album of three")
    await page.wait_for_selector(".media.n3 img >> nth=2")
    last = list(sim.world.chat(UPPER_TOWN).messages.values())[-3:]
    assert len({message.content["media_group_id"] for message in last}) == 1


async def test_a_stranger_joins_and_is_removed_before_ones_eyes(sim: Simulator, page: Page) -> None:
    await become(page, STRANGER)
    await page.click("a.entry >> text=Верхні горад")
    await page.click("button >> text=Join")
    await page.wait_for_selector("text=Stranger joined")
    await page.click(".composer .round >> nth=0")
    await page.click(".choices >> text=Picture >> nth=0")
    await page.wait_for_selector(".media img")
    picture = sim.world.chat(UPPER_TOWN).last_message_id
    call(sim, "deleteMessage", chat_id=UPPER_TOWN, message_id=picture)
    await page.wait_for_selector("text=Picture by Stranger — deleted by Dze")
    call(sim, "banChatMember", chat_id=UPPER_TOWN, user_id=STRANGER)
    await page.wait_for_selector("text=You are banned from this chat.")


async def test_a_reviewer_presses_a_button_and_is_answered(sim: Simulator, page: Page) -> None:
    keys = {"inline_keyboard": [[{"text": "Ухваліць", "callback_data": "ok"}]]}
    call(sim, "sendMessage", chat_id=REVIEW_CHAT, text="Прапанова", reply_markup=keys)
    await page.goto(f"{sim.url}/#chat={REVIEW_CHAT}")
    await become(page, ALENA)
    async with page.expect_response("**/sim/press"):
        await page.click(".keyboard button")
    (query,) = sim.world.queries
    call(sim, "answerCallbackQuery", callback_query_id=query, text="Ухвалена")
    await page.wait_for_selector("#toast.shown >> text=Ухвалена")


async def test_a_resident_becomes_an_admin(sim: Simulator, page: Page) -> None:
    await page.click("a.entry >> text=Ліпавы двор")
    await page.click("button >> text=About")
    await page.click("text=Become an admin")
    await page.wait_for_selector("text=you are an admin")


async def test_hostile_names_and_texts_stay_text(sim: Simulator, page: Page) -> None:
    evil = '<img src=x onerror="document.title=1">\u202e\u0000'
    user = sim.do("user", first_name=evil[:64], id=901)["id"]
    sim.do("join", chat="@upper_town_demo", user=user)
    sim.do("write", chat="@upper_town_demo", user=user, text=f"{evil} javascript:alert(1) https://x.by/'\"")
    await page.click("a.entry >> text=Верхні горад")
    await page.wait_for_selector(".messages >> text=javascript:alert")
    assert await page.title() == "Telegram simulator"
    assert await page.locator(".messages img").count() == 0


async def test_an_admin_lets_in_who_asked(sim: Simulator, page: Page) -> None:
    sim.do("settings", chat=UPPER_TOWN, join_by_request=True)
    sim.do("join", chat=UPPER_TOWN, user=STRANGER)
    await become(page, ALENA)
    await page.click("a.entry >> text=Верхні горад")
    await page.click("button >> text=About")
    await page.click("button >> text=Let in >> nth=-1")
    await page.wait_for_selector("text=Stranger joined")
