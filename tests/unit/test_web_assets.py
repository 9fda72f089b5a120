"""Static files: few requests, and a page that carries what it needs to be read."""

import base64
import hashlib
import re

from services.gateway.headers import CONTENT_SECURITY_POLICY
from services.gateway.web.assets import ASSETS, TOGETHER
from services.gateway.web.render import TEMPLATES


def test_the_scripts_of_the_map_come_as_one_that_asks_for_no_other() -> None:
    text = ASSETS.files["js/home.all.js"].body.decode()
    for name in (
        "view.js",
        "ground.js",
        "marks.js",
        "words.js",
        "server.js",
        "live.js",
        "suggest.js",
        "near.js",
    ):
        assert text.count(f'modules["{name}"] =') == 1, name
    assert not re.search(r"^(import|export)\b", text, re.MULTILINE)


def test_files_that_are_put_together_are_there_and_change_with_their_parts() -> None:
    for name, parts in TOGETHER.items():
        assert ASSETS.url(name).endswith(name)
        assert all(part in ASSETS.files for part in parts)


def test_the_style_within_pages_is_the_one_that_the_policy_names() -> None:
    text = ASSETS.critical
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    page = TEMPLATES.from_string("<style>{{ critical }}</style>").render()
    assert page == f"<style>{text}</style>"
    assert "</" not in text


def test_addresses_in_the_style_within_pages_lead_to_files() -> None:
    found = re.findall(r"url\(([^)]+)\)", ASSETS.critical)
    assert len(found) >= 3
    for address in found:
        start, version, name = address[1:].split("/", 2)
        assert (start, version) == ("static", ASSETS.version)
        assert name in ASSETS.files
