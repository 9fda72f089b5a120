"""Telegram's webhook: with the secret only, each update once, answered when on disk."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.exceptions import ConnectionError as GoneError

from services.gateway.settings import GatewaySettings
from shared.contracts.registry import TELEGRAM_UPDATES
from tests.conftest import KEY
from tests.gateway import Site, running
from tests.stored import stored

SECRET = "tell-nobody"
UPDATE = {
    "update_id": 7,
    "message": {"message_id": 1, "chat": {"id": -100123456}, "from": {"id": 987654321}, "text": "таямніца"},
}


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> GatewaySettings:
    return GatewaySettings(
        redis_url=redis_url, key=KEY, data=tmp_path, telegram_secret=SECRET, _env_file=None
    )


@pytest.fixture
async def site(settings: GatewaySettings) -> AsyncIterator[Site]:
    async with running(settings) as started:
        yield started


async def push(site: Site, update: Any, secret: str | None = SECRET) -> httpx.Response:
    headers = {} if secret is None else {b"X-Telegram-Bot-Api-Secret-Token": secret.encode()}
    content = update if isinstance(update, bytes) else json.dumps(update).encode()
    return await site.http.post("/telegram/webhook", content=content, headers=headers)


async def taken(site: Site) -> int:
    redis = site.gateway.bus.redis
    return sum([await redis.xlen(key) for key in TELEGRAM_UPDATES.partitions()])


@pytest.mark.parametrize("secret", [None, "", "wrong", "tell-nobod", "tell-nobody ", "таямніца"])
async def test_strangers_are_refused(site: Site, secret: str | None) -> None:
    answer = await push(site, UPDATE, secret)
    assert answer.status_code == 403
    assert await taken(site) == 0


@pytest.mark.parametrize("configured", [None, ""])
async def test_without_a_secret_there_is_no_webhook(
    settings: GatewaySettings, configured: str | None
) -> None:
    bare = GatewaySettings(
        redis_url=settings.redis(), key=KEY, data=settings.data, telegram_secret=configured, _env_file=None
    )
    async with running(bare) as site:
        for secret in (None, "", SECRET):
            assert (await push(site, UPDATE, secret)).status_code == 404


async def test_one_update_counts_once_however_often_it_comes(site: Site) -> None:
    answers = await asyncio.gather(*(push(site, UPDATE) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert await taken(site) == 1
    assert (await push(site, UPDATE | {"update_id": 8})).status_code == 200
    assert await taken(site) == 2


async def test_kinds_that_nobody_knows_yet_are_taken_too(site: Site) -> None:
    assert (await push(site, {"update_id": 9, "hologram": {"of": [1, 2]}})).status_code == 200
    assert await taken(site) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"message": {}}', b'{"update_id": "x"}', b"\xff", b"[" * 9000]
)
async def test_what_is_no_update_is_refused(site: Site, body: bytes) -> None:
    assert (await push(site, body)).status_code == 400
    assert await taken(site) == 0


async def test_a_body_beyond_the_limit_is_refused(site: Site) -> None:
    assert (await push(site, b" " * (1024 * 1024 + 1))).status_code == 413


async def test_an_update_of_a_long_message_is_taken(site: Site) -> None:
    long = UPDATE | {"message": {"chat": {"id": 1}, "text": "ы" * 100_000}}
    assert (await push(site, long)).status_code == 200


async def test_nothing_of_it_lies_open_in_redis(site: Site) -> None:
    await push(site, UPDATE)
    for key, value in (await stored(site.gateway.bus.redis)).items():
        for secret in (b"100123456", b"987654321", "таямніца".encode(), b"\\u0442"):
            assert secret not in key + value


async def test_only_post_is_for_the_webhook_and_every_answer_has_the_strict_headers(site: Site) -> None:
    refused = await site.http.get("/telegram/webhook")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    for answer in (refused, await push(site, UPDATE), await push(site, UPDATE, "wrong")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_updates_that_come_at_once_are_all_taken(site: Site) -> None:
    async def one(number: int) -> int:
        return (await push(site, UPDATE | {"update_id": number})).status_code

    assert set(await asyncio.gather(*(one(number) for number in range(100, 160)))) == {200}
    assert await taken(site) == 60


async def test_while_redis_is_away_telegram_is_told_to_come_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> Any:
        raise GoneError

    with monkeypatch.context() as patched:
        patched.setattr("shared.bus.scripts.Scripts.run", away)
        assert (await push(site, UPDATE)).status_code == 503
    assert (await push(site, UPDATE)).status_code == 200
    assert await taken(site) == 1
