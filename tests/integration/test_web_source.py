"""The source of what runs, for everybody who uses the site."""

import io
import tarfile
from pathlib import Path

import pytest

from services.gateway.settings import GatewaySettings
from services.gateway.web import source
from tests.conftest import KEY
from tests.gateway import running


def _settings(redis_url: str, folder: Path, source_url: str = "") -> GatewaySettings:
    return GatewaySettings(redis_url=redis_url, key=KEY, data=folder, source_url=source_url, _env_file=None)


async def test_every_page_links_to_the_source_and_it_is_whole(redis_url: str, tmp_path: Path) -> None:
    async with running(_settings(redis_url, tmp_path)) as site:
        for page in ("/", "/list", "/guide/safety", "/submit", "/flags", "/mirror", "/nowhere"):
            assert f'href="{source.PATH}"' in (await site.http.get(page)).text, page
        answer = await site.http.get(source.PATH)
    assert answer.status_code == 200
    with tarfile.open(fileobj=io.BytesIO(answer.content), mode="r:gz") as archive:
        names = archive.getnames()
    assert {"dze/LICENSE", "dze/services/gateway/web/source.py", "dze/shared/bus/commit.lua"} <= set(names)
    assert not [name for name in names if "/." in name or name.endswith((".pyc", "/key", ".log"))]


@pytest.mark.parametrize("hidden", [".env", "key.aof", "__pycache__/x.py", ".git/config"])
def test_what_lies_beside_it_is_not_given_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hidden: str
) -> None:
    monkeypatch.setattr(source, "ROOT", tmp_path)
    path = tmp_path / "services" / hidden
    path.parent.mkdir(parents=True)
    path.write_text("secret")
    assert KEY not in source.packed.__wrapped__().decode("latin-1")
    with tarfile.open(fileobj=io.BytesIO(source.packed.__wrapped__()), mode="r:gz") as archive:
        assert archive.getnames() == []


async def test_an_operator_says_where_it_is(redis_url: str, tmp_path: Path) -> None:
    url = "https://code.example/dze"
    async with running(_settings(redis_url, tmp_path, source_url=url)) as site:
        assert f'href="{url}"' in (await site.http.get("/list")).text
        answer = await site.http.get(source.PATH, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, url)
