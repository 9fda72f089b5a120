"""The map in a page of somebody else."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import City, Look


@pytest.fixture
def neighbours(city: City) -> Iterator[str]:
    """Another site, which frames whatever of ours its address names."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<!doctype html><iframe src="{city.url}{self.path}" width="600" height="400"></iframe>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("js", [True, False])
def test_the_embedded_map_works_in_a_frame(neighbours: str, look: Look, js: bool) -> None:
    frame = look(f"{neighbours}/embed", js=js).page.frame_locator("iframe")
    marks = ".leaflet-marker-pane > *" if js else "#static-map svg a"
    expect(frame.locator(marks).first).to_be_visible()
    expect(frame.locator(".whose a")).to_have_attribute("href", "/")


@pytest.mark.parametrize("path", ["/", "/submit", "/list"])
def test_nothing_else_of_ours_can_be_framed(neighbours: str, look: Look, path: str) -> None:
    seen = look(f"{neighbours}{path}")
    expect(seen.page.frame_locator("iframe").locator("main")).to_have_count(0)
    assert any("frame" in complaint for complaint in seen.complaints)
