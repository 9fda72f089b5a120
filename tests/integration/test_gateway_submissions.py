"""Proposals over a real Redis: taken in once, answered when on disk, and nothing half done."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.gateway import intake
from services.gateway.intake import Form
from services.gateway.settings import GatewaySettings
from shared.contracts.registry import SUBMISSIONS_RECEIVED, SUBMISSIONS_WITHDRAWN
from shared.contracts.submissions import State, SubmissionChanged
from shared.server import EmbeddedRedis
from tests.conftest import KEY, eventually
from tests.gateway import MOMENT, Site, added, listing, running
from tests.stored import stored

GOOD = {
    "action": "add",
    "name": "Двор на Лынькова",
    "link": "https://t.me/lynkova_dvor",
    "kind": "group",
    "lat": 53.912345,
    "lon": 27.512345,
}


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> GatewaySettings:
    return _settings(redis_url, tmp_path)


def _settings(redis_url: str, folder: Path) -> GatewaySettings:
    return GatewaySettings(redis_url=redis_url, key=KEY, data=folder, challenge_bits=4, _env_file=None)


@pytest.fixture
async def site(settings: GatewaySettings) -> AsyncIterator[Site]:
    async with running(settings) as started:
        yield started


async def propose(
    site: Site, *, key: str | None = None, proof: str | None = None, **changes: Any
) -> httpx.Response:
    body = GOOD | {"challenge": proof or await site.solved()} | changes
    headers = {} if key is None else {"Idempotency-Key": key}
    return await site.http.post("/api/v1/submissions", json=body, headers=headers)


async def received(site: Site) -> int:
    redis = site.gateway.bus.redis
    lengths = [await redis.xlen(key) for key in SUBMISSIONS_RECEIVED.partitions()]
    return sum(lengths)


def wrong(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


async def test_a_proposal_is_answered_with_a_receipt_that_works_at_once(site: Site) -> None:
    answer = await propose(site)
    assert answer.status_code == 202
    receipt = answer.json()["receipt"]
    assert answer.json()["status_url"] == f"/api/v1/submissions/{receipt}"
    status = await site.http.get(answer.json()["status_url"])
    assert status.status_code == 200
    assert (status.json()["state"], status.json()["action"]) == ("received", "add")
    assert await received(site) == 1


async def test_nothing_exact_and_no_receipt_lies_in_redis(site: Site) -> None:
    receipt = (await propose(site)).json()["receipt"]
    lies = b" ".join(key + value for key, value in (await stored(site.gateway.bus.redis)).items())
    for secret in (receipt, "lynkova_dvor", "53.9123", "27.5123", "Лынькова"):
        assert secret.encode() not in lies


async def test_the_status_follows_the_submission(site: Site) -> None:
    receipt = (await propose(site)).json()["receipt"]
    submission_id = site.gateway.bus.keys.token("submission", receipt)
    change = SubmissionChanged(
        submission_id=submission_id,
        action="add",
        state=State.REFUSED,
        reasons=("link.duplicate",),
        revision=2,
        changed_at=MOMENT,
    )
    await site.gateway.bus.publish(change)
    await eventually(lambda: site.gateway.model.submission(submission_id))
    status = (await site.http.get(f"/api/v1/submissions/{receipt}")).json()
    assert (status["state"], status["reasons"]) == ("refused", ["link.duplicate"])
    assert (await site.http.delete(f"/api/v1/submissions/{receipt}")).status_code == 409


@pytest.mark.parametrize("receipt", ["x", "a" * 26, "A" * 26, "a" * 27, "%00", "%F0%9F%99%82"])
async def test_an_unknown_receipt_is_not_found(site: Site, receipt: str) -> None:
    for method in ("GET", "DELETE"):
        answer = await site.http.request(method, f"/api/v1/submissions/{receipt}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_proposal_can_be_taken_back(site: Site) -> None:
    receipt = (await propose(site)).json()["receipt"]
    answer = await site.http.delete(f"/api/v1/submissions/{receipt}")
    assert answer.status_code == 202
    redis = site.gateway.bus.redis
    assert sum([await redis.xlen(key) for key in SUBMISSIONS_WITHDRAWN.partitions()]) == 1


async def test_however_often_and_over_however_many_gateways_it_is_taken_back_once(
    settings: GatewaySettings,
) -> None:
    async with running(settings) as one, running(settings) as two:
        receipt = (await propose(one)).json()["receipt"]
        answers = await asyncio.gather(
            *((one, two)[n % 2].http.delete(f"/api/v1/submissions/{receipt}") for n in range(40))
        )
        assert {answer.status_code for answer in answers} == {202}
        redis = one.gateway.bus.redis
        assert sum([await redis.xlen(key) for key in SUBMISSIONS_WITHDRAWN.partitions()]) == 1


@pytest.mark.parametrize("depth", [9, 500, 900, 1100, 30_000])
@pytest.mark.parametrize("pair", ["[]", "{}"])
async def test_what_is_nested_deep_is_refused_and_no_fault_of_ours(site: Site, depth: int, pair: str) -> None:
    inner = ("[" * depth + "]" * depth) if pair == "[]" else ('{"a":' * depth + "1" + "}" * depth)
    body = '{"action": "add", "name": ' + inner[:32_000] + "}"
    answer = await site.http.post(
        "/api/v1/submissions", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {400, 413}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "lat", ["٥٣.9", "५३.9", "5_3.9", "５３.9", "0x35", "53,9", "nan", "inf", "1e999", ""]
)
async def test_a_number_has_digits_of_ascii(site: Site, lat: str) -> None:
    assert "lat" in wrong(await propose(site, lat=lat))


async def test_one_idempotency_key_is_one_proposal(site: Site) -> None:
    first, second = await propose(site, key="k-1"), await propose(site, key="k-1")
    assert first.status_code == second.status_code == 202
    assert first.json() == second.json()
    assert await received(site) == 1
    other = await propose(site, key="k-1", name="Іншы двор")
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    assert (await propose(site, key="k-2")).json() != first.json()


async def test_the_same_request_many_times_at_once_is_one_proposal(site: Site) -> None:
    proof = await site.solved()
    keyed = await asyncio.gather(*(propose(site, key="k-1") for _ in range(10)))
    plain = await asyncio.gather(*(propose(site, proof=proof) for _ in range(10)))
    assert {answer.status_code for answer in (*keyed, *plain)} == {202}
    assert len({answer.json()["receipt"] for answer in keyed}) == 1
    assert len({answer.json()["receipt"] for answer in plain}) == 1
    assert await received(site) == 2


async def test_a_lost_answer_can_be_asked_for_again_without_a_key(site: Site) -> None:
    proof = await site.solved()
    first, again = await propose(site, proof=proof), await propose(site, proof=proof)
    assert first.json() == again.json()
    assert wrong(await propose(site, proof=proof, name="Іншы двор")) == {"challenge": "used"}
    assert wrong(await propose(site, proof=proof, key="fresh")) == {"challenge": "used"}
    assert await received(site) == 1


async def test_every_bad_field_is_named_and_nothing_is_taken_in(site: Site) -> None:
    answer = await propose(site, proof="junk", name="", lat="x", lon=500, kind="planet", flag="pirate")
    assert wrong(answer) == {
        "name": "missing", "lat": "type", "lon": "range", "kind": "unknown", "flag": "unknown",
        "challenge": "bad",
    }  # fmt: skip
    assert await received(site) == 0


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json; charset=utf-8", 422),
        (b'{"action": NaN}', "application/json", 400),
        (b" " * (32 * 1024 + 1), "application/json", 413),
    ],
)
async def test_what_is_no_proposal_is_refused_by_the_right_status(
    site: Site, content: bytes, media_type: str, status: int
) -> None:
    answer = await site.http.post(
        "/api/v1/submissions", content=content, headers={"Content-Type": media_type}
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


async def test_a_body_without_a_length_is_counted_while_it_comes(site: Site) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            yield b" " * 1000

    answer = await site.http.post(
        "/api/v1/submissions", content=endless(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert sent < 100_000


async def test_a_change_and_a_removal_name_their_listing(site: Site) -> None:
    one = listing(1)
    await site.publish(added(one))
    assert (await propose(site, action="change", listing_id=one.id)).status_code == 202
    removal = {"action": "remove", "listing_id": one.id, "challenge": await site.solved()}
    assert (await site.http.post("/api/v1/submissions", json=removal)).status_code == 202
    assert wrong(await propose(site, action="change", listing_id="a" * 13)) == {"listing_id": "unknown"}


async def test_without_redis_nothing_is_taken_in_and_the_same_can_be_sent_again(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "redis") as redis:
        async with running(_settings(redis.url, tmp_path)) as site:
            proof = await site.solved()
            redis.stop()
            away = await propose(site, proof=proof)
            assert away.status_code == 503
            assert int(away.headers["Retry-After"]) > 0
            assert wrong(await propose(site, proof=proof, name="")) == {"name": "missing"}
            assert (await site.http.get("/api/v1/listings")).status_code == 200
            redis.start()
            assert await received(site) == 0
            assert (await propose(site, proof=proof)).status_code == 202
            assert await received(site) == 1


async def test_too_many_proposals_wait_and_each_lane_has_a_quota_of_its_own(
    settings: GatewaySettings,
) -> None:
    async with running(settings.model_copy(update={"submissions_per_minute": 2})) as site:
        proofs = [await site.solved() for _ in range(3)]
        assert [(await propose(site, proof=proof)).status_code for proof in proofs] == [202, 202, 429]
        await eventually(lambda: _harder(site, settings.challenge_bits))
        assert (await propose(site)).status_code == 202, "who works more is not kept out by the cheap"
        token = site.gateway.intake.form_token()
        await asyncio.sleep(3.1)
        receipt = await site.gateway.intake.submit(GOOD, Form(token, ""))
        assert receipt == await site.gateway.intake.submit(GOOD, Form(token, ""))
        assert await received(site) == 4


async def _harder(site: Site, bits: int) -> bool:
    return bool((await site.http.get("/api/v1/challenge")).json()["bits"] > bits)


async def test_a_used_proof_spends_nothing_however_often_and_with_whatever_key(
    settings: GatewaySettings,
) -> None:
    async with running(settings.model_copy(update={"submissions_per_minute": 2})) as site:
        used = await site.solved()
        honest = await site.solved()
        assert (await propose(site, proof=used)).status_code == 202
        answers = await asyncio.gather(
            *(propose(site, proof=used, key=f"guess-{n}", name=f"Двор {n}") for n in range(50))
        )
        assert {tuple(wrong(answer).items()) for answer in answers} == {(("challenge", "used"),)}
        assert (await propose(site, proof=honest)).status_code == 202
        assert await received(site) == 2


async def test_one_unused_proof_with_many_keys_at_once_is_one_proposal_and_spends_one_token(
    settings: GatewaySettings,
) -> None:
    async with running(settings.model_copy(update={"submissions_per_minute": 2})) as site:
        proof, honest = await site.solved(), await site.solved()
        answers = await asyncio.gather(*(propose(site, proof=proof, key=f"k-{n}") for n in range(40)))
        assert sorted(answer.status_code for answer in answers) == [202] + [422] * 39
        assert (await propose(site, proof=honest)).status_code == 202


async def test_the_quota_holds_over_all_gateways(settings: GatewaySettings) -> None:
    few = settings.model_copy(update={"submissions_per_minute": 6})
    async with running(few) as one, running(few) as two:
        proofs = [await one.solved() for _ in range(12)]
        answers = [await propose((one, two)[n % 2], proof=proof) for n, proof in enumerate(proofs)]
        assert [answer.status_code for answer in answers].count(202) == 6


async def test_a_guessed_key_gives_nobody_elses_receipt(site: Site) -> None:
    proof = await site.solved()
    honest = await propose(site, key="1", proof=proof)
    assert honest.status_code == 202
    for guess in ("", "x", "w1.0.0.0.0:0", proof.partition(":")[0].replace("w1", "w2") + ":0"):
        body = GOOD | {"challenge": guess}
        answer = await site.http.post("/api/v1/submissions", json=body, headers={"Idempotency-Key": "1"})
        assert "challenge" in wrong(answer)
        assert "receipt" not in answer.json()
    assert (await propose(site, key="1", proof=proof)).json() == honest.json()
    another = await site.solved()
    assert (await propose(site, key="1", proof=another)).json() == honest.json()
    assert wrong(await propose(site, key="2", proof=another)) == {"challenge": "used"}


async def test_forms_without_work_wait_when_too_many_are_open(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "UNPROVEN_MOST", 2)
    for n in range(2):
        site.gateway.intake.note(
            SubmissionChanged(
                submission_id=str(n + 2) * 26, action="add", state=State.IN_REVIEW, proven=False,
                revision=2, changed_at=MOMENT,
            )
        )  # fmt: skip
    token = site.gateway.intake.form_token()
    await asyncio.sleep(3.1)
    with pytest.raises(intake.TooMany):
        await site.gateway.intake.submit(GOOD, Form(token, ""))
    assert (await propose(site)).status_code == 202
    site.gateway.intake.note(
        SubmissionChanged(
            submission_id="2" * 26, action="add", state=State.REFUSED, proven=False, revision=3,
            changed_at=MOMENT,
        )
    )  # fmt: skip
    assert await site.gateway.intake.submit(GOOD, Form(token, ""))


async def test_two_gateways_know_of_each_others_proofs(settings: GatewaySettings) -> None:
    async with running(settings) as one, running(settings) as two:
        proof = await one.solved()
        first, again = await propose(one, proof=proof), await propose(two, proof=proof)
        assert first.json() == again.json()
        status = await two.http.get(first.json()["status_url"])
        assert status.json()["state"] == "received"
