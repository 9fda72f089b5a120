"""A gateway in a thread of its own with a small made-up city, and a real browser to look at it."""

import asyncio
import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from services.gateway.app import create_app
from services.gateway.context import Gateway
from services.gateway.serving import PublicServer, config
from services.gateway.settings import GatewaySettings
from shared.bus import Bus
from shared.contracts.directory import AreaChanged
from shared.contracts.listings import Area, Kind
from tests.conftest import KEY, eventually
from tests.gateway import MOMENT, added, listing

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
ENVIRONMENT: dict[str, str | float | bool] = {
    name: value for name, value in os.environ.items() if name != "FAKETIME_DONT_FAKE_MONOTONIC"
}
"""At another time (`ops.faketime`) Chromium waits for ever unless its monotonic clock is moved as well."""
HOSTILE = "\u202eevil <script>document.title='hit'</script> & \"'{{7*7}}"
LONG = "Дом" * 40


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, env=ENVIRONMENT)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, and everything that it asked for or complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hear(self, told: ConsoleMessage) -> None:
        if told.type == "error":
            self.complaints.append(told.text)


class Look(Protocol):
    def __call__(
        self,
        url: str,
        *,
        js: bool = True,
        width: int = 1280,
        dark: bool = False,
        language: str = "be-BY",
        zone: str = "Europe/Minsk",
    ) -> Watched: ...


@pytest.fixture
def look(browser: Browser) -> Iterator[Look]:
    """Opens an address: `look(url, js=False, width=320, language="ru-RU", zone="Asia/Tokyo")`."""
    contexts: list[BrowserContext] = []

    def open_page(
        url: str,
        *,
        js: bool = True,
        width: int = 1280,
        dark: bool = False,
        language: str = "be-BY",
        zone: str = "Europe/Minsk",
    ) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=js,
            color_scheme="dark" if dark else "light",
            locale=language,
            timezone_id=zone,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        seen = Watched(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("console", seen.hear)
        seen.page.goto(url)
        return seen

    yield open_page
    for context in contexts:
        context.close()


class City:
    """The running gateway: `url`, its parts, and a way to publish as the directory would."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: PublicServer | None = None
        self._serving: Future[None] | None = None
        self.url = f"http://127.0.0.1:{settings.port}"
        self.gateway: Gateway

    def start(self) -> None:
        self._thread.start()
        self.run(self._start())

    async def _start(self) -> None:
        app = create_app(self._settings, Bus("gateway", self._settings))
        self.gateway = app.state.gateway
        self._server = PublicServer(config(app, "127.0.0.1", self._settings.port))
        self._serving = asyncio.run_coroutine_threadsafe(self._server.serve(), self._loop)
        server = self._server
        await eventually(lambda: server.started and self.gateway.bus.readiness().ready)

    def stop(self) -> None:
        assert self._server is not None
        assert self._serving is not None
        self.gateway.feed.close()
        self._server.should_exit = True
        with contextlib.suppress(TimeoutError):
            self._serving.result(15)
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end(self) -> None:
        """End what still runs: a thread that works for a task waits for ever when its loop stops before the
        task, and the tests would never exit.
        """
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=15)
        await asyncio.sleep(0)

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    def publish(self, *events: Any) -> None:
        async def all_of_them() -> None:
            await self.gateway.bus.publish(*events)

        self.run(all_of_them())


@pytest.fixture
def start_city(redis_url: str, tmp_path: Path, free_port: int) -> Iterator[Callable[..., City]]:
    """Starts a gateway with further settings, as in `start_city(basemap="...")`."""
    running: list[City] = []

    def start(**values: Any) -> City:
        settings = GatewaySettings(
            redis_url=redis_url, key=KEY, data=tmp_path, port=free_port, _env_file=None, **values
        )
        running.append(City(settings))
        running[-1].start()
        populate(running[-1])
        return running[-1]

    yield start
    for city in running:
        city.stop()


@pytest.fixture
def city(start_city: Callable[..., City]) -> City:
    return start_city()


def populate(city: City) -> None:
    """A district and ten listings: some near each other, two on one spot, some with names made to do harm."""
    ring = [(27.4, 53.85), (27.7, 53.85), (27.7, 53.95), (27.4, 53.95), (27.4, 53.85)]
    names = {"be": "Савецкі раён", "ru": "Советский район", "en": "Savecki district"}
    area = Area(id="savecki", level="district", names=names, polygon=[[ring]])
    listings = [
        listing(1, name="Плошча Перамен", members=4312, flag="wrw-linden", areas=("savecki",)),
        listing(2, name="Каменная Горка", lat=53.907, lon=27.43, members=120),
        listing(3, name="Грушаўка", lat=53.887, lon=27.51, members_below=20),
        listing(4, name="Падвозка", lat=53.93, lon=27.65, kind=Kind.CARPOOL, members=88),
        listing(5, name="Дом на адным месцы А", lat=53.87, lon=27.62, members=31),
        listing(6, name="Дом на адным месцы Б", lat=53.87, lon=27.62, members=32),
        listing(
            7,
            name=HOSTILE,
            lat=53.94,
            lon=27.5,
            description="<img src=x onerror=alert(1)>",
            dead_since=MOMENT,
        ),
        listing(8, name=LONG, lat=53.92, lon=27.47, members=1_234_567),
        listing(9, name="Уручча", lat=53.945, lon=27.69, members=64),
        listing(10, name="Уручча 2", lat=53.9455, lon=27.6905, members=65),
    ]
    city.publish(
        *(added(one) for one in listings), AreaChanged(area_id=area.id, area=area, changed_at=MOMENT)
    )
    model = city.gateway.model
    city.run(eventually(lambda: model.totals().listings == len(listings) and model.area("savecki")))
