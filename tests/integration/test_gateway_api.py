"""The gateway's API over a real Redis; requests go straight into the application."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.gateway.settings import GatewaySettings
from tests.conftest import KEY
from tests.gateway import Site, added, listing, removed, running


@pytest.fixture
async def site(redis_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    settings = GatewaySettings(redis_url=redis_url, key=KEY, data=tmp_path, challenge_bits=4, _env_file=None)
    async with running(settings) as started:
        yield started


async def test_the_model_catches_up_and_says_so(site: Site) -> None:
    ready = await site.http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "reasons": {}, "listings": 0}


async def test_a_listing_appears_changes_and_goes(site: Site) -> None:
    one = listing(1, members=25)
    await site.publish(added(one))
    found = (await site.http.get("/api/v1/listings")).json()
    assert found["total"] == 1
    assert found["features"][0]["geometry"]["coordinates"] == [27.56, 53.9]
    await site.publish(added(one.model_copy(update={"name": "Двор", "revision": 2})))
    assert (await site.http.get(f"/api/v1/listings/{one.id}")).json()["properties"]["name"] == "Двор"
    await site.publish(removed(one.model_copy(update={"revision": 2})))
    assert (await site.http.get(f"/api/v1/listings/{one.id}")).status_code == 404


async def test_pages_lead_through_everything_by_cursor_and_by_link(site: Site) -> None:
    await site.publish(*(added(listing(number)) for number in range(7)))
    first = await site.http.get("/api/v1/listings", params={"limit": 3, "kind": "group"})
    assert (first.json()["total"], len(first.json()["features"])) == (7, 3)
    second = await site.http.get(first.links["next"]["url"])
    by_cursor = await site.http.get(
        "/api/v1/listings", params={"limit": 3, "kind": "group", "cursor": first.json()["next"]}
    )
    assert second.json() == by_cursor.json()
    third = await site.http.get(second.links["next"]["url"])
    assert (third.json()["next"], "link" in third.headers) == (None, False)
    names = [one["properties"]["name"] for page in (first, second, third) for one in page.json()["features"]]
    assert names == [f"Дом {number}" for number in range(7)]


async def test_clusters_and_listings_of_a_box_tell_the_same_total(site: Site) -> None:
    await site.publish(
        *(
            added(listing(n, lat=53.9 + n % 5 / 50, lon=27.5 + n / 200, members=n * 10 or None))
            for n in range(30)
        )
    )
    for box in ("27.4,53.8,27.7,54.0", "27.55,53.9,27.6,53.94", "0,0,1,1", "27.6,53,27.5,54"):
        for zoom in (0, 9, 12, 16, 19, 24):
            found = (await site.http.get("/api/v1/clusters", params={"bbox": box, "zoom": zoom})).json()
            listed = (await site.http.get("/api/v1/listings", params={"bbox": box})).json()
            shown = [one["properties"] for one in found["features"]]
            assert sum(one["count"] for one in shown) == found["total"] == listed["total"]
            members = sum(one["properties"]["members"] or 0 for one in listed["features"])
            assert sum(one["members"] or 0 for one in shown) == found["members"] == members


async def test_a_listing_alone_comes_whole_among_clusters(site: Site) -> None:
    await site.publish(added(listing(1, members=None, members_below=20)))
    (single,) = (await site.http.get("/api/v1/clusters?zoom=10")).json()["features"]
    assert single["id"] == listing(1).id
    properties = single["properties"]
    assert (properties["cluster"], properties["count"], properties["name"]) == (False, 1, "Дом 1")
    assert (properties["members"], properties["members_below"]) == (None, 20)
    assert properties["link"] == "https://t.me/house_1"


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/api/v1/listings?bbox=1,2,3&kind=planet&limit=0&order=size", {"bbox", "kind", "limit", "order"}),
        ("/api/v1/listings?cursor=%00%ff", {"cursor"}),
        ("/api/v1/listings?q=" + "x" * 201, {"q"}),
        ("/api/v1/clusters?bbox=nan,0,1,1", {"bbox", "zoom"}),
        ("/api/v1/clusters?zoom=-1", {"zoom"}),
        ("/api/v1/clusters?zoom=1&zoom=x&area=%F0%9F%99%82", {"zoom", "area"}),
        ("/api/v1/search?near=1&limit=x", {"q", "near", "limit"}),
        ("/api/v1/tiles/a/b/c.mvt?kind=x", {"z", "x", "y", "kind"}),
    ],
)
async def test_every_bad_parameter_is_named(site: Site, address: str, fields: set[str]) -> None:
    answer = await site.http.get(address)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {error["field"] for error in problem["errors"]} == fields
    assert (problem["type"], problem["status"]) == ("about:blank", 422)


async def test_hostile_words_are_only_words(site: Site) -> None:
    await site.publish(added(listing(1, name="<script>alert(1)</script>")))
    for text in ("%", "*", ".*", "' OR 1=1 --", "<script>", "\u202e", "\x00", "🙂" * 50, "ў" * 200):
        answer = await site.http.get("/api/v1/listings", params={"q": text})
        assert answer.status_code == 200, text
        assert answer.headers["content-type"] == "application/geo+json"
        assert (await site.http.get("/api/v1/search", params={"q": text})).status_code == 200


@pytest.mark.parametrize(
    "address", ["/api/v1/tiles/3/8/0.mvt", "/api/v1/tiles/23/0/0.mvt", "/api/v1/tiles/-1/0/0.mvt"]
)
async def test_a_tile_that_is_not_of_this_world_is_not_found(site: Site, address: str) -> None:
    assert (await site.http.get(address)).status_code == 404


async def test_tiles_search_and_areas_answer(site: Site) -> None:
    await site.publish(added(listing(1, name="Каменная Горка")))
    tile = await site.http.get("/api/v1/tiles/0/0/0.mvt")
    assert tile.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert "Каменная Горка".encode() in tile.content
    (hit,) = (await site.http.get("/api/v1/search?q=kamennaya&near=53.9,27.5")).json()["features"]
    assert (hit["properties"]["type"], hit["properties"]["metres"]) == ("listing", 3931)
    assert (await site.http.get("/api/v1/areas")).json() == {"type": "FeatureCollection", "features": []}


@pytest.mark.parametrize("listing_id", ["x", "a" * 13, "%00", "../../etc/passwd", "%F0%9F%99%82", "a" * 5000])
async def test_an_unknown_listing_is_not_found(site: Site, listing_id: str) -> None:
    answer = await site.http.get(f"/api/v1/listings/{listing_id}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_description_names_every_address_and_parameter(site: Site) -> None:
    described = (await site.http.get("/openapi.json")).json()
    assert {path.removeprefix("/api/v1") for path in described["paths"]} == {
        "/listings", "/listings.columns", "/listings/{listing_id}", "/search", "/suggest",
        "/areas", "/areas/{area_id}",
        "/clusters", "/tiles/{z}/{x}/{y}.mvt", "/changes", "/challenge",
        "/submissions", "/submissions/{receipt}",
    }  # fmt: skip
    parameters = {one["name"] for one in described["paths"]["/api/v1/listings"]["get"]["parameters"]}
    assert parameters == {"bbox", "kind", "q", "area", "limit", "cursor", "order"}
    assert "requestBody" in described["paths"]["/api/v1/submissions"]["post"]
    for page in ("/docs", "/redoc"):
        assert (await site.http.get(page)).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_only_what_is_meant_can_be_done(site: Site, method: str) -> None:
    answer = await site.http.request(method, "/api/v1/listings")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


async def test_people_get_pages_and_programs_get_problems(site: Site) -> None:
    assert (await site.http.get("/nope")).headers["content-type"].startswith("text/html")
    assert (await site.http.get("/api/nope")).headers["content-type"] == "application/problem+json"


async def test_a_fault_of_ours_says_nothing_of_what_was_sent(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("таямніца")

    monkeypatch.setattr(site.gateway.model, "listings", broken)
    answer = await site.http.get("/api/v1/listings")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "таямніца" not in answer.text


SHARED = (
    "/api/v1/listings", "/api/v1/clusters?zoom=9", "/api/v1/areas", "/api/v1/search?q=x",
    "/api/v1/suggest?q=x",
    "/api/v1/listings.columns", "/api/v1/tiles/0/0/0.mvt", "/api/v1/listings/x", "/export.csv", "/feed.atom",
    "/openapi.json", "/oembed?url=x",
)  # fmt: skip
OWN = ("/api/v1/challenge", "/api/v1/submissions/x", "/", "/list", "/submit", "/submissions/x", "/livez")


@pytest.mark.parametrize("path", SHARED)
async def test_programs_on_other_sites_may_read_what_is_public(site: Site, path: str) -> None:
    origin = {"Origin": "https://other.example"}
    for method in ("GET", "HEAD"):
        headers = (await site.http.request(method, path, headers=origin)).headers
        assert headers["access-control-allow-origin"] == "*"
        assert headers["cross-origin-resource-policy"] == "cross-origin"
        assert "access-control-allow-credentials" not in headers
    asked = await site.http.options(path, headers=origin | {"Access-Control-Request-Method": "GET"})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
    assert asked.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", OWN)
async def test_nobody_else_may_read_what_is_somebody_s_own(site: Site, path: str) -> None:
    for method in ("GET", "OPTIONS", "POST", "DELETE"):
        headers = (await site.http.request(method, path, headers={"Origin": "https://other.example"})).headers
        assert not [name for name in headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/api/v1/listings", "GET, HEAD, OPTIONS"),
        ("/api/v1/changes", "GET, OPTIONS"),
        ("/api/v1/submissions", "POST"),
        ("/api/v1/submissions/x", "DELETE, GET, HEAD"),
        ("/submit", "GET, HEAD, POST"),
        ("/", "GET, HEAD"),
    ],
)
async def test_a_refused_method_is_told_which_ones_are_known(site: Site, path: str, allow: str) -> None:
    answer = await site.http.put(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
