"""The description of the API: as committed, without loose ends, and a client made from it works."""

import asyncio
import importlib
import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from services.gateway.app import create_app
from services.gateway.settings import GatewaySettings
from shared.bus import Bus
from tests.conftest import KEY
from tests.gateway import Site, added, listing, running, served, solve

COMMITTED = Path(__file__).parents[2] / "docs/openapi.json"
GENERATOR = shutil.which("openapi-python-client")
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> GatewaySettings:
    return GatewaySettings(redis_url=redis_url, key=KEY, data=tmp_path, challenge_bits=4, _env_file=None)


@pytest.fixture
def document(settings: GatewaySettings) -> dict[str, Any]:
    return create_app(settings, Bus("gateway", settings)).openapi()


def test_the_description_is_the_one_that_is_committed(document: dict[str, Any]) -> None:
    """After a change that is meant: `python -m ops.openapi > docs/openapi.json`."""
    assert document == json.loads(COMMITTED.read_text(encoding="utf-8"))


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document))):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert found


def test_every_operation_says_its_media_type_and_its_problems(document: dict[str, Any]) -> None:
    ids = []
    for path, operations in document["paths"].items():
        assert set(operations) <= METHODS
        for operation in operations.values():
            ids.append(operation["operationId"])
            answers = operation["responses"]
            good = next(answers[status] for status in ("200", "202") if status in answers)
            assert good["content"], path
            assert {"404", "429", "503"} <= set(answers)
            if "requestBody" in operation:
                assert {"400", "413", "415", "422"} <= set(answers)
            refused = [answer for status, answer in answers.items() if status >= "400"]
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in refused)
    assert len(ids) == len(set(ids))
    assert document["info"]["license"]["identifier"] == "AGPL-3.0-or-later"
    assert document["info"]["contact"]["name"]


@pytest.mark.parametrize(
    ("path", "name", "good", "bad"),
    [
        ("/listings", "bbox", ["27.4,53.8,27.7,54.0", "-180,-90,180,90", "27.40, 53.8, +27.7, 54."], "1,2,3"),
        ("/search", "near", ["53.9,27.56", "-1,-2.5"], "٥٣.9,27"),
        ("/listings", "cursor", ["WyJuYW1lIiwiYSIsImIiXQ"], "a b"),
    ],
)
async def test_patterns_say_what_is_taken(
    settings: GatewaySettings, document: dict[str, Any], path: str, name: str, good: list[str], bad: str
) -> None:
    parameters = document["paths"][f"/api/v1{path}"]["get"]["parameters"]
    found = next(one["schema"] for one in parameters if one["name"] == name)
    found = next((one for one in found.get("anyOf", [found]) if "pattern" in one), found)
    async with running(settings) as site:
        for text in good:
            assert re.search(found["pattern"], text)
            answer = await site.http.get(f"/api/v1{path}", params={name: text, "q": "x"})
            assert answer.status_code == 200 or name == "cursor"
        assert not re.search(found["pattern"], bad, re.ASCII)
        refused = await site.http.get(f"/api/v1{path}", params={name: bad, "q": "x"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"].startswith(name)


@pytest.fixture
async def site(settings: GatewaySettings, free_port: int) -> AsyncIterator[Site]:
    async with served(settings, free_port) as site:
        yield site


def _part(name: str) -> ModuleType:
    return importlib.import_module(f"dze_client.{name}")


@pytest.mark.skipif(GENERATOR is None, reason="openapi-python-client is not installed")
async def test_a_client_made_from_the_description_works(
    site: Site, document: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    asked = ["generate", "--path", "openapi.json", "--output-path", "dze_client", "--meta", "none"]
    making = await asyncio.create_subprocess_exec(str(GENERATOR), *asked, cwd=tmp_path)
    assert await making.wait() == 0
    monkeypatch.syspath_prepend(tmp_path)
    await site.publish(added(listing(1)), added(listing(2, lat=53.95)))
    async with _part("client").Client(base_url=str(site.http.base_url)) as client:
        await _use(client)


async def _use(client: Any) -> None:
    found = await _part("api.listings.listings").asyncio(client=client, bbox="27,53.8,28,53.92")
    assert [one.id for one in found.features] == [listing(1).id]
    clusters = await _part("api.map_.clusters").asyncio(client=client, zoom=17)
    assert clusters.total == 2
    missing = await _part("api.listings.listing").asyncio(client=client, listing_id="x")
    assert (type(missing).__name__, missing.status) == ("Problem", 404)
    challenge = await _part("api.submissions.challenge").asyncio(client=client)
    models = _part("models")
    body = models.ProposalBody(
        action=models.ProposalBodyAction.REMOVE,
        challenge=solve(challenge.challenge, challenge.bits),
        listing_id=listing(1).id,
    )
    receipt = await _part("api.submissions.submit").asyncio(client=client, body=body)
    status = await _part("api.submissions.status").asyncio(client=client, receipt=receipt.receipt)
    assert status.action.value == "remove"
