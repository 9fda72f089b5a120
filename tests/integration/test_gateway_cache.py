"""Answers that are kept: what they are made of, who may change them, and how often they are made."""

import asyncio
import gzip
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.gateway.cache import ResponseCache
from services.gateway.domain.cachekeys import Part
from services.gateway.domain.readmodel import ReadModel
from services.gateway.settings import GatewaySettings
from services.gateway.versions import A_SECOND, Versions
from shared.contracts.directory import AreaChanged
from shared.contracts.listings import Area, Kind
from tests.conftest import KEY
from tests.gateway import MOMENT, Site, added, listing, removed, running

PATHS = (
    "/", "/list", "/?kind=help", "/list?q=дом 3", "/areas", "/areas/savecki", "/feed.atom",
    "/areas/savecki/feed.atom",
    "/embed", "/guide/", "/guide/start", "/flags", "/share", "/offline", "/export.geojson", "/export.csv",
    "/export.kml", "/api/v1/listings", "/api/v1/listings?limit=3&order=members", "/api/v1/clusters?zoom=12",
    "/api/v1/clusters?zoom=16&bbox=27.5,53.8,27.6,54", "/api/v1/listings.columns",
    "/api/v1/tiles/9/295/165.mvt",
    "/api/v1/areas", "/api/v1/areas/savecki", "/api/v1/search?q=дом", "/api/v1/suggest?q=до", "/openapi.json",
    "/ground/be/9/295/165.svg", "/listings/{id}", "/listings/{id}/poster", "/listings/{id}/qr.svg",
    "/api/v1/listings/{id}",
)  # fmt: skip


@pytest.fixture
async def site(redis_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    settings = GatewaySettings(
        redis_url=redis_url, key=KEY, data=tmp_path, onion="http://a.onion", _env_file=None
    )
    async with running(settings) as started:
        ring = [(27.4, 53.85), (27.7, 53.85), (27.7, 53.95), (27.4, 53.85)]
        area = Area(id="savecki", level="district", names={"be": "Савецкі раён"}, polygon=[[ring]])
        await started.publish(AreaChanged(area_id=area.id, area=area, changed_at=MOMENT), added(listing(1)))
        yield started


@pytest.fixture
def fresh(site: Site, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Asks as if nothing were kept."""

    async def get(path: str, **headers: str) -> httpx.Response:
        with monkeypatch.context() as patched:
            patched.setattr(Versions, "of", lambda *_: (random.random(),))
            return await site.http.get(path, headers=headers)

    return get


def _change(made: random.Random, alive: dict[int, int]) -> Any:
    """The next change of a listing: added, changed or removed."""
    number = made.randrange(1, 8)
    one = listing(
        number,
        revision=alive.get(number, 0) + 1,
        name=f"Дом {number} {made.choice('abc')}",
        kind=made.choice([Kind.GROUP, Kind.HELP]),
        lat=53.9 + made.random() / 20,
        lon=27.5 + made.random() / 10,
        areas=made.choice([(), ("savecki",)]),
    )
    if number in alive and number != 1 and made.random() < 0.3:
        alive.pop(number)
        return removed(one.model_copy(update={"revision": one.revision - 1}))
    alive[number] = one.revision
    return added(one)


@pytest.mark.parametrize("seed", range(4))
async def test_a_kept_answer_is_the_one_that_would_be_made_now(site: Site, fresh: Any, seed: int) -> None:
    made, alive = random.Random(seed), {1: 1}
    for _ in range(6):
        await site.publish(_change(made, alive))
        for path in made.sample(PATHS, 12):
            asked, language = (
                path.format(id=listing(1).id),
                made.choice(["be", "ru;q=0.9, en", "en-GB", "xx"]),
            )
            first = await site.http.get(asked, headers={"Accept-Language": language})
            kept = await site.http.get(asked, headers={"Accept-Language": language})
            anew = await fresh(asked, **{"Accept-Language": language})
            assert first.status_code == 200, path
            assert first.content == kept.content == anew.content, path
            assert dict(first.headers) == dict(kept.headers) == dict(anew.headers), path


async def test_what_a_stranger_sends_is_in_no_answer_for_others(site: Site) -> None:
    poison = {
        "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "evil",
        "Forwarded": "host=evil.example", "X-Original-URL": "/evil", "Range": "bytes=0-3", "Cookie": "evil=1",
        "Referer": "http://evil.example", "Origin": "http://evil.example", "X-HTTP-Method-Override": "DELETE",
        "Accept-Language": "evil, be;q=evil, " + "x" * 600, "Accept": "evil/evil", "Authorization": "evil",
    }  # fmt: skip
    for path in PATHS:
        asked = path.format(id=listing(1).id)
        joined = f"{asked}{'&' if '?' in asked else '?'}utm_evil=evil&callback=evil"
        first = await site.http.get(joined, headers=poison)
        later = await site.http.get(asked, headers={"Accept-Language": "be"})
        assert (first.status_code, later.status_code) == (200, 200), path
        assert "evil" not in later.text + str(later.headers), path
        assert first.content == later.content, path


@pytest.mark.parametrize(
    "path", ["/", "/list", "/api/v1/clusters?zoom=12", "/export.csv", "/feed.atom", "/guide/"]
)
async def test_an_answer_is_not_sent_again_to_who_has_it(site: Site, path: str) -> None:
    first = await site.http.get(path, headers={"Accept-Encoding": "identity"})
    etag = first.headers["etag"]
    for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*", f'"x",{etag},' + '"y",' * 25_000):
        again = await site.http.get(path, headers={"If-None-Match": known, "Accept-Encoding": "gzip"})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        for name in ("vary", "cache-control", "content-security-policy"):
            assert again.headers.get(name) == first.headers.get(name)
    assert (await site.http.get(path, headers={"If-None-Match": '"x"'})).status_code == 200
    head = await site.http.head(path, headers={"Accept-Encoding": "identity"})
    assert (head.content, head.headers["content-length"]) == (b"", str(len(first.content)))
    await site.publish(added(listing(9)))
    after = await site.http.get(path, headers={"If-None-Match": etag})
    assert after.status_code == (304 if path == "/guide/" else 200)


async def test_each_gets_the_coding_that_it_takes(site: Site) -> None:
    plain = await site.http.get("/", headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    async with site.http.stream("GET", "/", headers={"Accept-Encoding": "br, gzip;q=0.5"}) as packed:
        raw = b"".join([part async for part in packed.aiter_raw()])
    assert packed.headers["content-encoding"] == "gzip"
    assert (len(raw), gzip.decompress(raw)) == (int(packed.headers["content-length"]), plain.content)
    assert "Accept-Encoding" in packed.headers["vary"]
    assert packed.headers["vary"] == plain.headers["vary"]


async def test_one_question_of_many_at_once_is_answered_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, before = [], ReadModel.clusters_at_most

    def counted(*args: Any) -> Any:
        made.append(args)
        return before(*args)

    monkeypatch.setattr(ReadModel, "clusters_at_most", counted)
    spellings = [
        f"/api/v1/clusters?zoom=11&x={n}&bbox=27.4,53.{'8' + '0' * (n % 9)},27.7,54" for n in range(100)
    ]
    answers = await asyncio.gather(*map(site.http.get, spellings))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert len(made) == 1


async def test_fast_changes_are_taken_together_and_none_is_hidden_for_a_second(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    bucket = site.gateway.versions._bucket
    monkeypatch.setattr(bucket, "clock", lambda: clock[0])
    monkeypatch.setattr(bucket, "_filled", 0.0)
    shown, behind = set(), []
    for _ in range(500):
        clock[0] += 0.02
        site.gateway.model.version += 1
        (version,) = _listings(site)
        shown.add(version)
        behind.append(site.gateway.model.version - int(version))
    assert len(shown) <= 10 * A_SECOND + 7
    assert max(behind) * 0.02 <= 1 / A_SECOND + 0.03
    clock[0] += 1 / A_SECOND
    assert _listings(site) == (site.gateway.model.version,)


async def test_memory_is_bounded_under_questions_that_are_made_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = await _cache(site)
    for pool in cache._pools.values():
        monkeypatch.setattr(pool, "_most", 100_000)
    kept = await site.http.get("/guide/")
    for number in range(1_500):
        path = (f"/api/v1/suggest?q={number}", f"/api/v1/listings?limit=5&q={number}", f"/list?q={number}")[
            number % 3
        ]
        assert (await site.http.get(path)).status_code == 200
        assert cache.size <= 100_000 * len(cache._pools)
    monkeypatch.setattr(cache, "_make", None)  # the guide is there still
    assert (await site.http.get("/guide/")).content == kept.content


@pytest.mark.parametrize(
    "path", ["/submit", "/api/v1/challenge", "/api/v1/submissions/x", "/submissions/x", "/livez"]
)
async def test_what_belongs_to_one_person_is_made_for_each(site: Site, path: str) -> None:
    cache = await _cache(site)
    before = cache.size
    answers = [await site.http.get(path) for _ in range(2)]
    assert all("etag" not in answer.headers for answer in answers)
    if path in {"/submit", "/api/v1/challenge"}:
        assert answers[0].content != answers[1].content
    assert cache.size == before


async def test_an_error_is_kept_for_nobody(site: Site) -> None:
    path = f"/listings/{listing(5).id}"
    assert (await site.http.get(path)).status_code == 404
    await site.publish(added(listing(5)))
    assert (await site.http.get(path)).status_code == 200
    await site.publish(removed(listing(5)))
    assert (await site.http.get(path)).status_code == 404


def _listings(site: Site) -> tuple[int | str, ...]:
    return site.gateway.versions.of((Part.LISTINGS,))


async def _cache(site: Site) -> ResponseCache:
    await site.http.get("/livez")  # with which the layers are put together
    layer: Any = site.http._transport
    layer = layer.app.middleware_stack
    while not isinstance(layer, ResponseCache):
        layer = getattr(layer, "app", None) or layer._app
    return layer
