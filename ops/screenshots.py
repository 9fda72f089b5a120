"""Takes the pictures of the README: `make screenshots`. Runs the demo on data of its own; needs Chromium."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from cli.health import free_port

IMAGES = Path(__file__).parents[1] / "docs" / "images"
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


def main() -> int:
    """Write the pictures; answers 1 without Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("Chromium is needed: apt-get install chromium\n")
        return 1
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "cli.main", "up", "--demo", "--port", str(port)]
        with subprocess.Popen(  # noqa: S603 - the words are ours
            words, stdout=subprocess.PIPE, text=True, env=os.environ | {"DZE_DATA": folder}
        ) as demo:
            try:
                _wait(demo)
                with sync_playwright() as play:
                    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
                    browser = play.chromium.launch(executable_path=chromium, args=arguments)
                    _take(browser, f"http://127.0.0.1:{port}")
                    browser.close()
            finally:
                demo.terminate()
                demo.communicate()
    return 0


def _wait(demo: "subprocess.Popen[str]") -> None:
    """Until everything is ready and the sample data is there."""
    assert demo.stdout is not None
    missing = {"Ctrl-C stops", "Sample data:"}
    for line in demo.stdout:
        missing = {text for text in missing if text not in line}
        if not missing:
            return
    raise RuntimeError("the demo ended before it was ready")


PICTURES = (
    ("map", "/", 1280, 800, "light"),
    ("phone", "/", 390, 780, "light"),
    ("dark", "/", 390, 780, "dark"),
    ("guide", "/guide/safety", 390, 780, "light"),
)
"""Name, page, width and height in CSS pixels, colours."""


def _take(browser: Browser, site: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, path, width, height, scheme in PICTURES:
        colours: Literal["dark", "light"] = "dark" if scheme == "dark" else "light"
        page = browser.new_page(
            viewport={"width": width, "height": height}, locale="be", color_scheme=colours
        )
        page.goto(f"{site}{path}")
        page.wait_for_timeout(2500)  # tiles, flags and the first clusters fade in
        page.screenshot(path=IMAGES / f"{name}.png")
        page.close()


if __name__ == "__main__":
    sys.exit(main())
